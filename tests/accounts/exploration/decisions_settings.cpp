// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/acting.hpp"
#include "accounts/exploration/decisions.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/identities.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/totp.hpp"
#include "accounts/types.hpp"

#include <cstddef>
#include <optional>
#include <vector>

// What the core decides on the steps of a signed-in person.
namespace latchkey::accounts {
namespace {

Acting acting_in(const World& world, const Step& step) {
    const Session& session = *world.find_session(SessionId(step.subject));
    return {
        .account = *world.find_account(session.account),
        .session = session,
        .passkeys = world.passkeys_of(session.account),
        .steps = world.steps_of(session.account),
    };
}

std::optional<Decision> remove(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const PublicId passkey = world.find_passkey(PasskeyId(*step.other))->public_id;
    return value_of(core.remove_passkey(acting_in(world, step), passkey, here(world), fresh));
}

std::optional<Decision> turn_off_biometrics(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const PublicId device = world.find_passkey(PasskeyId(*step.other))->public_id;
    return value_of(core.turn_off_biometrics(acting_in(world, step), device, here(world), fresh));
}

std::optional<Decision> link(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const Acting who = acting_in(world, step);
    const ProvedIdentity proved{.who = subject_numbered(*step.other), .email = {}};
    const auto identities = world.identities_of(who.account.id);
    auto decided = value_of(core.link_identity(who, identities, proved, here(world), fresh));
    if (decided && decided->changes.empty()) return std::nullopt;  // it has it already
    return decided;
}

std::optional<Decision> unlink(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const Acting who = acting_in(world, step);
    const LinkedIdentity* identity = world.find_identity(subject_numbered(*step.other));
    const auto identities = world.identities_of(who.account.id);
    return value_of(core.unlink_identity(who, identities, identity->public_id, here(world), fresh));
}

std::optional<Decision> turn_on_app(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const Acting who = acting_in(world, step);
    return value_of(core.turn_on_app(
        who, new_app(world, fresh, who.account.id), new_recovery_codes(fresh), here(world), fresh
    ));
}

}  // namespace

AuthenticatorApp new_app(const World& world, const Fresh& fresh, AccountId account) {
    return {
        .id = fresh.app,
        .account = account,
        .last_step = totp_step(world.now),
        .created_at = world.now,
    };
}

std::vector<Hash> new_recovery_codes(const Fresh& fresh) {
    Hash mac{};
    for (std::size_t i = 0; i < 8; ++i) {
        mac.at(i) = static_cast<std::byte>(fresh.app.value() >> (8 * i));
    }
    return {mac};
}

std::optional<Decision> decide_in_settings(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    switch (step.kind) {
        case StepKind::remove_passkey:
            return remove(core, world, step, fresh);
        case StepKind::link_identity:
            return link(core, world, step, fresh);
        case StepKind::unlink_identity:
            return unlink(core, world, step, fresh);
        case StepKind::turn_on_app:
            return turn_on_app(core, world, step, fresh);
        case StepKind::turn_off_app:
            return value_of(core.turn_off_app(acting_in(world, step), here(world), fresh));
        case StepKind::turn_off_biometrics:
            return turn_off_biometrics(core, world, step, fresh);
        default:
            return std::nullopt;
    }
}

}  // namespace latchkey::accounts
