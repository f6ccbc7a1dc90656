// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/sign_in.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

/// What the decisions on all steps have in common.
namespace latchkey::accounts {

inline Circumstances here(const World& world) {
    return {.now = world.now, .network = "n", .browser = "b"};
}

inline std::optional<Decision> value_of(Result<Decision> result) {
    if (!result) return std::nullopt;
    return std::move(result).value();
}

AuthenticatorApp new_app(const World& world, const Fresh& fresh, AccountId account);

/// One, unlike any other.
std::vector<Hash> new_recovery_codes(const Fresh& fresh);

/// The steps of a signed-in person.
std::optional<Decision> decide_in_settings(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
);

}  // namespace latchkey::accounts
