// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/vectors.hpp"

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/cose.hpp"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

using webauthn::Attestation;
using webauthn::AttestationTrust;
using webauthn::AuthenticationCeremony;
using webauthn::AuthenticationParts;
using webauthn::Challenge;
using webauthn::CoseAlgorithm;
using webauthn::CredentialId;
using webauthn::CrossOrigin;
using webauthn::Origin;
using webauthn::Reason;
using webauthn::RegistrationPolicy;
using webauthn::UserHandle;
using webauthn::UserVerification;

Judgement rejected(std::string reason) {
    return {.verdict = Verdict::reject, .reason = std::move(reason), .step = std::nullopt};
}

const Judgement accepted{.verdict = Verdict::accept, .reason = "", .step = std::nullopt};
const Judgement malformed_record = rejected("record_malformed");

Verdict verdict_of(Reason reason) {
    switch (reason) {
        case Reason::algorithm_not_supported:
        case Reason::statement_algorithm_not_supported:
            return Verdict::unsupported;
        default:
            return Verdict::reject;
    }
}

Judgement judgement_of(const webauthn::Failure& failure) {
    return {
        .verdict = verdict_of(failure.reason),
        .reason = std::string(name_of(failure.reason)),
        .step = failure.step
    };
}

std::optional<Bytes> bytes_at(const json::Value& record, std::string_view key) {
    const std::string* text = record.find_string(key);
    return text == nullptr ? std::nullopt : base64url_decode(*text);
}

bool is_true(const json::Value& record, std::string_view key) {
    const json::Value* value = record.find(key);
    return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

std::vector<std::string> strings_at(const json::Value& record, std::string_view key) {
    std::vector<std::string> strings;
    const json::Value* list = record.find(key);
    if (list == nullptr || list->as_array() == nullptr) return strings;
    for (const json::Value& item : *list->as_array()) {
        if (item.as_string() != nullptr) strings.push_back(*item.as_string());
    }
    return strings;
}

std::vector<Origin> origins_at(const json::Value& record, std::string_view key) {
    std::vector<Origin> origins;
    for (std::string& text : strings_at(record, key)) {
        origins.emplace_back(std::move(text));
    }
    return origins;
}

std::uint32_t count_at(const json::Value& record, std::string_view key) {
    const json::Value* value = record.find(key);
    if (value == nullptr || value->as_integer() == nullptr) return 0;
    return static_cast<std::uint32_t>(*value->as_integer());
}

}  // namespace

webauthn::RelyingParty relying_party_of(const json::Value& record) {
    const std::string* id = record.find_string("rpId");
    return {
        .id = webauthn::RpId(id == nullptr ? "" : *id),
        .name = "",
        .origins = origins_at(record, "origins"),
        .top_origins = origins_at(record, "topOrigins"),
        .cross_origin =
            is_true(record, "crossOriginAllowed") ? CrossOrigin::allowed : CrossOrigin::refused
    };
}

UserVerification user_verification_of(const json::Value& record) {
    const std::string* text = record.find_string("userVerification");
    if (text != nullptr && *text == "preferred") return UserVerification::preferred;
    if (text != nullptr && *text == "discouraged") return UserVerification::discouraged;
    return UserVerification::required;
}

namespace {

/// "2026-06-01T00:00:00Z", with or without a fraction of a second.
std::optional<TimePoint> time_from(std::string_view text) {
    const auto number = [text](std::size_t at, std::size_t size) {
        int value = -1;
        if (at + size <= text.size()) {
            std::from_chars(text.data() + at, text.data() + at + size, value);
        }
        return value;
    };
    using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
    using std::chrono::year, std::chrono::month, std::chrono::day;
    const std::chrono::year_month_day date(
        year(number(0, 4)),
        month(static_cast<unsigned>(number(5, 2))),
        day(static_cast<unsigned>(number(8, 2)))
    );
    if (!date.ok() || text.size() < 20 || text[10] != 'T' || text.back() != 'Z') {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) +
           seconds(number(17, 2));
}

}  // namespace

RegistrationPolicy policy_of(const json::Value& record) {
    RegistrationPolicy policy;
    policy.attestation = Attestation::preferred;
    policy.refused_formats.clear();
    policy.algorithms.clear();
    const json::Value* algs = record.find("algs");
    if (algs != nullptr && algs->as_array() != nullptr) {
        for (const json::Value& alg : *algs->as_array()) {
            if (alg.as_integer() == nullptr) continue;
            policy.algorithms.push_back(static_cast<CoseAlgorithm>(*alg.as_integer()));
        }
    }
    const json::Value* attestation = record.find("attestation");
    if (attestation == nullptr) return policy;
    const std::string* mode = attestation->find_string("mode");
    if (mode != nullptr && *mode == "trusted") {
        policy.attestation = Attestation::required;
        policy.trust = AttestationTrust::roots;
        for (const std::string& root : strings_at(*attestation, "trustRoots")) {
            policy.roots.push_back(base64url_decode(root).value_or(Bytes()));
        }
    }
    return policy;
}

TimePoint time_of(const json::Value& record) {
    const json::Value* attestation = record.find("attestation");
    const std::string* text = attestation == nullptr ? nullptr : attestation->find_string("time");
    if (text == nullptr) return {};
    return time_from(*text).value_or(TimePoint());
}

