// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

/// A value that occurs nowhere by itself.
constexpr std::string_view canary = "CANARY7f3a";

/// Everything that the browser holds and that would let somebody in.
std::vector<std::string> secrets_of(Person& person) {
    std::vector<std::string> secrets;
    for (const auto& [name, value] : person.browser.http().cookies) {
        secrets.push_back(value);
    }
    if (const auto* csrf = person.browser.page().model.find_string("csrf")) {
        secrets.push_back(*csrf);
    }
    if (const auto* ceremony = person.browser.page().model.find_string("ceremony")) {
        secrets.push_back(*ceremony);
    }
    return secrets;
}

TEST_CASE("T25: no log line has a code, token, challenge, address or response of anybody") {
    Latchkey latchkey;
    Person ada(latchkey, "ada-" + std::string(canary) + "@example.com");
    std::vector<std::string> secrets;
    const auto keep = [&] {
        const auto now = secrets_of(ada);
        secrets.insert(secrets.end(), now.begin(), now.end());
    };
    REQUIRE(ada.ask_for_code("?return_to=/help").status() == 200);
    keep();
    secrets.push_back(latchkey.code_for(ada.email));
    CHECK(ada.enter_code("87654321").status() == 422);
    REQUIRE(ada.enter_code().status() == 303);
    keep();
    REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
    CHECK(ada.post_attestation("{\"" + std::string(canary) + "\":1}").status() == 400);
    REQUIRE(ada.create_passkey().status() == 200);
    keep();
    ada.browser.get("/sign-in?intent=confirm");
    keep();
    CHECK(ada.post_assertion(canary).status() == 400);
    REQUIRE(ada.use_passkey(ada.device).status() == 200);
    keep();
    REQUIRE(ada.browser.get("/settings/security").status() == 200);
    const std::string id = ada.passkeys()[0].public_id.value();
    REQUIRE(
        ada.browser.submit(
                       "/settings/passkeys/" + id + "/rename", {{"name", std::string(canary)}}
        ).status() == 303
    );
    secrets.push_back(base64url_encode(ada.passkeys()[0].record.id.value()));
    secrets.push_back(base64url_encode(ada.account()->user_handle.value()));
    REQUIRE(ada.browser.submit("/sign-out", {}).status() == 303);

    const std::string log = latchkey.log_with(R"("path":"/sign-out")");
    CHECK(log.find(canary) == std::string::npos);
    CHECK(secrets.size() > 15);
    for (const std::string& secret : secrets) {
        CAPTURE(secret);
        CHECK(log.find(secret) == std::string::npos);
    }
}

TEST_CASE("T25: what a stranger puts into any part of a request is not in the log") {
    const Latchkey latchkey;
    const std::string word(canary);
    Browser eve(latchkey);
    eve.get("/sign-in");
    const std::string csrf = eve.page().text("csrf");
    for (const std::string header :
         {"user-agent", "referer", "accept-language", "x-anything", "authorization", "if-none-match"
         }) {
        eve.http().get("/sign-in", {{header, word}});
    }
    eve.http().get("/sign-in?intent=" + word + "&return_to=" + word + "&" + word + "=1");
    eve.http().get("/sign-in", {{"cookie", "__Host-latchkey_session=" + word + "; a=" + word}});
    eve.http().get("/sign-in", {{"cookie", word}});
    for (const std::string_view path :
         {"/sign-in/passkey", "/sign-in/email", "/sign-in/restart", "/sign-out", "/csp-report"}) {
        eve.http().post(
            path,
            {{"csrf", csrf},
             {"email", word},
             {"code", word},
             {"ceremony", word},
             {"response", word},
             {word, word}}
        );
        eve.http().post(path, {{"csrf", word}});
        eve.http().post(path, {{"csrf", csrf}}, {{"origin", "https://" + word}});
        eve.http().post(path, {{"csrf", csrf}}, {{"sec-fetch-site", word}});
        eve.http().post(path, {{"csrf", csrf}}, {{"content-type", word}});
    }
    eve.http().request(
        "POST",
        "/csp-report",
        {},
        HttpClient::Content{
            .type = "application/csp-report",
            .body = R"({"csp-report":{"document-uri":")" + word + R"(","blocked-uri":")" + word +
                    R"(","effective-directive":"script-src"}})"
        }
    );
    eve.http().request(
        "POST",
        "/csp-report",
        {},
        HttpClient::Content{
            .type = "application/csp-report",
            .body = R"({"csp-report":{"effective-directive":")" + word + R"("}})"
        }
    );
    eve.http().get("/the-last-one");
    const std::string log = latchkey.log_with("/the-last-one");
    CHECK(log.find("script-src") != std::string::npos);
    CHECK(log.find(word) == std::string::npos);
    // The path of a request is in the log, and nothing else that a client says.
    eve.http().get("/" + word);
    CHECK_FALSE(latchkey.log_with("/" + word).empty());
}

TEST_CASE("T25: a path stands in the log as one string of one line") {
    const Latchkey latchkey;
    Browser eve(latchkey);
    eve.http().get("/a%0a%7b%22event%22:%22forged%22%7d");
    eve.http().get("/the-last-one");
    const std::string log = latchkey.log_with("/the-last-one");
    for (std::string_view rest = log; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
        const auto line = json::parse(rest.substr(0, rest.find('\n')));
        REQUIRE(line);
        CHECK(*line->find_string("event") != "forged");
    }
}

TEST_CASE("T25: no address of ours carries a code or a token") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    std::vector<std::string> locations;
    ada.browser.get("/sign-in");
    const Page sent = ada.browser.submit("/sign-in/email", {{"email", ada.email}});
    locations.push_back(sent.location());
    ada.browser.follow(sent);
    locations.push_back(ada.enter_code().location());
    locations.push_back(ada.create_passkey().location());
    CHECK(
        locations ==
        std::vector<std::string>{"/sign-in/code", "/sign-in/add-passkey", "/settings/security"}
    );
}

TEST_CASE("T27: the files of the database hold no code and no token, only keyed hashes") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    REQUIRE(ada.enter_code(code).status() == 303);
    REQUIRE(ada.create_passkey().status() == 200);
    const std::string token = ada.browser.http().cookies.at("__Host-latchkey_session");
    const auto raw = base64url_decode(token);
    REQUIRE(raw);
    const std::string secret(text_of(ByteView(*raw).subspan(8)));

    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(latchkey.folder())) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string content((std::istreambuf_iterator<char>(file)), {});
        ++files;
        CAPTURE(entry.path().string());
        CHECK(content.find(code) == std::string::npos);
        CHECK(content.find(token) == std::string::npos);
        CHECK(content.find(secret) == std::string::npos);
        CHECK(content.find("is your code") == std::string::npos);
    }
    CHECK(files >= 2);
}

}  // namespace
}  // namespace latchkey::test
