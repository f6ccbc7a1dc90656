// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/smtp_mailer.hpp"

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "outbound/mail.hpp"
#include "outbound/mailer.hpp"
#include "support/fixed_clock.hpp"
#include "support/mail_server.hpp"
#include "support/process.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <doctest/doctest.h>

namespace latchkey::outbound {
namespace {

using std::chrono_literals::operator""ms;
using test::MailServer;
using test::ReceivedMail;

const test::FixedClock clock_at_noon{from_milliseconds(1'795'348'800'000)};

SmtpOptions options_for(const MailServer& server) {
    return {
        .host = server.host,
        .port = server.starttls_port,
        .security = SmtpSecurity::start_tls,
        .user = server.user,
        .password = SecretText(server.password),
        .from = {.name = "Beispiel Grüße", .address = "no-reply@example.test"},
        .ca_file = server.ca_file,
        .ehlo = "id.example.test"
    };
}

Mail mail_to(std::string_view address) {
    return {
        .to = std::string(address),
        .subject = "12345678 ist dein Schlüssel",
        .text = "Grüße\n.a line that begins with a dot\n.\nend of it \n",
        .html = "<p>Gr&uuml;&szlig;e = 1</p>\n"
    };
}

NotSent failed(const Delivery& delivery) {
    REQUIRE(std::holds_alternative<NotSent>(delivery));
    return std::get<NotSent>(delivery);
}

void check_arrived(const MailServer& server, const std::string& address) {
    const auto mails = server.read(address, 1);
    REQUIRE(mails.size() == 1);
    const ReceivedMail& mail = mails.front();
    const Mail sent = mail_to(address);
    CHECK(mail.subject == sent.subject);
    CHECK(mail.from == "Beispiel Grüße <no-reply@example.test>");
    CHECK(mail.text == sent.text);
    CHECK(mail.html == sent.html);
    CHECK(mail.header("To") == address);
    CHECK(mail.header("Date") == "Sun, 22 Nov 2026 12:00:00 +0000");
    CHECK(mail.header("Message-ID") == "<key1@example.test>");
    CHECK(mail.header("Auto-Submitted") == "auto-generated");
    CHECK(mail.header("Return-path") == "<no-reply@example.test>");
    CHECK(mail.header("Received").find("helo=id.example.test") != std::string::npos);
    CHECK(mail.defects.empty());
}

}  // namespace

TEST_CASE("A mail goes through STARTTLS and AUTH and arrives as it was written") {
    const MailServer& server = MailServer::shared();
    SmtpMailer mailer(options_for(server), clock_at_noon);
    CHECK(std::holds_alternative<Sent>(mailer.send(mail_to("starttls@example.test"), "key1")));
    check_arrived(server, "starttls@example.test");
    const auto mail = server.read("starttls@example.test", 1).front();
    CHECK(mail.header("Received").find("esmtpsa") != std::string::npos);
}

TEST_CASE("A mail goes through implicit TLS and AUTH") {
    const MailServer& server = MailServer::shared();
    SmtpOptions options = options_for(server);
    options.security = SmtpSecurity::implicit_tls;
    options.port = server.tls_port;
    SmtpMailer mailer(std::move(options), clock_at_noon);
    CHECK(std::holds_alternative<Sent>(mailer.send(mail_to("tls@example.test"), "key1")));
    check_arrived(server, "tls@example.test");
}

TEST_CASE("A plain connection is used only where the options say so") {
    const MailServer& server = MailServer::shared();
    SmtpOptions plain = options_for(server);
    plain.security = SmtpSecurity::none;
    plain.port = server.plain_port;
    plain.user.clear();
    SmtpMailer mailer(std::move(plain), clock_at_noon);
    CHECK(std::holds_alternative<Sent>(mailer.send(mail_to("plain@example.test"), "key1")));
    check_arrived(server, "plain@example.test");

    SmtpOptions start_tls = options_for(server);
    start_tls.port = server.plain_port;
    SmtpMailer strict(std::move(start_tls), clock_at_noon);
    const NotSent refused = failed(strict.send(mail_to("downgraded@example.test"), "key1"));
    CHECK(refused.kind == NotSent::Kind::unavailable);
    CHECK(refused.why.find("STARTTLS") != std::string::npos);
}

TEST_CASE("Several mails use one connection, also after one was refused") {
    const MailServer& server = MailServer::shared();
    SmtpMailer mailer(options_for(server), clock_at_noon);
    CHECK(std::holds_alternative<Sent>(mailer.send(mail_to("many@example.test"), "key1")));
    CHECK(std::holds_alternative<NotSent>(mailer.send(mail_to("nosuch@example.test"), "key2")));
    CHECK(std::holds_alternative<Sent>(mailer.send(mail_to("many@example.test"), "key3")));
    CHECK(server.read("many@example.test", 2).size() == 2);
}

TEST_CASE("An unknown recipient (550) is refused for good, a busy one (451) is tried later") {
    const MailServer& server = MailServer::shared();
    SmtpMailer mailer(options_for(server), clock_at_noon);

    const NotSent unknown = failed(mailer.send(mail_to("nosuch@example.test"), "key1"));
    CHECK(unknown.kind == NotSent::Kind::refused);
    CHECK(unknown.why.find("550 5.1.1 no such user [recipient]") != std::string::npos);
    CHECK(unknown.why.find("nosuch@") == std::string::npos);

    const NotSent capitals = failed(mailer.send(mail_to("NoSuch@Example.test"), "key1"));
    CHECK(capitals.kind == NotSent::Kind::refused);
    CHECK(capitals.why.find("xample.test") == std::string::npos);

    const NotSent busy = failed(mailer.send(mail_to("tempfail@example.test"), "key1"));
    CHECK(busy.kind == NotSent::Kind::try_later);
    CHECK(busy.why.find("451 4.2.1") != std::string::npos);
    CHECK(busy.why.find("tempfail@") == std::string::npos);
}

TEST_CASE("A server that repeats the content in its refusal does not bring it into the log (T25)") {
    const MailServer& server = MailServer::shared();
    SmtpMailer mailer(options_for(server), clock_at_noon);
    Mail mail = mail_to("content@example.test");

    mail.subject = "73921648 REFUSECONTENT";
    const NotSent refused = failed(mailer.send(mail, "key1"));
    CHECK(refused.kind == NotSent::Kind::refused);
    CHECK(refused.why.find("the server said: 550 5.7.1") != std::string::npos);
    CHECK(refused.why.find("73921648") == std::string::npos);

    mail.subject = "73921648 DEFERCONTENT";
    const NotSent deferred = failed(mailer.send(mail, "key1"));
    CHECK(deferred.kind == NotSent::Kind::try_later);
    CHECK(deferred.why.find("73921648") == std::string::npos);
}

TEST_CASE("A wrong password is a fault of the set-up: no mail is given up for it") {
    const MailServer& server = MailServer::shared();
    SmtpOptions options = options_for(server);
    options.password = SecretText("canary-wrong-password");
    SmtpMailer mailer(std::move(options), clock_at_noon);
    const NotSent refused = failed(mailer.send(mail_to("auth@example.test"), "key1"));
    CHECK(refused.kind == NotSent::Kind::unavailable);
    CHECK(refused.why.find("535") != std::string::npos);
    CHECK(refused.why.find("canary") == std::string::npos);
}

TEST_CASE("A certificate that no trusted authority signed, or of another name, is refused") {
    const MailServer& server = MailServer::shared();
    for (const SmtpSecurity security : {SmtpSecurity::start_tls, SmtpSecurity::implicit_tls}) {
        SmtpOptions untrusted = options_for(server);
        untrusted.security = security;
        if (security == SmtpSecurity::implicit_tls) untrusted.port = server.tls_port;
        untrusted.ca_file = server.other_ca_file;
        SmtpMailer mailer(std::move(untrusted), clock_at_noon);
        const NotSent refused = failed(mailer.send(mail_to("mitm@example.test"), "key1"));
        CHECK(refused.kind == NotSent::Kind::unavailable);
        CHECK(refused.why.find("certificate") != std::string::npos);
    }
    SmtpOptions other_name = options_for(server);
    other_name.host = "127.0.0.1";
    SmtpMailer mailer(std::move(other_name), clock_at_noon);
    const NotSent refused = failed(mailer.send(mail_to("mitm@example.test"), "key1"));
    CHECK(refused.kind == NotSent::Kind::unavailable);
    CHECK(refused.why.find("127.0.0.1") != std::string::npos);
}

TEST_CASE("A port where nobody listens, and a server that never answers, are told as such") {
    SmtpOptions nobody = options_for(MailServer::shared());
    nobody.port = test::free_port();
    SmtpMailer mailer(std::move(nobody), clock_at_noon);
    CHECK(failed(mailer.send(mail_to("a@example.test"), "k")).kind == NotSent::Kind::unavailable);

    const test::SilentListener silent;
    SmtpOptions waiting = options_for(MailServer::shared());
    waiting.host = "127.0.0.1";
    waiting.port = silent.port();
    waiting.connect_timeout = 50ms;
    waiting.send_timeout = 50ms;
    SmtpMailer patient(std::move(waiting), clock_at_noon);
    const NotSent timed_out = failed(patient.send(mail_to("a@example.test"), "k"));
    CHECK(timed_out.kind == NotSent::Kind::unavailable);
    CHECK(timed_out.why.find("timed out") != std::string::npos);
}

TEST_CASE("An address with line ends never reaches the server (command injection)") {
    SmtpMailer mailer(options_for(MailServer::shared()), clock_at_noon);
    const auto refused = failed(mailer.send(mail_to("a@b.test>\r\nRCPT TO:<eve@evil.test"), "k"));
    CHECK(refused.kind == NotSent::Kind::refused);
}

TEST_CASE("A check connects, does TLS and AUTH, and sends nothing") {
    const MailServer& server = MailServer::shared();
    CHECK(SmtpMailer(options_for(server), clock_at_noon).check() == std::nullopt);

    SmtpOptions wrong_password = options_for(server);
    wrong_password.password = SecretText("wrong");
    const auto denied = SmtpMailer(std::move(wrong_password), clock_at_noon).check();
    REQUIRE(denied.has_value());
    CHECK(denied->find("535") != std::string::npos);

    SmtpOptions untrusted = options_for(server);
    untrusted.ca_file = server.other_ca_file;
    CHECK(SmtpMailer(std::move(untrusted), clock_at_noon).check().has_value());
}

}  // namespace latchkey::outbound
