// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/vectors.hpp"
#include "webauthn/fixture.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using json::object;

/// The response as JSON with these extension outputs.
std::string with_results(std::string_view response, json::Value results) {
    auto parsed = json::parse(response).value();
    parsed.set("clientExtensionResults", std::move(results));
    return json::write(parsed);
}

auto created(json::Value results) {
    const RegistrationCase registration;
    return parse_registration_response(
        with_results(registration.made().to_json(), std::move(results))
    );
}

auto asserted(json::Value results) {
    const AuthenticationCase authentication;
    return parse_authentication_response(
        with_results(authentication.made().to_json(), std::move(results))
    );
}

json::Value options_of(const RegistrationCase& registration) {
    return json::parse(issue_registration(
                           registration.rp, registration.policy, registration.ceremony, {}, {}
                       ))
        .value();
}

json::Value options_of(const AuthenticationCase& authentication) {
    return json::parse(issue_authentication(authentication.rp, authentication.ceremony)).value();
}

const std::string malformed_creation = "7.1 step 3: response_malformed";
const std::string malformed_assertion = "7.2 step 3: response_malformed";

/// A registration whose authenticator says this of credProtect.
RegistrationCase with_protection(std::optional<std::int64_t> value) {
    RegistrationCase registration;
    if (value) {
        registration.draft.data.flags |= test::flag::ed;
        registration.draft.data.extensions =
            test::cbor::map({{test::cbor::text("credProtect"), test::cbor::integer(*value)}});
    }
    return registration;
}

std::string judged(const RegistrationCase& registration) {
    Verifier verifier;
    const auto verified = registration.verify(verifier);
    return verified ? "accepted" : describe(verified.error());
}

}  // namespace

TEST_CASE("5.4: a registration asks for what its extensions and its policy name") {
    RegistrationCase registration;
    CHECK(*options_of(registration).find("extensions") == object({{"credProps", true}}));
    registration.ceremony.extensions = {
        .prf = true,
        .large_blob = LargeBlobSupport::preferred,
        .app_id_exclude = AppId("https://example.org/app-id.json")
    };
    registration.policy.minimum_protection = CredentialProtection::user_verification_required;
    CHECK(
        *options_of(registration).find("extensions") ==
        object(
            {{"credProps", true},
             {"prf", object({})},
             {"largeBlob", object({{"support", "preferred"}})},
             {"appidExclude", "https://example.org/app-id.json"},
             {"credentialProtectionPolicy", "userVerificationRequired"},
             {"enforceCredentialProtectionPolicy", true}}
        )
    );
    registration.ceremony.extensions.large_blob = LargeBlobSupport::required;
    CHECK(
        *options_of(registration).find("extensions")->find("largeBlob") ==
        object({{"support", "required"}})
    );
}

TEST_CASE("5.4: a registration names where the credential may be and where to look first") {
    RegistrationCase registration;
    registration.ceremony.attachment = AuthenticatorAttachment::cross_platform;
    registration.ceremony.resident_key = ResidentKey::discouraged;
    registration.ceremony.hints = {Hint::security_key, Hint::hybrid};
    const auto options = options_of(registration);
    CHECK(
        *options.find("authenticatorSelection") ==
        object(
            {{"residentKey", "discouraged"},
             {"requireResidentKey", false},
             {"userVerification", "required"},
             {"authenticatorAttachment", "cross-platform"}}
        )
    );
    CHECK(*options.find("hints") == json::Value(json::Array{"security-key", "hybrid"}));
}

