// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/text_gateway.hpp"

#include "accounts/types.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/bytes.hpp"
#include "outbound/mail.hpp"
#include "outbound/mailer.hpp"
#include "outbound/text_message.hpp"
#include "support/http_peer.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

// What each gateway is sent, and what each of its answers means. A real Kannel is in
// tests/browser/chromium/text_messages.test.mjs; here it answers as it seldom does.
namespace latchkey::outbound {
namespace {

using test::HttpPeer;

const TextMessage message{
    .to = "+4915123456789", .text = "123456 is your code.\n\n@localhost #123456"
};

TextGatewayOptions options_for(const HttpPeer& peer, TextProvider provider) {
    const std::string path = provider == TextProvider::kannel ? "/cgi-bin/sendsms" : "";
    return {
        .provider = provider,
        .url = "http://127.0.0.1:" + std::to_string(peer.port()) + path,
        .user = provider == TextProvider::kannel ? "latchkey" : "AC01",
        .password = SecretText("p&ss word"),
        .from = "Example",
        .ca_file = {},
        .timeout = std::chrono::seconds(2),
    };
}

/// What the gateway makes of one answer to one message.
Delivery answer_of(TextProvider provider, const std::string& answer) {
    const HttpPeer peer(answer);
    return make_text_gateway(options_for(peer, provider))->send(message);
}

std::string http(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

void check_failure(const Delivery& delivery, NotSent::Kind kind) {
    const auto* failure = std::get_if<NotSent>(&delivery);
    REQUIRE(failure != nullptr);
    CHECK(failure->kind == kind);
    CHECK_FALSE(failure->why.empty());
    CHECK(failure->why.find("123456") == std::string::npos);
    CHECK(failure->why.find("p&ss") == std::string::npos);
}

TEST_CASE("Kannel is sent user, sender, number and text in the query, and a validity") {
    HttpPeer peer(http(202, "0: Accepted for delivery"));
    const auto gateway = make_text_gateway(options_for(peer, TextProvider::kannel));
    CHECK(std::holds_alternative<Sent>(gateway->send(message)));
    CHECK(peer.request().starts_with(
        "GET /cgi-bin/sendsms?username=latchkey&password=p%26ss%20word&from=Example"
        "&to=%2B4915123456789&text=123456%20is%20your%20code.%0A%0A%40localhost%20%23123456"
        "&charset=UTF-8&validity=5 HTTP/1.1\r\n"
    ));
}

TEST_CASE("Kannel is told when a text needs UCS-2") {
    HttpPeer peer(http(202, "3: Queued for later delivery"));
    const auto gateway = make_text_gateway(options_for(peer, TextProvider::kannel));
    CHECK(std::holds_alternative<Sent>(gateway->send({.to = message.to, .text = "コード"})));
    CHECK(peer.request().find("&coding=2&") != std::string::npos);
}

TEST_CASE("Twilio is sent a form with Basic authorization; a messaging service has its own field") {
    HttpPeer peer(http(201, R"({"sid":"SM1"})"));
    const auto gateway = make_text_gateway(options_for(peer, TextProvider::twilio));
    CHECK(std::holds_alternative<Sent>(gateway->send(message)));
    const std::string request = peer.request();
    CHECK(request.starts_with("POST /2010-04-01/Accounts/AC01/Messages.json HTTP/1.1\r\n"));
    CHECK(request.find("Authorization: Basic QUMwMTpwJnNzIHdvcmQ=\r\n") != std::string::npos);
    CHECK(
        request.ends_with("To=%2B4915123456789&From=Example&Body=123456%20is%20your%20code.%0A%0A"
                          "%40localhost%20%23123456&ValidityPeriod=300")
    );
    HttpPeer other(http(201, "{}"));
    TextGatewayOptions options = options_for(other, TextProvider::twilio);
    options.from = "MG0123";
    CHECK(std::holds_alternative<Sent>(make_text_gateway(std::move(options))->send(message)));
    CHECK(other.request().find("&MessagingServiceSid=MG0123&") != std::string::npos);
}

TEST_CASE("What concerns one message is given up, what concerns the gateway makes all wait") {
    using enum TextProvider;
    check_failure(answer_of(kannel, http(400, "Missing receiver number")), NotSent::Kind::refused);
    check_failure(answer_of(kannel, http(403, "Authorization failed")), NotSent::Kind::unavailable);
    check_failure(answer_of(kannel, http(503, "Temporal failure")), NotSent::Kind::unavailable);
    check_failure(answer_of(twilio, http(400, R"({"code":21211})")), NotSent::Kind::refused);
    check_failure(answer_of(twilio, http(401, "{}")), NotSent::Kind::unavailable);
    check_failure(answer_of(twilio, http(429, "{}")), NotSent::Kind::unavailable);
    check_failure(answer_of(twilio, http(500, "no JSON")), NotSent::Kind::unavailable);
    for (const TextProvider provider : {kannel, twilio}) {
        check_failure(answer_of(provider, ""), NotSent::Kind::unavailable);
        check_failure(answer_of(provider, "HTTP/1.1 2"), NotSent::Kind::unavailable);
        check_failure(
            answer_of(provider, http(200, std::string(70'000, 'x'))), NotSent::Kind::unavailable
        );
    }
    const Delivery numbered = answer_of(twilio, http(400, R"({"code":21211})"));
    CHECK(std::get<NotSent>(numbered).why == "Twilio answered 400 (21211)");
}

TEST_CASE("A gateway that is not there, or never answers, makes all wait") {
    TextGatewayOptions options;
    {
        const HttpPeer peer("");
        options = options_for(peer, TextProvider::kannel);
    }
    options.timeout = std::chrono::milliseconds(300);
    check_failure(make_text_gateway(std::move(options))->send(message), NotSent::Kind::unavailable);
}

TEST_CASE("check(): the gateway answers and knows us, or what is wrong in words") {
    using enum TextProvider;
    const auto check = [](TextProvider provider, const std::string& answer) {
        const HttpPeer peer(answer);
        return make_text_gateway(options_for(peer, provider))->check();
    };
    CHECK(check(kannel, http(400, "Missing receiver number, rejected")) == std::nullopt);
    CHECK(check(kannel, http(403, "")) == "it does not know this user and password");
    CHECK(check(kannel, http(404, ""))->find("sendsms") != std::string::npos);
    CHECK(check(kannel, http(202, ""))->find("sendsms") != std::string::npos);
    CHECK(check(kannel, "").has_value());
    CHECK(check(twilio, http(200, "{}")) == std::nullopt);
    CHECK(check(twilio, http(401, "{}")) == "it does not know this user and password");
    CHECK(check(twilio, http(404, R"({"code":20404})")) == "Twilio answered 404 (20404)");
}

TEST_CASE("A sealed text message opens only for its own row, and never as a mail (T27)") {
    crypto::SystemRandom random;
    std::vector<crypto::Sealer::Key> keys;
    keys.push_back({.id = 1, .key = SecretKey(std::array<std::byte, 32>{})});
    const crypto::Sealer sealer(std::move(keys));
    const accounts::MailId id(5);
    const Bytes sealed = seal(message, id, sealer, random);
    CHECK(open_text_message(sealed, id, sealer) == message);
    CHECK(open_text_message(sealed, accounts::MailId(6), sealer) == std::nullopt);
    CHECK(open(sealed, id, sealer) == std::nullopt);
    const Mail mail{.to = "a@example.com", .subject = "s", .text = "t", .html = "h"};
    CHECK(open_text_message(seal(mail, id, sealer, random), id, sealer) == std::nullopt);
}

}  // namespace
}  // namespace latchkey::outbound
