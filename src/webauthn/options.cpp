// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/options.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn/types.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

using json::object;

std::string_view spelled(UserVerification requirement) {
    switch (requirement) {
        case UserVerification::required:
            return "required";
        case UserVerification::preferred:
            return "preferred";
        case UserVerification::discouraged:
            return "discouraged";
    }
    return "required";
}

/// AttestationConveyancePreference. `direct` in both cases: a statement that the client rewrote
/// would vouch for nothing.
std::string_view spelled(Attestation attestation) {
    return attestation == Attestation::none ? "none" : "direct";
}

json::Value descriptor(const CredentialId& id, const std::vector<std::string>& transports) {
    json::Value value = object({{"type", "public-key"}, {"id", base64url_encode(id.value())}});
    if (!transports.empty()) {
        value.set("transports", json::Array(transports.begin(), transports.end()));
    }
    return value;
}

json::Array parameters(const std::vector<CoseAlgorithm>& algorithms) {
    json::Array list;
    for (const CoseAlgorithm algorithm : algorithms) {
        const std::int64_t identifier = static_cast<std::int32_t>(algorithm);
        list.push_back(object({{"type", "public-key"}, {"alg", identifier}}));
    }
    return list;
}

}  // namespace

AuthenticationCeremony AuthenticationCeremony::discoverable(Challenge challenge) {
    return AuthenticationCeremony(std::move(challenge));
}

AuthenticationCeremony AuthenticationCeremony::for_account(
    Challenge challenge, UserHandle user_handle, std::vector<CredentialId> allowed
) {
    AuthenticationCeremony ceremony(std::move(challenge));
    ceremony.user_handle_ = std::move(user_handle);
    ceremony.allowed_ = std::move(allowed);
    return ceremony;
}

bool AuthenticationCeremony::allows(const CredentialId& id) const {
    return allowed_.empty() || std::ranges::find(allowed_, id) != allowed_.end();
}

std::string issue_registration(
    const RelyingParty& rp,
    const RegistrationPolicy& policy,
    const RegistrationCeremony& ceremony,
    const UserNames& names,
    const std::vector<CredentialDescriptor>& exclude
) {
    // 7.1 step 1
    json::Array excluded;
    for (const auto& [id, transports] : exclude) {
        excluded.push_back(descriptor(id, transports));
    }
    const json::Value user = object(
        {{"id", base64url_encode(ceremony.user_handle.value())},
         {"name", names.name},
         {"displayName", names.display_name}}
    );
    // No authenticatorAttachment: the person chooses where the passkey is stored.
    const json::Value selection = object(
        {{"residentKey", "required"},
         {"requireResidentKey", true},
         {"userVerification", spelled(ceremony.user_verification)}}
    );
    return json::write(object(
        {{"rp", object({{"id", rp.id.value()}, {"name", rp.name}})},
         {"user", user},
         {"challenge", base64url_encode(ceremony.challenge.value())},
         {"pubKeyCredParams", parameters(policy.algorithms)},
         {"timeout", std::int64_t{ceremony.timeout.count()}},
         {"excludeCredentials", std::move(excluded)},
         {"authenticatorSelection", selection},
         {"attestation", spelled(policy.attestation)},
         {"extensions", object({{"credProps", true}})}}
    ));
}

std::string issue_authentication(const RelyingParty& rp, const AuthenticationCeremony& ceremony) {
    // 7.2 step 1
    json::Array allowed;
    for (const CredentialId& id : ceremony.allowed())
        allowed.push_back(descriptor(id, {}));
    json::Value options = object(
        {{"challenge", base64url_encode(ceremony.challenge().value())},
         {"rpId", rp.id.value()},
         {"userVerification", spelled(ceremony.user_verification)},
         {"allowCredentials", std::move(allowed)},
         {"timeout", std::int64_t{ceremony.timeout.count()}}}
    );
    if (ceremony.app_id) options.set("extensions", object({{"appid", ceremony.app_id->value()}}));
    return json::write(options);
}

}  // namespace latchkey::webauthn
