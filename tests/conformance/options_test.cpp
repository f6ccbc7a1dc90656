// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "conformance/scene.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

/// The groups about options and the structure of responses, with cases of our own: what the tools
/// send is not published.
namespace latchkey::test {
namespace {

std::size_t challenge_size(const json::Value& options) {
    const std::string* challenge = options.find_string("challenge");
    REQUIRE(challenge != nullptr);
    const auto bytes = base64url_decode(*challenge);
    REQUIRE(bytes);
    return bytes->size();
}

json::Value changed(const json::Value& value, std::string_view member, const json::Value& to) {
    json::Value copy = value;
    copy.set(std::string(member), to);
    return copy;
}

json::Value without(const json::Value& value, std::string_view member) {
    json::Object kept;
    for (const auto& [name, inner] : *value.as_object()) {
        if (name != member) kept.emplace_back(name, inner);
    }
    return kept;
}

std::vector<std::pair<std::string, json::Value>> broken_envelopes(
    const json::Value& credential, const std::vector<std::string>& members
) {
    std::vector<std::pair<std::string, json::Value>> broken;
    for (const char* member : {"id", "rawId", "type", "response", "clientExtensionResults"}) {
        broken.emplace_back(std::string(member) + " missing", without(credential, member));
        broken.emplace_back(std::string(member) + " a number", changed(credential, member, 1));
        broken.emplace_back(
            std::string(member) + " null", changed(credential, member, json::Value())
        );
    }
    broken.emplace_back("id empty", changed(credential, "id", ""));
    broken.emplace_back("id not base64url", changed(credential, "id", "a+/="));
    broken.emplace_back("id of another", changed(credential, "id", "AAAA"));
    broken.emplace_back("type of another", changed(credential, "type", "password"));
    const json::Value response = *credential.find("response");
    for (const std::string& member : members) {
        const auto with = [&](const json::Value& to) {
            return changed(credential, "response", changed(response, member, to));
        };
        broken.emplace_back(
            member + " missing", changed(credential, "response", without(response, member))
        );
        broken.emplace_back(member + " a number", with(1));
        broken.emplace_back(member + " an object", with(json::object({})));
        broken.emplace_back(member + " empty", with(""));
        broken.emplace_back(member + " not base64url", with("a+/="));
    }
    return broken;
}

}  // namespace

TEST_CASE("CreationOptions Req-1: options have what create() needs, and repeat what was asked") {
    ConformanceScene scene;
    const auto selection =
        json::object({{"userVerification", "required"}, {"residentKey", "required"}});
    const auto options = scene.registration_options(
        {{"attestation", "direct"},
         {"authenticatorSelection", selection},
         {"extensions", json::object({{"example.extension", true}})}}
    );
    CHECK(is_ok(options));
    CHECK(*options.find("rp")->find_string("name") == "Example");
    CHECK(*options.find("user")->find_string("name") == scene_user);
    CHECK(*options.find("user")->find_string("displayName") == "Ada");
    CHECK(base64url_decode(*options.find("user")->find_string("id"))->size() == 64);
    CHECK(challenge_size(options) >= 16);
    CHECK_FALSE(options.find("pubKeyCredParams")->as_array()->empty());
    CHECK(*options.find("attestation") == json::Value("direct"));
    CHECK(*options.find("authenticatorSelection") == selection);
    CHECK(*options.find("extensions")->find("example.extension") == json::Value(true));
    CHECK(options.find("excludeCredentials")->as_array()->empty());
}

TEST_CASE("CreationOptions Req-1: each challenge is new") {
    ConformanceScene scene;
    const auto first = scene.registration_options();
    CHECK(*first.find("challenge") != *scene.registration_options().find("challenge"));
}

TEST_CASE("CreationOptions Req-1: a credential that the account has is excluded") {
    ConformanceScene scene;
    scene.enrol();
    const auto options = scene.registration_options();
    const auto& excluded = *options.find("excludeCredentials")->as_array();
    REQUIRE(excluded.size() == 1);
    CHECK(
        *excluded[0].find_string("id") == base64url_encode(scene.authenticator.credentials()[0].id)
    );
    CHECK(*excluded[0].find_string("type") == "public-key");
}

TEST_CASE("CreationOptions Req-1: a request that is not one is refused") {
    ConformanceScene scene;
    for (const char* request :
         {"{}",
          R"({"username":"ada"})",
          R"({"displayName":"Ada"})",
          R"({"username":1,"displayName":"Ada"})",
          R"({"username":"ada","displayName":"Ada","authenticatorSelection":)"
          R"({"userVerification":"always"}})",
          "["}) {
        INFO(request);
        CHECK_FALSE(is_ok(scene.post("/attestation/options", std::string_view(request))));
    }
}

TEST_CASE("AttestationResponse Resp-1 P-1: a valid response is accepted, once") {
    ConformanceScene scene;
    const std::string response = scene.begin_registration().finish().to_json();
    CHECK(is_ok(scene.post("/attestation/result", response)));
    CHECK_FALSE(is_ok(scene.post("/attestation/result", response)));
}

TEST_CASE("AttestationResponse Resp-1: each broken envelope is refused") {
    ConformanceScene scene;
    scene.front.set_next_challenge(Bytes(32, std::byte{1}));
    const auto credential = json::parse(scene.begin_registration().finish().to_json());
    REQUIRE(credential);
    for (const auto& [name, broken] :
         broken_envelopes(*credential, {"clientDataJSON", "attestationObject"})) {
        INFO(name);
        scene.front.set_next_challenge(Bytes(32, std::byte{1}));
        CHECK(is_ok(scene.registration_options()));
        CHECK_FALSE(is_ok(scene.send("/attestation/result", broken)));
    }
    // The same challenge again, so that the envelope alone was what was wrong.
    scene.front.set_next_challenge(Bytes(32, std::byte{1}));
    CHECK(is_ok(scene.registration_options()));
    CHECK(is_ok(scene.send("/attestation/result", *credential)));
}

TEST_CASE("GetOptions Req-1: options have what get() needs, and repeat what was asked") {
    ConformanceScene scene;
    scene.enrol();
    const auto options = scene.authentication_options(
        {{"userVerification", "required"},
         {"extensions", json::object({{"example.extension", true}})}}
    );
    CHECK(is_ok(options));
    CHECK(challenge_size(options) >= 16);
    CHECK(*options.find("rpId") == json::Value("example.org"));
    CHECK(*options.find("userVerification") == json::Value("required"));
    CHECK(*options.find("extensions")->find("example.extension") == json::Value(true));
    const auto& allowed = *options.find("allowCredentials")->as_array();
    REQUIRE(allowed.size() == 1);
    CHECK(*allowed[0].find_string("type") == "public-key");
    CHECK(*options.find("challenge") != *scene.authentication_options().find("challenge"));
}

TEST_CASE("GetOptions Req-1: a request that is not one is refused") {
    ConformanceScene scene;
    scene.enrol();
    for (const char* request :
         {"{}",
          R"({"username":"nobody@example.org"})",
          R"({"username":"ada@example.org","userVerification":"always"})",
          "["}) {
        INFO(request);
        CHECK_FALSE(is_ok(scene.post("/assertion/options", std::string_view(request))));
    }
}

TEST_CASE("AssertionResponse Resp-1 P-1: a valid response is accepted, once") {
    ConformanceScene scene;
    scene.enrol();
    const std::string response = scene.begin_authentication().finish().to_json();
    CHECK(is_ok(scene.post("/assertion/result", response)));
    CHECK_FALSE(is_ok(scene.post("/assertion/result", response)));
}

TEST_CASE("AssertionResponse Resp-1: each broken envelope is refused") {
    ConformanceScene scene;
    scene.enrol();
    scene.front.set_next_challenge(Bytes(32, std::byte{7}));
    const auto credential = json::parse(scene.begin_authentication().finish().to_json());
    REQUIRE(credential);
    auto broken =
        broken_envelopes(*credential, {"clientDataJSON", "authenticatorData", "signature"});
    const json::Value response = *credential->find("response");
    broken.emplace_back(
        "userHandle a number", changed(*credential, "response", changed(response, "userHandle", 1))
    );
    for (const auto& [name, wrong] : broken) {
        INFO(name);
        scene.front.set_next_challenge(Bytes(32, std::byte{7}));
        CHECK(is_ok(scene.authentication_options()));
        CHECK_FALSE(is_ok(scene.send("/assertion/result", wrong)));
    }
    scene.front.set_next_challenge(Bytes(32, std::byte{7}));
    CHECK(is_ok(scene.authentication_options()));
    CHECK(is_ok(scene.send("/assertion/result", *credential)));
}

}  // namespace latchkey::test
