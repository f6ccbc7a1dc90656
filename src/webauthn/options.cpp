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

std::string_view spelled(ResidentKey requirement) {
    switch (requirement) {
        case ResidentKey::required:
            return "required";
        case ResidentKey::preferred:
            return "preferred";
        case ResidentKey::discouraged:
            return "discouraged";
    }
    return "required";
}

std::string_view spelled(AuthenticatorAttachment attachment) {
    return attachment == AuthenticatorAttachment::platform ? "platform" : "cross-platform";
}

std::string_view spelled(Hint hint) {
    switch (hint) {
        case Hint::security_key:
            return "security-key";
        case Hint::client_device:
            return "client-device";
        case Hint::hybrid:
            return "hybrid";
    }
    return "hybrid";
}

/// CTAP 2.2 section 12.1
std::string_view spelled(CredentialProtection protection) {
    switch (protection) {
        case CredentialProtection::user_verification_optional:
            return "userVerificationOptional";
        case CredentialProtection::user_verification_optional_with_credential_id_list:
            return "userVerificationOptionalWithCredentialIDList";
        case CredentialProtection::user_verification_required:
            return "userVerificationRequired";
    }
    return "userVerificationRequired";
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

json::Array hint_list(const std::vector<Hint>& hints) {
    json::Array list;
    for (const Hint hint : hints) {
        list.emplace_back(spelled(hint));
    }
    return list;
}

json::Value prf_values(const PrfInputs& inputs) {
    json::Value values = object({{"first", base64url_encode(inputs.first)}});
    if (inputs.second) values.set("second", base64url_encode(*inputs.second));
    return values;
}

json::Value extensions_of(const RegistrationPolicy& policy, const RegistrationExtensions& asked) {
    json::Value extensions = object({{"credProps", true}});
    if (asked.prf) extensions.set("prf", object({}));
    if (asked.large_blob) {
        const bool is_required = *asked.large_blob == LargeBlobSupport::required;
        extensions.set("largeBlob", object({{"support", is_required ? "required" : "preferred"}}));
    }
    if (asked.app_id_exclude) extensions.set("appidExclude", asked.app_id_exclude->value());
    if (policy.minimum_protection) {
        extensions.set("credentialProtectionPolicy", spelled(*policy.minimum_protection));
        extensions.set("enforceCredentialProtectionPolicy", true);
    }
    return extensions;
}

json::Value extensions_of(const AuthenticationCeremony& ceremony) {
    const AuthenticationExtensions& asked = ceremony.extensions;
    json::Value extensions = object({});
    if (ceremony.app_id) extensions.set("appid", ceremony.app_id->value());
    json::Value prf = object({});
    if (asked.prf) prf.set("eval", prf_values(*asked.prf));
    if (!asked.prf_by_credential.empty()) {
        json::Value by_credential = object({});
        for (const auto& [id, inputs] : asked.prf_by_credential) {
            by_credential.set(base64url_encode(id.value()), prf_values(inputs));
        }
        prf.set("evalByCredential", std::move(by_credential));
    }
    if (!prf.as_object()->empty()) extensions.set("prf", std::move(prf));
    if (asked.read_large_blob) extensions.set("largeBlob", object({{"read", true}}));
    if (asked.write_large_blob) {
        extensions.set("largeBlob", object({{"write", base64url_encode(*asked.write_large_blob)}}));
    }
    return extensions;
}

}  // namespace

AuthenticationCeremony AuthenticationCeremony::discoverable(Challenge challenge) noexcept {
    return AuthenticationCeremony(std::move(challenge));
}

AuthenticationCeremony AuthenticationCeremony::for_account(
    Challenge challenge, UserHandle user_handle, std::vector<CredentialDescriptor> allowed
) noexcept {
    AuthenticationCeremony ceremony(std::move(challenge));
    ceremony.user_handle_ = std::move(user_handle);
    ceremony.allowed_ = std::move(allowed);
    return ceremony;
}

bool AuthenticationCeremony::allows(const CredentialId& id) const noexcept {
    return allowed_.empty() ||
           std::ranges::find(allowed_, id, &CredentialDescriptor::id) != allowed_.end();
}

std::string issue_registration(
    const RelyingParty& rp,
    const RegistrationPolicy& policy,
    const RegistrationCeremony& ceremony,
    const UserNames& names,
    const std::vector<CredentialDescriptor>& exclude
) noexcept {
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
    json::Value selection = object(
        {{"residentKey", spelled(ceremony.resident_key)},
         {"requireResidentKey", ceremony.resident_key == ResidentKey::required},
         {"userVerification", spelled(ceremony.user_verification)}}
    );
    if (ceremony.attachment) {
        selection.set("authenticatorAttachment", spelled(*ceremony.attachment));
    }
    json::Value options = object(
        {{"rp", object({{"id", rp.id.value()}, {"name", rp.name}})},
         {"user", user},
         {"challenge", base64url_encode(ceremony.challenge.value())},
         {"pubKeyCredParams", parameters(policy.algorithms)},
         {"timeout", std::int64_t{ceremony.timeout.count()}},
         {"excludeCredentials", std::move(excluded)},
         {"authenticatorSelection", std::move(selection)},
         {"attestation", spelled(policy.attestation)},
         {"extensions", extensions_of(policy, ceremony.extensions)}}
    );
    const std::vector<std::string>& formats = policy.preferred_formats;
    if (policy.attestation != Attestation::none && !formats.empty()) {
        options.set("attestationFormats", json::Array(formats.begin(), formats.end()));
    }
    if (!ceremony.hints.empty()) options.set("hints", hint_list(ceremony.hints));
    return json::write(options);
}

std::string issue_authentication(
    const RelyingParty& rp, const AuthenticationCeremony& ceremony
) noexcept {
    // 7.2 step 1
    json::Array allowed;
    for (const auto& [id, transports] : ceremony.allowed()) {
        allowed.push_back(descriptor(id, transports));
    }
    json::Value options = object(
        {{"challenge", base64url_encode(ceremony.challenge().value())},
         {"rpId", rp.id.value()},
         {"userVerification", spelled(ceremony.user_verification)},
         {"allowCredentials", std::move(allowed)},
         {"timeout", std::int64_t{ceremony.timeout.count()}}}
    );
    if (!ceremony.hints.empty()) options.set("hints", hint_list(ceremony.hints));
    json::Value extensions = extensions_of(ceremony);
    if (!extensions.as_object()->empty()) options.set("extensions", std::move(extensions));
    return json::write(options);
}

}  // namespace latchkey::webauthn
