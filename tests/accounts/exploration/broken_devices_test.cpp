// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/exploration/breaking.hpp"
#include "accounts/exploration/explorer.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/options.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// The exploration finds what it looks for: each decision on a device's biometrics is broken once.
namespace latchkey::accounts {
namespace {

/// What a world with devices whose biometrics are a second step shows to be wrong.
void check_found_with_devices(const Core& core, std::string_view invariant) {
    const Bounds bounds{
        .tickets = 2,
        .eves_tickets = 1,
        .passkeys = 1,
        .devices = 1,
        .guesses = 2,
        .subjects = 0,
    };
    const std::string violation = explore(core, bounds, Overtaking::all_pairs, 100'000).violation;
    CAPTURE(violation);
    CHECK(violation.starts_with(invariant));
}

TEST_CASE("found: a passkey takes the second step, or another's device does (I2)") {
    for (const bool is_passkey : {true, false}) {
        Core core = real_core();
        core.second_matched = [is_passkey](SecondMatched event, const auto& at, const auto& fresh) {
            if (event.biometrics && event.account) {
                Passkey& used = event.biometrics->credential;
                if (is_passkey) {
                    used.purpose = CredentialPurpose::second_factor;
                } else {
                    used.account = event.account->id;
                    used.record.user_handle = event.account->user_handle;
                    event.biometrics->counter_rule = webauthn::CounterRule::report;
                }
            }
            return without<UsePasskey>(decide(event, at, fresh));
        };
        check_found_with_devices(core, "I2");
    }
}

TEST_CASE("found: a recovery promotes a second factor (4.3)") {
    Core core = real_core();
    core.passkey_promoted = [](PasskeyPromoted event, const auto& at, const auto& fresh) {
        event.sign_in.recovered = false;
        if (event.account) event.account->recovered_at = std::nullopt;
        return decide(event, at, fresh);
    };
    check_found_with_devices(core, "4.3");
}

TEST_CASE("found: what is promoted counts twice, or its sign-in goes on (I1, I6)") {
    Core core = real_core();
    core.passkey_promoted = [](const PasskeyPromoted& event, const auto& at, const auto& fresh) {
        return with_each<ChangeFactors>(decide(event, at, fresh), [](ChangeFactors& change) {
            change.by += 1;
        });
    };
    check_found_with_devices(core, "I1");
    core.passkey_promoted = [](const PasskeyPromoted& event, const auto& at, const auto& fresh) {
        return without<FinishSignIn>(decide(event, at, fresh));
    };
    check_found_with_devices(core, "I6");
}

TEST_CASE("found: a credential changes its purpose without a sign-in for it (I2)") {
    Core core = real_core();
    core.biometrics_created = [](const BiometricsCreated& event, const auto& at, const auto& fresh
                              ) {
        return with_each<AddPasskey>(decide(event, at, fresh), [](AddPasskey& change) {
            change.passkey.purpose = CredentialPurpose::passkey;
        });
    };
    check_found_with_devices(core, "I2");
}

TEST_CASE("found: sessions outlive the device that is turned off (I7)") {
    Core core = real_core();
    core.turn_off_biometrics =
        [](const auto& who, const auto& device, const auto& at, const auto& fresh) {
            return without<EndSessions>(turn_off_biometrics(who, device, at, fresh));
        };
    check_found_with_devices(core, "I7");
}

}  // namespace
}  // namespace latchkey::accounts