namespace {

/// Who signs in. Records that do not say are about one account that is known beforehand.
AuthenticationCeremony ceremony_of(
    const json::Value& record, Challenge challenge, UserHandle owner
) {
    const bool is_discoverable = is_true(record, "discoverable");
    std::vector<webauthn::CredentialDescriptor> allowed;
    for (const std::string& id : strings_at(record, "allowCredentials")) {
        allowed.push_back({.id = CredentialId(base64url_decode(id).value_or(Bytes()))});
    }
    auto ceremony = is_discoverable ? AuthenticationCeremony::discoverable(std::move(challenge))
                                    : AuthenticationCeremony::for_account(
                                          std::move(challenge), std::move(owner), std::move(allowed)
                                      );
    ceremony.user_verification = user_verification_of(record);
    ceremony.counter_rule = webauthn::CounterRule::refuse;
    if (const std::string* app_id = record.find_string("appid")) {
        ceremony.app_id = webauthn::AppId(*app_id);
    }
    return ceremony;
}

std::optional<AuthenticationParts> parts_of(const json::Value& record) {
    auto id = bytes_at(record, "credentialId");
    auto client_data = bytes_at(record, "clientDataJSON");
    auto data = bytes_at(record, "authenticatorData");
    auto signature = bytes_at(record, "signature");
    if (!id || !client_data || !data || !signature) return std::nullopt;
    const json::Value* extensions = record.find("clientExtensionResults");
    AuthenticationParts parts{
        .id = CredentialId(*std::move(id)),
        .client_data_json = *std::move(client_data),
        .authenticator_data = *std::move(data),
        .signature = *std::move(signature),
        .extensions = {.used_app_id = extensions != nullptr && is_true(*extensions, "appid")}
    };
    if (auto handle = bytes_at(record, "userHandle")) {
        parts.user_handle = UserHandle(*std::move(handle));
    }
    return parts;
}

UserHandle owner_of(const json::Value& record) {
    for (const auto* key : {"accountUserHandle", "userHandle"}) {
        if (auto handle = bytes_at(record, key)) return UserHandle(*std::move(handle));
    }
    return UserHandle(Bytes{std::byte{1}});
}

}  // namespace

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::accept:
            return "accept";
        case Verdict::reject:
            return "reject";
        case Verdict::unsupported:
            return "unsupported";
    }
    return "reject";
}

Judgement Judge::judge(const json::Value& record) {
    if (record.find("cose") != nullptr) return judge_signature(record);
    const std::string* kind = record.find_string("kind");
    if (kind != nullptr && *kind == "registration") return judge_registration(record);
    if (kind != nullptr && *kind == "assertion") return judge_assertion(record);
    return malformed_record;
}

Judgement Judge::judge_registration(const json::Value& record) {
    auto challenge = bytes_at(record, "challenge");
    auto client_data = bytes_at(record, "clientDataJSON");
    auto object = bytes_at(record, "attestationObject");
    if (!challenge || !client_data || !object) return malformed_record;
    const std::string* mediation = record.find_string("mediation");
    const bool is_conditional = mediation != nullptr && *mediation == "conditional";
    const webauthn::RegistrationCeremony ceremony{
        .challenge = Challenge(*std::move(challenge)),
        .user_handle = owner_of(record),
        .user_verification = user_verification_of(record),
        .mediation = is_conditional ? webauthn::Mediation::conditional : webauthn::Mediation::modal
    };
    const auto response = webauthn::parse_registration_response(webauthn::RegistrationParts{
        .client_data_json = *std::move(client_data), .attestation_object = *std::move(object)
    });
    if (!response) return judgement_of(response.error());
    const auto verified = verifier_.verify_registration(
        relying_party_of(record), policy_of(record), ceremony, *response, time_of(record)
    );
    return verified ? accepted : judgement_of(verified.error());
}

Judgement Judge::judge_assertion(const json::Value& record) {
    auto challenge = bytes_at(record, "challenge");
    auto cose_key = bytes_at(record, "credentialPublicKey");
    auto parts = parts_of(record);
    if (!challenge || !cose_key || !parts) return malformed_record;
    const auto key = webauthn::public_key_from_cose(*cose_key);
    if (!key) {
        return judgement_of(
            {.ceremony = webauthn::Ceremony::authentication, .step = 6, .reason = key.error()}
        );
    }
    const auto response = webauthn::parse_authentication_response(*std::move(parts));
    if (!response) return judgement_of(response.error());
    webauthn::CredentialRecord stored;
    stored.id = response->id();
    stored.user_handle = owner_of(record);
    stored.public_key = *key;
    stored.sign_count = count_at(record, "storedSignCount");
    const json::Value* eligible = record.find("storedBackupEligible");
    const bool is_known = eligible != nullptr && eligible->as_bool() != nullptr;
    // Unknown: what the response says is taken as what was stored.
    stored.backup_eligible =
        is_known ? *eligible->as_bool() : response->authenticator_data().flags.be;
    const auto ceremony = ceremony_of(record, Challenge(*std::move(challenge)), stored.user_handle);
    const auto verified =
        verifier_.verify_authentication(relying_party_of(record), ceremony, stored, *response);
    return verified ? accepted : judgement_of(verified.error());
}

Judgement Judge::judge_signature(const json::Value& record) {
    const auto cose_key = bytes_at(record, "cose");
    const auto message = bytes_at(record, "msg");
    const auto signature = bytes_at(record, "sig");
    if (!cose_key || !message || !signature) return malformed_record;
    const auto key = webauthn::public_key_from_cose(*cose_key);
    if (!key) {
        return {
            .verdict = verdict_of(key.error()),
            .reason = std::string(name_of(key.error())),
            .step = std::nullopt
        };
    }
    const auto check = signatures_.verify({
        .algorithm = webauthn::signature_algorithm(key->algorithm).value(),
        .key = key->material,
        .signature = *signature,
        .message = {*message},
    });
    return check == crypto::SignatureCheck::valid ? accepted : rejected("bad_signature");
}

}  // namespace latchkey::test