TEST_CASE("5.5: an authentication asks for what its extensions name") {
    AuthenticationCase authentication;
    CHECK(options_of(authentication).find("extensions") == nullptr);
    authentication.ceremony.hints = {Hint::client_device};
    authentication.ceremony.extensions.prf = PrfInputs{.first = repeated(1, 3)};
    authentication.ceremony.extensions.prf_by_credential = {
        {CredentialId(repeated(9, 4)), {.first = repeated(2, 3), .second = repeated(3, 3)}}
    };
    authentication.ceremony.extensions.read_large_blob = true;
    const auto options = options_of(authentication);
    CHECK(*options.find("hints") == json::Value(json::Array{"client-device"}));
    const auto by_credential = object(
        {{base64url_encode(repeated(9, 4)),
          object(
              {{"first", base64url_encode(repeated(2, 3))},
               {"second", base64url_encode(repeated(3, 3))}}
          )}}
    );
    CHECK(
        *options.find("extensions") ==
        object(
            {{"prf",
              object(
                  {{"eval", object({{"first", base64url_encode(repeated(1, 3))}})},
                   {"evalByCredential", by_credential}}
              )},
             {"largeBlob", object({{"read", true}})}}
        )
    );
    authentication.ceremony.extensions = {.write_large_blob = repeated(7, 2)};
    CHECK(
        *options_of(authentication).find("extensions") ==
        object({{"largeBlob", object({{"write", base64url_encode(repeated(7, 2))}})}})
    );
}

TEST_CASE("7.1 step 28: what the client says of extensions is reported") {
    const auto response = created(object(
        {{"credProps", object({{"rk", false}, {"authenticatorDisplayName", "x"}})},
         {"prf", object({{"enabled", true}})},
         {"largeBlob", object({{"supported", true}})},
         {"appidExclude", true}}
    ));
    REQUIRE(response);
    CHECK(response->extensions().discoverable == false);
    CHECK(response->extensions().prf_enabled == true);
    CHECK(response->extensions().large_blob_supported == true);
    CHECK(response->extensions().app_id_excluded);
    const auto silent = created(object({}));
    REQUIRE(silent);
    CHECK_FALSE(silent->extensions().discoverable);
    CHECK_FALSE(silent->extensions().prf_enabled);
    CHECK_FALSE(silent->extensions().large_blob_supported);
}

TEST_CASE("7.2 step 23: what the client says of extensions is reported") {
    const auto response = asserted(object(
        {{"appid", true},
         {"largeBlob", object({{"blob", base64url_encode(repeated(5, 9))}, {"written", true}})}}
    ));
    REQUIRE(response);
    CHECK(response->extensions().used_app_id);
    CHECK(response->extensions().large_blob == repeated(5, 9));
    CHECK(response->extensions().large_blob_written == true);
    CHECK_FALSE(asserted(object({}))->extensions().large_blob);
}

TEST_CASE("7.1 step 28, 7.2 step 23: outputs that nobody knows or asked for are tolerated") {
    const auto unknown = object({{"example.unknown", json::Array{1, object({})}}, {"uvm", 7}});
    CHECK(created(unknown));
    CHECK(asserted(unknown));
    RegistrationCase registration;
    registration.draft.data.flags |= test::flag::ed;
    registration.draft.data.extensions =
        test::cbor::map({{test::cbor::text("unknown"), test::cbor::integer(1)}});
    CHECK(judged(registration) == "accepted");
}

