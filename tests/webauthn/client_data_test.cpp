// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/client_data.hpp"

#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/limits.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

Result<ClientData, ClientDataError> parse(std::string_view text) {
    return parse_client_data(bytes_of(text));
}

const std::string members =
    R"("type":"webauthn.get","challenge":"AAEC","origin":"https://a.example")";

}  // namespace

TEST_CASE("5.8.1: client data is read in any order, with escapes and white space") {
    for (const auto& text :
         {"{" + members + "}",
          std::string(
              "{ \"origin\" : \"https:\\/\\/a.example\",\n\t\"challenge\":\"\\u0041AEC\",\r\n"
              "\"type\":\"webauthn.get\" }"
          ),
          "{" + members + R"(,"crossOrigin":false,"other":{"deep":[1,2,{"x":null}]}})",
          "{" + members + R"(,"tokenBinding":{"status":"supported"}})",
          "\xef\xbb\xbf{" + members + "}"}) {
        INFO(text);
        const auto client = parse(text);
        REQUIRE(client);
        CHECK(client->type == "webauthn.get");
        CHECK(client->challenge == Challenge({std::byte{0}, std::byte{1}, std::byte{2}}));
        CHECK(client->origin.value() == "https://a.example");
        CHECK_FALSE(client->cross_origin);
        CHECK_FALSE(client->top_origin);
    }
}

TEST_CASE("5.8.1: crossOrigin and topOrigin are read") {
    const auto client =
        parse("{" + members + R"(,"crossOrigin":true,"topOrigin":"https://top.example"})");
    REQUIRE(client);
    CHECK(client->cross_origin);
    CHECK(client->top_origin == Origin("https://top.example"));
}

TEST_CASE("Client data that is no JSON object with the members of their types is refused") {
    for (const auto& text :
         {std::string(),
          std::string("null"),
          std::string("[]"),
          std::string("{}"),
          "{" + members,
          "{" + members + "} {}",
          "{" + members + "}" + std::string(1, '\0'),
          "{" + members + ",}",
          "{/* why */" + members + "}",
          std::string("{'type':'webauthn.get'}"),
          std::string(R"({"challenge":"AAEC","origin":"https://a.example"})"),
          std::string(R"({"type":"webauthn.get","origin":"https://a.example"})"),
          std::string(R"({"type":"webauthn.get","challenge":"AAEC"})"),
          std::string(R"({"type":1,"challenge":"AAEC","origin":"https://a.example"})"),
          std::string(R"({"type":"webauthn.get","challenge":1,"origin":"https://a.example"})"),
          std::string(R"({"type":"webauthn.get","challenge":"AAEC","origin":["https://a.example"]})"
          ),
          "{" + members + R"(,"crossOrigin":"true"})",
          "{" + members + R"(,"crossOrigin":null})",
          "{" + members + R"(,"topOrigin":true})",
          "{" + members + R"(,"type":"webauthn.get"})",
          "{" + members + R"(,"challeng\u0065":"AAEC"})",
          "{" + members + R"(,"x":)" + std::string(50'000, '[') + std::string(50'000, ']') + "}"}) {
        INFO(text.substr(0, 100));
        REQUIRE_FALSE(parse(text));
        CHECK(parse(text).error() == ClientDataError::not_a_client_data_object);
    }
}

TEST_CASE("Client data that is not UTF-8 is refused at the step that decodes it") {
    CHECK(parse("{" + members + ",\"x\":\"\xff\"}").error() == ClientDataError::not_utf8);
    CHECK(parse("{" + members + ",\"x\":\"\xc0\x80\"}").error() == ClientDataError::not_utf8);
    // UTF-16 with its own byte order mark
    CHECK_FALSE(parse(std::string("\xff\xfe{\0\"\0", 6)));
}

TEST_CASE("Client data of a megabyte is refused, at the limit it is read") {
    const auto padded = [](std::size_t size) {
        const std::string text = "{" + members + R"(,"x":")";
        return text + std::string(size - text.size() - 2, 'x') + "\"}";
    };
    CHECK(parse(padded(limits::client_data_bytes)));
    CHECK_FALSE(parse(padded(limits::client_data_bytes + 1)));
    CHECK_FALSE(parse(padded(1'000'000)));
}

TEST_CASE("A challenge is compared in its one spelling: base64url without padding") {
    const Challenge challenge(Bytes{std::byte{0xfb}, std::byte{0xff}, std::byte{0xfe}, std::byte{1}}
    );
    const auto is_found = [&challenge](const std::string& spelling) {
        const auto client = parse(
            R"({"type":"webauthn.get","challenge":")" + spelling +
            R"(","origin":"https://example.org"})"
        );
        REQUIRE(client);
        return has_challenge(*client, challenge);
    };
    REQUIRE(base64url_encode(challenge.value()) == "-__-AQ");
    CHECK(is_found("-__-AQ"));
    for (const auto* spelling :
         {"-__-AQ==", "+//+AQ", "-__-AR", "-__-A", "-__-AQA", " -__-AQ", "-__-AQ\\n", ""}) {
        INFO(spelling);
        CHECK_FALSE(is_found(spelling));
    }
}

}  // namespace latchkey::webauthn
