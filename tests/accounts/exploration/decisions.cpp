// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/decisions.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/exploration/cast.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/holds.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/totp.hpp"
#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the core decides on each step.
namespace latchkey::accounts {
namespace {

/// The lowest number that no credential has.
std::size_t unused_credential(const World& world) {
    std::size_t number = 1;
    const auto is_used = [&world](std::size_t candidate) {
        return std::ranges::any_of(world.passkeys, [candidate](const Passkey& passkey) {
            return passkey.record.id == credential(candidate);
        });
    };
    while (is_used(number)) {
        ++number;
    }
    return number;
}

Fresh fresh_for(const World& world, int lane) {
    std::int64_t id = world.last_id + lane * ids_per_decision;
    const auto next = [&id] { return ++id; };
    Fresh fresh;
    fresh.session = SessionId(next());
    fresh.sign_in = SignInId(next());
    fresh.account = AccountId(next());
    fresh.passkey = PasskeyId(next());
    fresh.identity = LinkedIdentityId(next());
    fresh.app = AuthenticatorAppId(next());
    for (EventId& event : fresh.events) {
        event = EventId(next());
    }
    fresh.account_public_id = PublicId(std::to_string(fresh.account.value()));
    fresh.passkey_public_id = PublicId(std::to_string(fresh.passkey.value()));
    fresh.identity_public_id = PublicId(std::to_string(fresh.identity.value()));
    // One byte would do, but an account that is made again must get another handle.
    const std::string handle = "h" + fresh.account_public_id.value();
    const ByteView view = bytes_of(handle);
    fresh.user_handle = webauthn::UserHandle(Bytes(view.begin(), view.end()));
    return fresh;
}

Purpose purpose_of(const World& world, const Step& step) {
    Purpose purpose{.intent = step.intent};
    if (step.other) purpose.replaces = world.find_passkey(PasskeyId(*step.other))->public_id;
    return purpose;
}

Decision send_code(const World& world, const Step& step, const Fresh& fresh) {
    const EmailAddress email = step.subject == eve_id.value() ? eve_address() : ada_address();
    const Account* account = world.find_account(email);
    EmailCode code{
        .id = CodeId(fresh.session.value()),
        .created_at = world.now,
        .expires_at = world.now + limits::email_code_lifetime,
    };
    code.address_key.fill(std::byte(step.subject == eve_id.value()));
    if (account != nullptr) {
        code.account = account->id;
        code.account_epoch = account->epoch;
    }
    Decision decision;
    decision.changes.emplace_back(StoreCode{code});
    return decision;
}

Decision guess(const Core& core, const World& world, const Step& step) {
    SpendAttempt attempt{
        .code = CodeId(step.subject), .limit = core.guesses_per_code, .now = world.now
    };
    // Codes have a mac of zeros here.
    if (step.kind == StepKind::guess_wrong) attempt.mac.fill(std::byte{1});
    Decision decision;
    decision.changes.emplace_back(attempt);
    return decision;
}

std::optional<Decision> match(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const EmailCode& code = *world.find_code(CodeId(step.subject));
    CodeMatched event{
        .code = code,
        .email = address_of(code),
        .may_sign_up = true,
        .recovery = core.recovery,
    };
    if (const Account* account = world.find_account(event.email)) {
        event.account = *account;
        event.passkeys = world.passkeys_of(account->id);
        event.steps = world.steps_of(account->id);
    }
    return value_of(core.code_matched(purpose_of(world, step), event, here(world), fresh));
}

std::optional<Decision> assert_passkey(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const Passkey& passkey = *world.find_passkey(PasskeyId(step.subject));
    const PasskeyAsserted event{
        .passkey = passkey,
        .account = *world.find_account(passkey.account),
        // A counter that stands still: a replayed or copied device-bound key is refused.
        .sign_count = passkey.record.sign_count,
        .passkeys = world.passkeys_of(passkey.account),
    };
    return value_of(core.passkey_asserted(purpose_of(world, step), event, here(world), fresh));
}

/// For what ends a sign-in with a factor: whose it is, and what the account has.
template <class Event>
void load_account(const World& world, Event& event) {
    if (!event.sign_in.account) return;
    const AccountId id = *event.sign_in.account;
    if (const Account* account = world.find_account(id)) event.account = *account;
    event.passkeys = world.passkeys_of(id);
    event.steps = world.steps_of(id);
}

std::optional<Decision> create_passkey(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const SignIn& sign_in = *world.find_sign_in(SignInId(step.subject));
    PasskeyCreated event{.sign_in = sign_in};
    event.record.user_handle = sign_in.user_handle;
    event.record.backup_eligible = true;
    event.record.id = credential(unused_credential(world));
    for (const Passkey& passkey : world.passkeys) {
        const bool is_own = passkey.account == sign_in.account;
        const auto taken = is_own ? Offer::taken_by_own : Offer::taken_by_other;
        if (step.offer == taken) event.record.id = passkey.record.id;
    }
    if (step.offer == Offer::other_handle) {
        event.record.user_handle = webauthn::UserHandle(bytes(1, 0));
    }
    load_account(world, event);
    return value_of(core.passkey_created(event, here(world), fresh));
}

BiometricsUse use_of(const World& world, std::int64_t credential) {
    const Passkey& device = *world.find_passkey(PasskeyId(credential));
    return {.credential = device, .sign_count = device.record.sign_count};
}

std::optional<Decision> promote(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    PasskeyPromoted event{
        .sign_in = *world.find_sign_in(SignInId(step.subject)), .use = use_of(world, *step.other)
    };
    load_account(world, event);
    return value_of(core.passkey_promoted(event, here(world), fresh));
}

std::optional<Decision> prove_upstream(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    UpstreamProved event{
        .identity = subject_numbered(step.subject),
        .email = ada_address(),
        .is_address_taken = world.find_account(ada_address()) != nullptr,
        .may_sign_up = true,
        .recovery = core.recovery,
    };
    if (const LinkedIdentity* identity = world.find_identity(event.identity)) {
        event.account = *world.find_account(identity->account);
        event.passkeys = world.passkeys_of(identity->account);
        event.steps = world.steps_of(identity->account);
    }
    return value_of(core.upstream_proved(purpose_of(world, step), event, here(world), fresh));
}

/// The guess, which is right, and what it leads to, in one: whatever comes between finds the code
/// spent or the decision overtaken.
std::optional<Decision> take_second_step(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const SignIn& sign_in = *world.find_sign_in(SignInId(step.subject));
    SecondMatched event{.sign_in = sign_in, .by = step.by, .recovery = core.recovery};
    if (!sign_in.account) return std::nullopt;
    if (const Account* account = world.find_account(*sign_in.account)) event.account = *account;
    event.passkeys = world.passkeys_of(*sign_in.account);
    event.steps = world.steps_of(*sign_in.account);
    if (step.by == SecondStep::biometrics) event.biometrics = use_of(world, *step.other);
    auto decision = value_of(core.second_matched(event, here(world), fresh));
    if (!decision || event.biometrics) return decision;
    if (step.by == SecondStep::authenticator_app) {
        if (!event.steps.app) return std::nullopt;
        decision->changes.insert(
            decision->changes.begin(),
            SpendAppCode{.app = event.steps.app->id, .step = totp_step(world.now)}
        );
        return decision;
    }
    if (step.by == SecondStep::waited) return decision;
    for (const auto& [owner, mac] : world.recovery_codes) {
        if (owner != *sign_in.account) continue;
        decision->changes.insert(
            decision->changes.begin(), SpendRecoveryCode{.account = owner, .mac = mac}
        );
        return decision;
    }
    return std::nullopt;
}

std::optional<Decision> start_hold(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const SignIn& sign_in = *world.find_sign_in(SignInId(step.subject));
    HoldWanted event{
        .sign_in = sign_in, .account = std::nullopt, .policy = {.rule = core.recovery}
    };
    if (!sign_in.account) return std::nullopt;
    if (const Account* account = world.find_account(*sign_in.account)) event.account = *account;
    return value_of(core.start_hold(event, here(world), fresh));
}

/// By a link that was sent just now.
std::optional<Decision> stop_recovery(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const Account& account = *world.find_account(AccountId(step.subject));
    const StopLink link{
        .account = account.id, .epoch = account.epoch, .until = world.now + std::chrono::hours(1)
    };
    return value_of(core.stop_recovery(link, account, here(world), fresh));
}

std::optional<Decision> restore_passkey(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const SignIn& sign_in = *world.find_sign_in(SignInId(step.subject));
    PasskeyRestored event{
        .sign_in = sign_in, .passkey = *world.find_passkey(PasskeyId(*step.other))
    };
    if (!sign_in.account) return std::nullopt;
    if (const Account* account = world.find_account(*sign_in.account)) event.account = *account;
    event.passkeys = world.passkeys_of(*sign_in.account);
    return value_of(core.passkey_restored(event, here(world), fresh));
}

std::optional<Decision> create_biometrics(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    BiometricsCreated event{
        .sign_in = *world.find_sign_in(SignInId(step.subject)),
        .recovery_codes = new_recovery_codes(fresh),
    };
    event.record.user_handle = event.sign_in.user_handle;
    event.record.backup_eligible = true;
    event.record.id = credential(unused_credential(world));
    load_account(world, event);
    return value_of(core.biometrics_created(event, here(world), fresh));
}

std::optional<Decision> confirm_app(
    const Core& core, const World& world, const Step& step, const Fresh& fresh
) {
    const AppConfirmed event{
        .sign_in = *world.find_sign_in(SignInId(step.subject)),
        .app = new_app(world, fresh, fresh.account),
        .recovery_codes = new_recovery_codes(fresh),
    };
    return value_of(core.app_confirmed(event, here(world), fresh));
}

}  // namespace

std::optional<Decision> decide(const Core& core, const World& world, const Step& step, int lane) {
    const Fresh fresh = fresh_for(world, lane);
    switch (step.kind) {
        case StepKind::send_code:
            return send_code(world, step, fresh);
        case StepKind::guess_right:
        case StepKind::guess_wrong:
            return guess(core, world, step);
        case StepKind::match:
            return match(core, world, step, fresh);
        case StepKind::assert_passkey:
            return assert_passkey(core, world, step, fresh);
        case StepKind::prove_upstream:
            return prove_upstream(core, world, step, fresh);
        case StepKind::take_second_step:
            return take_second_step(core, world, step, fresh);
        case StepKind::start_hold:
            return start_hold(core, world, step, fresh);
        case StepKind::stop_recovery:
            return stop_recovery(core, world, step, fresh);
        case StepKind::restore_passkey:
            return restore_passkey(core, world, step, fresh);
        case StepKind::create_passkey:
            return create_passkey(core, world, step, fresh);
        case StepKind::create_biometrics:
            return create_biometrics(core, world, step, fresh);
        case StepKind::promote:
            return promote(core, world, step, fresh);
        case StepKind::confirm_app:
            return confirm_app(core, world, step, fresh);
        case StepKind::remove_passkey:
        case StepKind::link_identity:
        case StepKind::unlink_identity:
        case StepKind::turn_on_app:
        case StepKind::turn_off_app:
        case StepKind::turn_off_biometrics:
            return decide_in_settings(core, world, step, fresh);
        case StepKind::sign_out:
            return sign_out(*world.find_session(SessionId(step.subject)), here(world), fresh);
        case StepKind::sign_out_everywhere:
            return sign_out_everywhere(
                *world.find_account(AccountId(step.subject)), here(world), fresh
            );
        case StepKind::start_over:
            return value_of(start_over(*world.find_sign_in(SignInId(step.subject)), here(world)));
        case StepKind::delete_account:
            return delete_account(*world.find_account(AccountId(step.subject)), here(world), fresh);
        case StepKind::wait:
            break;
    }
    return std::nullopt;
}

}  // namespace latchkey::accounts
