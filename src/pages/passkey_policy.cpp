// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/passkey_policy.hpp"

#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "pages/sign_in_page.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

/// The answer to a refusal by policy; nullopt: it was none.
std::optional<std::string_view> answer_to(webauthn::Reason reason) {
    using webauthn::Reason;
    switch (reason) {
        case Reason::synced_credential:
            return "passkey_synced";
        case Reason::attestation_missing:
        case Reason::attestation_not_trusted:
        case Reason::certificate_not_valid_now:
        case Reason::format_refused:
        case Reason::credential_protection_too_weak:
            return "passkey_unproven";
        case Reason::aaguid_not_allowed:
        case Reason::certification_level_too_low:
            return "passkey_model";
        case Reason::authenticator_compromised:
        case Reason::authenticator_revoked:
        case Reason::user_verification_bypass:
            return "passkey_unsafe";
        default:
            return std::nullopt;
    }
}

}  // namespace

PasskeyPolicy::PasskeyPolicy(webauthn::RegistrationPolicy policy)
    : policy_(std::make_shared<const webauthn::RegistrationPolicy>(std::move(policy))) {}

std::shared_ptr<const webauthn::RegistrationPolicy> PasskeyPolicy::current() const {
    const std::scoped_lock lock(mutex_);
    return policy_;
}

void PasskeyPolicy::replace_metadata(std::shared_ptr<const webauthn::Metadata> metadata) {
    const std::scoped_lock lock(mutex_);
    auto policy = std::make_shared<webauthn::RegistrationPolicy>(*policy_);
    policy->metadata = std::move(metadata);
    policy_ = std::move(policy);
}

bool is_refused_by_policy(webauthn::Reason reason) {
    return answer_to(reason).has_value();
}

SignInError error_of_refused_passkey(const webauthn::Failure& failure) {
    const auto answer = answer_to(failure.reason);
    if (answer) return {.status = 422, .code = *answer, .reason = describe(failure)};
    if (failure.reason == webauthn::Reason::metadata_missing) {
        return {.status = 503, .code = "unavailable", .reason = describe(failure)};
    }
    if (failure.reason == webauthn::Reason::user_not_verified) {
        return {.status = 422, .code = "user_not_verified", .reason = describe(failure)};
    }
    return {.status = 422, .code = "passkey_not_created", .reason = describe(failure)};
}

}  // namespace latchkey::pages
