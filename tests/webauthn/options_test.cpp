// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/options.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "webauthn/fixture.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using json::object;

json::Value descriptor(const Bytes& id) {
    return object({{"type", "public-key"}, {"id", base64url_encode(id)}});
}

}  // namespace

TEST_CASE("5.4: the options of a registration say all that the browser needs, and no attachment") {
    const RegistrationCase registration;
    auto usb = descriptor(repeated(1, 16));
    usb.set("transports", json::Array{"usb", "nfc"});
    const auto options = json::parse(issue_registration(
        registration.rp,
        RegistrationPolicy(),
        registration.ceremony,
        {.name = "ada@example.org", .display_name = "Ada \"A\" <Lovelace>"},
        {{.id = CredentialId(repeated(1, 16)), .transports = {"usb", "nfc"}},
         {.id = CredentialId(repeated(2, 16))}}
    ));
    REQUIRE(options);
    const auto parameter = [](int alg) { return object({{"type", "public-key"}, {"alg", alg}}); };
    CHECK(
        *options ==
        object(
            {{"rp", object({{"id", "example.org"}, {"name", "Example"}})},
             {"user",
              object(
                  {{"id", base64url_encode(repeated(0x2a, 64))},
                   {"name", "ada@example.org"},
                   {"displayName", "Ada \"A\" <Lovelace>"}}
              )},
             {"challenge", base64url_encode(repeated(0x17, 32))},
             {"pubKeyCredParams", json::Array{parameter(-8), parameter(-7), parameter(-257)}},
             {"timeout", 300'000},
             {"excludeCredentials", json::Array{usb, descriptor(repeated(2, 16))}},
             {"authenticatorSelection",
              object(
                  {{"residentKey", "required"},
                   {"requireResidentKey", true},
                   {"userVerification", "required"}}
              )},
             {"attestation", "none"},
             {"extensions", object({{"credProps", true}})}}
        )
    );
}

TEST_CASE("5.4: policy and ceremony show in the options of a registration") {
    RegistrationCase registration;
    registration.policy.attestation = Attestation::preferred;
    registration.policy.algorithms = {CoseAlgorithm::es256};
    registration.ceremony.user_verification = UserVerification::discouraged;
    registration.ceremony.timeout = std::chrono::seconds(60);
    const auto options = json::parse(
        issue_registration(registration.rp, registration.policy, registration.ceremony, {}, {})
    );
    REQUIRE(options);
    CHECK(*options->find_string("attestation") == "direct");
    CHECK(options->find("pubKeyCredParams")->as_array()->size() == 1);
    CHECK(
        *options->find("authenticatorSelection")->find_string("userVerification") == "discouraged"
    );
    CHECK(*options->find("timeout") == json::Value(60'000));
}

TEST_CASE("5.4.4: resident key and attachment are spelled as the specification does") {
    RegistrationCase registration;
    const auto said = [&registration](std::string_view member) {
        const auto options = json::parse(
            issue_registration(registration.rp, registration.policy, registration.ceremony, {}, {})
        );
        return *options->find("authenticatorSelection")->find_string(member);
    };
    for (const auto& [resident_key, spelled] : std::vector<std::pair<ResidentKey, std::string>>{
             {ResidentKey::required, "required"},
             {ResidentKey::preferred, "preferred"},
             {ResidentKey::discouraged, "discouraged"}
         }) {
        registration.ceremony.resident_key = resident_key;
        CHECK(said("residentKey") == spelled);
    }
    registration.ceremony.attachment = AuthenticatorAttachment::platform;
    CHECK(said("authenticatorAttachment") == "platform");
    registration.ceremony.attachment = AuthenticatorAttachment::cross_platform;
    CHECK(said("authenticatorAttachment") == "cross-platform");
}

TEST_CASE("CTAP 2.2 section 12.1: each credential protection is spelled as it says") {
    using enum CredentialProtection;
    RegistrationCase registration;
    for (const auto& [protection, spelled] :
         std::vector<std::pair<CredentialProtection, std::string>>{
             {user_verification_optional, "userVerificationOptional"},
             {user_verification_optional_with_credential_id_list,
              "userVerificationOptionalWithCredentialIDList"},
             {user_verification_required, "userVerificationRequired"}
         }) {
        registration.policy.minimum_protection = protection;
        const auto options = json::parse(
            issue_registration(registration.rp, registration.policy, registration.ceremony, {}, {})
        );
        const json::Value* extensions = options->find("extensions");
        CHECK(*extensions->find_string("credentialProtectionPolicy") == spelled);
        CHECK(*extensions->find("enforceCredentialProtectionPolicy") == json::Value(true));
    }
}

TEST_CASE("5.4: preferred attestation formats are said where attestation is asked for") {
    RegistrationCase registration;
    const auto said = [&registration]() -> std::optional<json::Value> {
        const auto options = json::parse(
            issue_registration(registration.rp, registration.policy, registration.ceremony, {}, {})
        );
        const json::Value* formats = options->find("attestationFormats");
        return formats ? std::optional(*formats) : std::nullopt;
    };
    registration.policy.attestation = Attestation::required;
    CHECK_FALSE(said());
    registration.policy.preferred_formats = {"packed", "tpm"};
    CHECK(said() == json::Value(json::Array{"packed", "tpm"}));
    registration.policy.attestation = Attestation::none;
    CHECK_FALSE(said());
}

TEST_CASE("5.5: the options of an authentication of whoever comes name no credential") {
    const auto ceremony = AuthenticationCeremony::discoverable(Challenge(repeated(0x71, 32)));
    const auto options = json::parse(issue_authentication(test_relying_party(), ceremony));
    REQUIRE(options);
    CHECK(
        *options == object(
                        {{"challenge", base64url_encode(repeated(0x71, 32))},
                         {"rpId", "example.org"},
                         {"userVerification", "required"},
                         {"allowCredentials", json::Array()},
                         {"timeout", 300'000}}
                    )
    );
}

TEST_CASE("5.5: the options of an authentication of an account name its credentials") {
    auto ceremony = AuthenticationCeremony::for_account(
        Challenge(repeated(0x71, 32)),
        UserHandle(repeated(0x2a, 64)),
        {{.id = CredentialId(repeated(1, 16)), .transports = {"usb"}},
         {.id = CredentialId(repeated(2, 16))}}
    );
    ceremony.user_verification = UserVerification::preferred;
    ceremony.app_id = AppId("https://example.org/app-id.json");
    const auto options = json::parse(issue_authentication(test_relying_party(), ceremony));
    REQUIRE(options);
    auto first = descriptor(repeated(1, 16));
    first.set("transports", json::Array{"usb"});
    CHECK(
        *options->find("allowCredentials") ==
        json::Value(json::Array{first, descriptor(repeated(2, 16))})
    );
    CHECK(*options->find_string("userVerification") == "preferred");
    CHECK(*options->find("extensions") == object({{"appid", "https://example.org/app-id.json"}}));
}

TEST_CASE("The software authenticator does with the options what a browser does") {
    test::SoftwareAuthenticator authenticator;
    const RegistrationCase registration;
    const auto create = [&](const UserHandle& user, std::vector<CredentialDescriptor> exclude) {
        auto ceremony = registration.ceremony;
        ceremony.user_handle = user;
        return authenticator.create(
            issue_registration(registration.rp, registration.policy, ceremony, {}, exclude),
            test_origin
        );
    };
    const UserHandle ada(repeated(1, 64));
    const UserHandle bob(repeated(2, 64));
    REQUIRE(create(ada, {}));
    const CredentialId first(authenticator.credentials().front().id);
    CHECK_FALSE(create(ada, {{.id = first}}));
    REQUIRE(create(bob, {}));
    CHECK(authenticator.credentials().size() == 2);
    REQUIRE(create(ada, {}));  // takes the place of the first one
    CHECK(authenticator.credentials().size() == 2);

    const auto get = [&](std::vector<CredentialDescriptor> allowed) {
        return authenticator.get(
            issue_authentication(
                registration.rp,
                AuthenticationCeremony::for_account(
                    Challenge(repeated(3, 32)), ada, std::move(allowed)
                )
            ),
            test_origin
        );
    };
    CHECK(get({}));
    CHECK_FALSE(get({{.id = first}}));
    authenticator.remove(authenticator.credentials().back().id);
    authenticator.remove(authenticator.credentials().back().id);
    CHECK_FALSE(get({}));
}

}  // namespace latchkey::webauthn
