// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// Canary values in every input of the real program, and none of them in what it writes (T25).
#include "app/program.hpp"
#include "base/json.hpp"
#include "support/http_client.hpp"
#include "support/mail_server.hpp"
#include "support/process.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using test::field_of;
using test::Fields;
using test::HttpClient;
using test::MailServer;
using test::Program;

std::string code_in(const std::string& text) {
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
        const bool ends = i + 1 == text.size() || text[i + 1] < '0' || text[i + 1] > '9';
        if (digits == 8 && ends) return text.substr(i - 7, 8);
    }
    FAIL("no code in the mail");
    return {};
}

std::string key_in(const std::string& file) {
    const std::size_t at = file.rfind("1 ");
    REQUIRE(at != std::string::npos);
    return file.substr(at + 2, 43);
}

// Requests with a canary in every place that a client can fill.
void send_canaries(HttpClient& client) {
    const Fields headers{
        {"user-agent", "canary-agent"},
        {"referer", "http://localhost/canary-referer"},
        {"authorization", "Bearer canary-authorization"},
        {"x-forwarded-for", "canary-forwarded"},
        {"cookie", "__Host-latchkey_session=canary-cookie; other=canary-other"},
        {"x-canary", "canary-header"},
    };
    for (const char* const path :
         {"/sign-in", "/settings/security", "/session", "/sign-in/code", "/nowhere", "/health"}) {
        CHECK(client.get(std::string(path) + "?code=canary-query", headers).status != 0);
        CHECK(
            client.post(path, {{"code", "canary-form"}, {"csrf", "canary-csrf"}}, headers).status !=
            0
        );
    }
    CHECK(
        client.post_json("/sign-in/passkey", R"({"response":"canary-json"})", headers).status != 0
    );
    client.disconnect();
    CHECK(client.request("CANARY", "/sign-in", {}).status >= 400);
    client.disconnect();
    CHECK(client.get("/sign-in", {{"host", "canary-host"}}).status >= 400);
    client.disconnect();
}

// Each line is an object with the members that every entry has, and the mail was told.
void check_entries(std::string_view log) {
    std::string_view rest = log;
    int lines = 0;
    bool has_mail = false;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        CAPTURE(line);
        const auto entry = json::parse(line);
        REQUIRE(entry.has_value());
        CHECK(entry->find_string("time")->size() == 24);
        CHECK(entry->find_string("level") != nullptr);
        const std::string* event = entry->find_string("event");
        REQUIRE(event != nullptr);
        if (*event == "request") CHECK(entry->find_string("request_id") != nullptr);
        if (*event == "mail") has_mail = *entry->find_string("outcome") == "sent";
        rest.remove_prefix(line.size() + 1);
        ++lines;
    }
    CHECK(lines > 20);
    CHECK(has_mail);
}

}  // namespace

TEST_CASE("A code goes out by real mail, and no secret of it all is in the logs (T24, T25, V16)") {
    const MailServer& mail = MailServer::shared();
    Program program("", "[log]\nlevel = \"debug\"\n");
    program.replace_in_config(
        "url = \"smtp+plain://127.0.0.1:1\"",
        "url = \"smtps://localhost:" + std::to_string(mail.tls_port) +
            "\"\nuser = \"mailer\"\nca_file = \"" + mail.ca_file + "\""
    );
    program.start({{"LATCHKEY_SMTP_PASSWORD", mail.password}});
    HttpClient client(program.port());
    send_canaries(client);

    // A host that a client names reaches no link (T24): the mail's links are the origin's.
    HttpClient ada(program.port());
    const std::string page = ada.get("/sign-in").body;
    const std::string ceremony = field_of(page, "ceremony");
    const std::string csrf = field_of(page, "csrf");
    const auto sent = ada.post(
        "/sign-in/email",
        {{"csrf", csrf}, {"ceremony", ceremony}, {"email", "canary-ada@example.test"}},
        {{"x-forwarded-host", "evil.test"}, {"forwarded", "host=evil.test"}}
    );
    REQUIRE(sent.status == 303);
    const test::ReceivedMail received = mail.read("canary-ada@example.test", 1).front();
    const std::string code = code_in(received.subject);
    CHECK(received.text.find(code) != std::string::npos);
    CHECK(received.raw.find("evil.test") == std::string::npos);
    CHECK(received.header("Received").find("helo=localhost") != std::string::npos);
    CHECK(received.defects.empty());
    const std::string code_page = ada.get("/sign-in/code").body;
    const auto proved =
        ada.post("/sign-in/code", {{"csrf", field_of(code_page, "csrf")}, {"code", code}});
    CHECK(proved.status == 303);
    CHECK(proved.header("location") == "/sign-in/add-passkey");
    CHECK(program.stop() == 0);

    std::vector<std::string> secrets{
        "canary",
        code,
        csrf,
        ceremony,
        mail.password,
        key_in(test::read_file(program.data() + "/key"))
    };
    for (const auto& [name, value] : ada.cookies) {
        secrets.push_back(value);
    }
    CHECK(secrets.size() >= 8);
    for (const std::string& secret : secrets) {
        CAPTURE(secret);
        CHECK(program.log().find(secret) == std::string::npos);
    }

    check_entries(program.log());
}

}  // namespace latchkey::app
