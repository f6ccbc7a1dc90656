// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/steps.hpp"
#include "accounts/holds.hpp"
#include "accounts/identities.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkeys.hpp"
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"
#include "accounts/types.hpp"

namespace latchkey::accounts {

Core real_core() {
    return {
        .passkey_asserted =
            [](const auto& purpose, const PasskeyAsserted& event, const auto& at, const auto& fresh
            ) { return decide(SignInState::start, purpose, event, at, fresh); },
        .code_matched =
            [](const auto& purpose, const CodeMatched& event, const auto& at, const auto& fresh) {
                return decide(SignInState::identified, purpose, event, at, fresh);
            },
        .upstream_proved =
            [](const auto& purpose, const UpstreamProved& event, const auto& at, const auto& fresh
            ) { return decide(SignInState::start, purpose, event, at, fresh); },
        .passkey_created = [](const PasskeyCreated& event, const auto& at, const auto& fresh
                           ) { return decide(event, at, fresh); },
        .biometrics_created = [](const BiometricsCreated& event, const auto& at, const auto& fresh
                              ) { return decide(event, at, fresh); },
        .passkey_promoted = [](const PasskeyPromoted& event, const auto& at, const auto& fresh
                            ) { return decide(event, at, fresh); },
        .second_matched = [](const SecondMatched& event, const auto& at, const auto& fresh
                          ) { return decide(event, at, fresh); },
        .app_confirmed = [](const AppConfirmed& event, const auto& at, const auto& fresh
                         ) { return decide(event, at, fresh); },
        .start_hold = accounts::start_hold,
        .stop_recovery =
            [](const StopLink& link, const Account& account, const auto& at, const auto& fresh) {
                return accounts::stop_recovery(link, account, at, fresh);
            },
        .passkey_restored = [](const PasskeyRestored& event, const auto& at, const auto& fresh
                            ) { return decide(event, at, fresh); },
        .remove_passkey = accounts::remove_passkey,
        .link_identity = accounts::link_identity,
        .unlink_identity = accounts::unlink_identity,
        .turn_on_app = accounts::turn_on_app,
        .turn_off_app = accounts::turn_off_app,
        .turn_off_biometrics = accounts::turn_off_biometrics,
    };
}

}  // namespace latchkey::accounts