TEST_CASE("7.1 step 4, 7.2 step 4: an output of another type is refused") {
    for (const auto& results :
         {object({{"credProps", true}}),
          object({{"credProps", object({{"rk", 1}})}}),
          object({{"prf", json::Array{}}}),
          object({{"prf", object({{"enabled", "true"}})}}),
          object({{"largeBlob", "yes"}}),
          object({{"largeBlob", object({{"supported", 0}})}}),
          object({{"appidExclude", "https://example.org"}})}) {
        CAPTURE(json::write(results));
        const auto response = created(results);
        REQUIRE_FALSE(response);
        CHECK(describe(response.error()) == malformed_creation);
    }
    const std::string too_long = base64url_encode(repeated(1, 65'537));
    for (const auto& results :
         {object({{"appid", 1}}),
          object({{"largeBlob", true}}),
          object({{"largeBlob", object({{"written", 1}})}}),
          object({{"largeBlob", object({{"blob", 1}})}}),
          object({{"largeBlob", object({{"blob", "AA=="}})}}),
          object({{"largeBlob", object({{"blob", too_long}})}})}) {
        const auto response = asserted(results);
        REQUIRE_FALSE(response);
        CHECK(describe(response.error()) == malformed_assertion);
    }
}

TEST_CASE("10.1.4: results of prf are refused, those of the specification's vectors too") {
    const auto folder = test::test_data();
    if (!folder) return;
    std::ifstream file(*folder / "webauthn/w3c-prf.json");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto records = json::parse(text);
    REQUIRE(records);
    int seen = 0;
    for (const json::Value& record : *records->as_array()) {
        const std::string* input = record.find_string("prf_eval_first");
        const std::string* output = record.find_string("prf_results_first");
        if (input == nullptr || output == nullptr) continue;
        ++seen;
        const Bytes first = hex_decode(*input).value();
        // The server sends the input as it is; the client makes the salt of it.
        AuthenticationCase authentication;
        authentication.ceremony.extensions.prf = PrfInputs{.first = first};
        const auto options = options_of(authentication);
        CHECK(
            *options.find("extensions")->find("prf")->find("eval")->find_string("first") ==
            base64url_encode(first)
        );
        const auto salt = crypto::sha256({bytes_of(std::string_view("WebAuthn PRF\0", 13)), first});
        CHECK(hex_encode(salt) == *record.find_string("salt1"));
        const auto results = object(
            {{"prf",
              object(
                  {{"enabled", true},
                   {"results", object({{"first", base64url_encode(hex_decode(*output).value())}})}}
              )}}
        );
        CHECK(describe(created(results).error()) == "7.1 step 3: prf_results_received");
        CHECK(describe(asserted(results).error()) == "7.2 step 3: prf_results_received");
    }
    CHECK(seen == 3);
}

TEST_CASE("7.1 step 28: credProtect is as strict as the policy asks for") {
    const std::string refused = "7.1 step 28: credential_protection_too_weak";
    using enum CredentialProtection;
    for (const auto value : {std::optional<std::int64_t>(), {0}, {1}, {2}, {3}, {4}, {-1}}) {
        auto registration = with_protection(value);
        CAPTURE(value.value_or(99));
        CHECK(judged(registration) == "accepted");
        const bool is_known = value && *value >= 1 && *value <= 3;
        for (const auto minimum :
             {user_verification_optional,
              user_verification_optional_with_credential_id_list,
              user_verification_required}) {
            registration.policy.minimum_protection = minimum;
            const bool is_enough = is_known && *value >= static_cast<std::int64_t>(minimum);
            CHECK(judged(registration) == (is_enough ? "accepted" : refused));
        }
    }
    Verifier verifier;
    CHECK(with_protection(3).verify(verifier)->protection == user_verification_required);
    CHECK_FALSE(with_protection(4).verify(verifier)->protection);
}

TEST_CASE("5.1: the envelope's members are of their types, whether they are used or not") {
    const RegistrationCase registration;
    const std::string made = registration.made().to_json();
    const auto with = [&](std::string key, json::Value value) {
        auto parsed = json::parse(made).value();
        parsed.set(std::move(key), std::move(value));
        return parse_registration_response(json::write(parsed));
    };
    const auto inside = [&](std::string key, json::Value value) {
        auto response = *json::parse(made)->find("response");
        response.set(std::move(key), std::move(value));
        return with("response", std::move(response));
    };
    CHECK(
        with("authenticatorAttachment", "platform")->attachment() ==
        AuthenticatorAttachment::platform
    );
    CHECK(
        with("authenticatorAttachment", "cross-platform")->attachment() ==
        AuthenticatorAttachment::cross_platform
    );
    CHECK_FALSE(with("authenticatorAttachment", "implant")->attachment());
    CHECK_FALSE(with("authenticatorAttachment", nullptr)->attachment());
    CHECK_FALSE(with("authenticatorAttachment", 1));
    CHECK(inside("publicKeyAlgorithm", -7));
    CHECK(inside("publicKey", nullptr));
    CHECK(inside("publicKey", "AAAA"));
    CHECK_FALSE(inside("publicKey", 1));
    CHECK_FALSE(inside("authenticatorData", json::Array{}));
    CHECK_FALSE(inside("publicKeyAlgorithm", "-7"));
}

}  // namespace latchkey::webauthn
