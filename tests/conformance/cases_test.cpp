// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "conformance/made_cases.hpp"
#include "conformance/scene.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/vectors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

/// Every case of the FIDO2 server conformance groups that conformance-map.json names, over HTTP:
/// the record where the test data has it, else the same thing made by the software authenticator.
namespace latchkey::test {
namespace {

using Records = std::map<std::string, json::Value, std::less<>>;

/// Cases where the tools ask for more than WebAuthn does: docs/reference/conformance.md says why.
constexpr std::array accepted_on_purpose{
    std::string_view("Att-Resp-2 F-15"),
    std::string_view("Asr-Resp-2 F-15"),
    std::string_view("Att-Resp-5 F-10"),
    std::string_view("Att-Resp-8 F-1"),
};

/// "P" cases must pass, "F" cases must fail.
bool must_pass(std::string_view identifier) {
    const bool is_positive = identifier.find(" P-") != std::string_view::npos;
    return is_positive || std::ranges::count(accepted_on_purpose, identifier) > 0;
}

Records records_by_name(const std::filesystem::path& data) {
    Records records;
    for (json::Value& record : read_records(data / "webauthn/derived-w3c-keys.jsonl")) {
        const std::string name = *record.find_string("id");
        records.emplace(name.substr(name.find('/') + 1), std::move(record));
    }
    return records;
}

std::string text_in(const json::Value& record, const char* member) {
    const std::string* text = record.find_string(member);
    return text == nullptr ? std::string() : *text;
}

json::Value envelope(const std::string& id, json::Value response) {
    return json::object(
        {{"id", id},
         {"rawId", id},
         {"type", "public-key"},
         {"response", std::move(response)},
         {"clientExtensionResults", json::object({})}}
    );
}

std::string verification_of(const json::Value& record) {
    const std::string text = text_in(record, "userVerification");
    return text.empty() ? "required" : text;
}

void prepare(ConformanceScene& scene, const json::Value& record) {
    scene.front.configure(
        {.rp = relying_party_of(record), .policy = policy_of(record), .now = time_of(record)}
    );
    scene.front.set_next_challenge(base64url_decode(text_in(record, "challenge")).value());
}

json::Value answer_to_registration(ConformanceScene& scene, const json::Value& record) {
    prepare(scene, record);
    const auto selection = json::object({{"userVerification", verification_of(record)}});
    CHECK(is_ok(scene.registration_options({{"authenticatorSelection", selection}})));
    // What cannot be parsed has no id, and is refused before that could matter.
    const auto parsed = webauthn::parse_registration_response(webauthn::RegistrationParts{
        .client_data_json = base64url_decode(text_in(record, "clientDataJSON")).value(),
        .attestation_object = base64url_decode(text_in(record, "attestationObject")).value()
    });
    const std::string id = parsed ? base64url_encode(parsed->id().value()) : "AAAA";
    return scene.send(
        "/attestation/result",
        envelope(
            id,
            json::object(
                {{"clientDataJSON", text_in(record, "clientDataJSON")},
                 {"attestationObject", text_in(record, "attestationObject")}}
            )
        )
    );
}

webauthn::CredentialRecord stored_credential(const json::Value& record) {
    constexpr std::size_t flags_at = 32;
    constexpr std::byte backup_eligible{0x08};
    const auto data = base64url_decode(text_in(record, "authenticatorData")).value();
    const json::Value* eligible = record.find("storedBackupEligible");
    const bool is_known = eligible != nullptr && eligible->as_bool() != nullptr;
    const bool says_eligible =
        data.size() > flags_at && (data[flags_at] & backup_eligible) != std::byte{0};
    webauthn::CredentialRecord stored;
    stored.id = webauthn::CredentialId(base64url_decode(text_in(record, "credentialId")).value());
    stored.user_handle = webauthn::UserHandle(Bytes(64, std::byte{1}));
    stored.public_key = webauthn::public_key_from_cose(
                            base64url_decode(text_in(record, "credentialPublicKey")).value()
    )
                            .value();
    stored.sign_count = static_cast<std::uint32_t>(*record.find("storedSignCount")->as_integer());
    stored.backup_eligible = is_known ? *eligible->as_bool() : says_eligible;
    return stored;
}

json::Value answer_to_assertion(ConformanceScene& scene, const json::Value& record) {
    prepare(scene, record);
    scene.front.add_credential(scene_user, stored_credential(record));
    CHECK(is_ok(scene.authentication_options({{"userVerification", verification_of(record)}})));
    return scene.send(
        "/assertion/result",
        envelope(
            text_in(record, "credentialId"),
            json::object(
                {{"clientDataJSON", text_in(record, "clientDataJSON")},
                 {"authenticatorData", text_in(record, "authenticatorData")},
                 {"signature", text_in(record, "signature")}}
            )
        )
    );
}

/// nullopt: neither in the data nor made here.
std::optional<json::Value> answer_to(
    ConformanceScene& scene, const Records& records, const std::string& name
) {
    const bool is_registration = name.starts_with("reg/");
    if (const auto record = records.find(name); record != records.end()) {
        return is_registration ? answer_to_registration(scene, record->second)
                               : answer_to_assertion(scene, record->second);
    }
    const auto made = made_cases().find(name);
    if (made == made_cases().end()) return std::nullopt;
    scene.front.configure(scene_settings());
    scene.authenticator = SoftwareAuthenticator();
    const std::string response = made->second(scene);
    return scene.post(is_registration ? "/attestation/result" : "/assertion/result", response);
}

}  // namespace

TEST_CASE("Every conformance case that is mapped ends as the tools expect") {
    const auto data = test_data();
    if (!data) return;
    const Records records = records_by_name(*data);
    const auto map = json::parse(read_file(*data / "webauthn/conformance-map.json"));
    REQUIRE(map);
    ConformanceScene scene;
    std::size_t passed = 0;
    for (const auto& [identifier, names] : *map->as_object()) {
        for (const json::Value& each : *names.as_array()) {
            const std::string& name = *each.as_string();
            INFO(identifier << ": " << name);
            const auto answer = answer_to(scene, records, name);
            REQUIRE(answer);
            INFO(text_in(*answer, "errorMessage"));
            CHECK(is_ok(*answer) == must_pass(identifier));
            ++passed;
        }
    }
    MESSAGE(passed << " probes of " << map->as_object()->size() << " cases");
    CHECK(passed >= 103);
}

TEST_CASE("Each case that is made here would pass but for the one thing that is wrong") {
    ConformanceScene scene;
    CHECK(is_ok(scene.post("/attestation/result", scene.begin_registration().finish().to_json())));
    CHECK(is_ok(scene.post("/assertion/result", scene.begin_authentication().finish().to_json())));
    for (const auto kind :
         {StatementKind::packed_self,
          StatementKind::packed_certified,
          StatementKind::fido_u2f,
          StatementKind::tpm,
          StatementKind::android_key}) {
        scene.authenticator = SoftwareAuthenticator({.statement = kind, .seed = 5});
        auto settings = scene_settings();
        settings.policy.trust = webauthn::AttestationTrust::roots;
        settings.policy.roots = {scene.authenticator.root()};
        scene.front.configure(settings);
        const auto made = scene.begin_registration().finish();
        CHECK(is_ok(scene.post("/attestation/result", made.to_json())));
    }
}

}  // namespace latchkey::test
