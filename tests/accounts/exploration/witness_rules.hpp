// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/world.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

/// What the witness goes by.
namespace latchkey::accounts {

// Written out here again: the witness does not take the core's word for its own numbers.
inline constexpr auto mark_lasts = std::chrono::hours(7 * 24);
inline constexpr auto youth_lasts = std::chrono::hours(24);
inline constexpr auto session_lasts = std::chrono::hours(24);
inline constexpr auto sign_in_lasts = std::chrono::minutes(15);
inline constexpr auto proof_is_fresh = std::chrono::minutes(5);
inline constexpr auto freeze_lasts = std::chrono::hours(72);
inline constexpr auto hold_lasts = std::chrono::hours(24);
inline constexpr auto hold_opens = std::chrono::hours(72);
inline constexpr auto app_step = std::chrono::seconds(30);

inline bool is_active(const World& world, PasskeyId id) {
    const Passkey* passkey = world.find_passkey(id);
    return passkey != nullptr && passkey->status == CredentialStatus::active &&
           passkey->purpose == CredentialPurpose::passkey;
}

inline std::optional<TimePoint> lasting(std::optional<TimePoint> recovered_at, TimePoint now) {
    return recovered_at && now < *recovered_at + mark_lasts ? recovered_at : std::nullopt;
}

/// The biometrics of a device that are on.
inline bool is_active_factor(const Passkey& credential) {
    return credential.purpose == CredentialPurpose::second_factor &&
           credential.status == CredentialStatus::active;
}

inline bool is_active_factor(const World& world, PasskeyId id) {
    const Passkey* credential = world.find_passkey(id);
    return credential != nullptr && is_active_factor(*credential);
}

/// Whether a first proof that was no passkey is not enough.
inline bool asks_second(const World& world, AccountId account) {
    const auto is_factor_of_it = [account](const Passkey& credential) {
        return credential.account == account && is_active_factor(credential);
    };
    return world.find_app(account) != nullptr ||
           std::ranges::any_of(world.passkeys, is_factor_of_it);
}

inline bool has_credentials(const World& world, AccountId account) {
    return std::ranges::any_of(world.passkeys, [account](const Passkey& passkey) {
        return passkey.account == account;
    });
}

/// The session that acts goes on under a new id, with what it was opened with.
inline bool renews_session(StepKind kind) {
    return kind == StepKind::remove_passkey || kind == StepKind::link_identity ||
           kind == StepKind::unlink_identity || kind == StepKind::turn_on_app ||
           kind == StepKind::turn_off_app || kind == StepKind::turn_off_biometrics;
}

}  // namespace latchkey::accounts
