// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"

/// What every use of a credential of the second step has in common.
namespace latchkey::accounts {

class Draft;

/// A second factor of this account, and nothing else that is made of the same stuff: a passkey is
/// a proof of its own, and another's is nobody's business here. not_yours, counter_went_back.
Result<void> check_biometrics(const Account& account, const BiometricsUse& use);

/// Writes the counter and when it was.
void use_biometrics(Draft& draft, const BiometricsUse& use, const Circumstances& at);

}  // namespace latchkey::accounts
