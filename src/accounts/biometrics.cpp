// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/biometrics.hpp"

#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstdint>

namespace latchkey::accounts {
using enum Refusal;

Result<void> check_biometrics(const Account& account, const BiometricsUse& use) {
    const Passkey& credential = use.credential;
    if (credential.account != account.id) return Fail{not_yours};
    if (credential.record.user_handle != account.user_handle) return Fail{not_yours};
    if (!is_second_factor(credential)) return Fail{not_yours};
    if (is_copy(credential, use.sign_count, use.counter_rule)) return Fail{counter_went_back};
    return {};
}

void use_biometrics(Draft& draft, const BiometricsUse& use, const Circumstances& at) {
    const Passkey& credential = use.credential;
    const std::uint32_t stored = credential.record.sign_count;
    draft.add(UsePasskey{
        .account = credential.account,
        .passkey = credential.id,
        .from_sign_count = stored,
        .sign_count = std::max(stored, use.sign_count),
        .backup_state = use.backup_state,
        .at = at.now,
        .used_on = at.browser,
        .purpose = CredentialPurpose::second_factor,
    });
    if (went_back(stored, use.sign_count)) {
        draft.log(EventKind::counter_went_back, credential.account, display_name(credential));
    }
}

}  // namespace latchkey::accounts
