// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "outbound/mail.hpp"
#include "pages/routes.hpp"
#include "support/http_client.hpp"

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

TEST_CASE("T24: a Host that is not ours is answered with 421, and no page, mail or cookie") {
    Latchkey latchkey;
    for (const std::string_view host :
         {"evil.example",
          "localhost",
          "localhost:80",
          "localhost:8080.evil.example",
          "evil.example:8080",
          "localhost:8080@evil.example",
          "127.0.0.1:8080",
          "[::1]:8080",
          "app.example.com"}) {
        CAPTURE(host);
        HttpClient client(latchkey.port(), std::string(host));
        const HttpResponse answer = client.get("/sign-in");
        CHECK(answer.status == 421);
        CHECK(answer.all("set-cookie").empty());
        CHECK(client.post("/sign-in/email", {{"email", "ada@example.com"}}).status == 421);
    }
    RawConnection two_hosts(latchkey.port());
    two_hosts.send("GET /sign-in HTTP/1.1\r\nHost: localhost:8080\r\nHost: evil.example\r\n\r\n");
    CHECK(two_hosts.read_response()->status == 400);
    RawConnection no_host(latchkey.port());
    no_host.send("GET /sign-in HTTP/1.1\r\n\r\n");
    CHECK(no_host.read_response()->status == 400);
    RawConnection absolute(latchkey.port());
    absolute.send("GET http://evil.example/sign-in HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
    CHECK(absolute.read_response()->status == 400);
    CHECK(latchkey.mails_to("ada@example.com").empty());
}

TEST_CASE("T24: forwarded names change no link, no mail, no redirect and no origin check") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    const Fields forged{
        {"x-forwarded-host", "evil.example"},
        {"x-forwarded-port", "666"},
        {"x-forwarded-server", "evil.example"},
        {"x-host", "evil.example"},
        {"x-original-url", "/settings/security"},
        {"x-rewrite-url", "/settings/security"},
        {"x-http-method-override", "GET"},
        {"x-forwarded-prefix", "//evil.example"},
    };
    ada.browser.get("/sign-in");
    REQUIRE(ada.browser.submit("/sign-in/email", {{"email", ada.email}}, forged).status() == 303);
    ada.browser.get("/sign-in/code");
    const std::string code = latchkey.code_for(ada.email);
    const Page proved = ada.browser.submit("/sign-in/code", {{"code", code}}, forged);
    CHECK(proved.location() == "/sign-in/add-passkey");
    REQUIRE(ada.create_passkey().status() == 200);
    for (const outbound::Mail& mail : latchkey.mails_to(ada.email)) {
        CHECK(mail.text.find("evil") == std::string::npos);
        CHECK(mail.html.find("evil") == std::string::npos);
    }
    CHECK(
        latchkey.mails_to(ada.email).back().text.find("http://localhost:8080/settings/security") !=
        std::string::npos
    );

    const HttpResponse endpoints = ada.browser.http().get("/.well-known/passkey-endpoints", forged);
    CHECK(endpoints.body.find("http://localhost:8080/sign-in") != std::string::npos);
    CHECK(endpoints.body.find("evil") == std::string::npos);
    ada.browser.get("/settings/security");
    Fields cross = forged;
    cross.emplace_back("origin", "https://evil.example");
    CHECK(ada.browser.submit("/sign-out", {}, cross).status() == 403);
}

TEST_CASE("T24: a client address that a trusted proxy garbles is refused, not guessed") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.browser.get("/sign-in");
    for (const std::string_view address :
         {"evil",
          "192.0.2.7, garbage",
          "192.0.2.256",
          "192.0.2",
          "::1::1",
          "192.0.2.7;DROP",
          "<script>",
          "%00",
          ",",
          "0x7f.1"}) {
        CAPTURE(address);
        const Fields headers{{"x-forwarded-for", std::string(address)}};
        CHECK(ada.browser.http().get("/sign-in", headers).status == 400);
        CHECK(
            ada.browser.submit("/sign-in/email", {{"email", ada.email}}, headers).status() == 400
        );
    }
    CHECK(latchkey.mails_to(ada.email).empty());
}

TEST_CASE("T24: who puts more addresses in front is still counted by the one the proxy saw") {
    Latchkey latchkey;
    for (int i = 0; i < 60; ++i) {
        const std::string invented = "10.0." + std::to_string(i) + ".1, 198.51.100.1";
        Person person(latchkey, "p" + std::to_string(i) + "@example.com", {.address = invented});
        REQUIRE(person.ask_for_code().status() == 200);
    }
    Person next(latchkey, "next@example.com", {.address = "10.9.9.9, 198.51.100.1"});
    CHECK(next.ask_for_code().status() == 429);
}

/// The version that `latchkey --version` says.
std::string version() {
    std::ifstream file(LATCHKEY_SOURCE_DIR "/CMakeLists.txt");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    constexpr std::string_view before = " VERSION ";
    const std::size_t at = text.find(before, text.find("project(")) + before.size();
    return text.substr(at, text.find_first_of(" )\n", at) - at);
}

TEST_CASE("No answer says which program or version gave it") {
    const Latchkey latchkey;
    REQUIRE(version().size() >= 5);
    std::vector<HttpResponse> answers;
    HttpClient client(latchkey.port(), "localhost:8080");
    for (const pages::PageRoute& route : pages::page_routes()) {
        const std::string path(route.pattern);
        answers.push_back(
            route.method == http::Method::get ? client.get(path) : client.post(path, {})
        );
    }
    answers.push_back(client.get("/no/such/page"));
    answers.push_back(HttpClient(latchkey.port(), "evil.example").get("/"));
    RawConnection garbage(latchkey.port());
    garbage.send("\x01\x02 nothing\r\n\r\n");
    answers.push_back(*garbage.read_response());
    for (const HttpResponse& answer : answers) {
        CHECK(answer.header("server").empty());
        CHECK(answer.header("x-powered-by").empty());
        CHECK(answer.header("via").empty());
        std::string text = answer.body;
        for (const auto& [name, value] : answer.headers) {
            text += "\n" + name + ": " + value;
        }
        for (const std::string& word : {version(), std::string("Boost"), std::string("SQLite")}) {
            CAPTURE(word);
            CHECK(text.find(word) == std::string::npos);
        }
    }
}

}  // namespace
}  // namespace latchkey::test
