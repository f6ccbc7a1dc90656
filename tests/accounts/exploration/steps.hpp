// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/exploration/world.hpp"
#include "accounts/holds.hpp"
#include "accounts/identities.hpp"
#include "accounts/passkeys.hpp"
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace latchkey::accounts {

template <class... Seen>
using Decides = std::function<Result<Decision>(Seen..., const Circumstances&, const Fresh&)>;

/// The decisions under test: the real ones, or one of them broken on purpose.
struct Core {
    Decides<const Purpose&, const PasskeyAsserted&> passkey_asserted;
    Decides<const Purpose&, const CodeMatched&> code_matched;
    Decides<const Purpose&, const UpstreamProved&> upstream_proved;
    Decides<const PasskeyCreated&> passkey_created;
    Decides<const BiometricsCreated&> biometrics_created;
    Decides<const PasskeyPromoted&> passkey_promoted;
    Decides<const SecondMatched&> second_matched;
    Decides<const AppConfirmed&> app_confirmed;
    Decides<const HoldWanted&> start_hold;
    Decides<const StopLink&, const Account&> stop_recovery;
    Decides<const PasskeyRestored&> passkey_restored;
    Decides<const Acting&, const PublicId&> remove_passkey;
    Decides<const Acting&, const std::vector<LinkedIdentity>&, const ProvedIdentity&> link_identity;
    Decides<const Acting&, const std::vector<LinkedIdentity>&, const PublicId&> unlink_identity;
    Decides<const Acting&, const AuthenticatorApp&, const std::vector<Hash>&> turn_on_app;
    Decides<const Acting&> turn_off_app;
    Decides<const Acting&, const PublicId&> turn_off_biometrics;
    std::uint32_t guesses_per_code = 2;    // 5 in earnest, and all above one are alike
    Recovery recovery = Recovery::notify;  // what the operator says
};

Core real_core();

enum class StepKind : std::uint8_t {
    send_code,            // subject: the account id that the person has or would have
    guess_right,          // subject: a code
    guess_wrong,          // subject: a code
    match,                // subject: a code whose right guess was made
    assert_passkey,       // subject: a passkey
    prove_upstream,       // subject: a subject of the provider
    take_second_step,     // subject: a sign-in; by: with what; other: the device of biometrics
    start_hold,           // subject: a sign-in
    stop_recovery,        // subject: an account
    restore_passkey,      // subject: a sign-in; other: a passkey
    create_passkey,       // subject: a sign-in; other: which credential is offered
    create_biometrics,    // subject: a sign-in
    promote,              // subject: a sign-in; other: a credential
    confirm_app,          // subject: a sign-in
    remove_passkey,       // subject: a session; other: a passkey
    link_identity,        // subject: a session; other: a subject of the provider
    unlink_identity,      // subject: a session; other: a subject of the provider
    turn_on_app,          // subject: a session
    turn_off_app,         // subject: a session
    turn_off_biometrics,  // subject: a session; other: a credential
    sign_out,             // subject: a session
    sign_out_everywhere,  // subject: an account
    start_over,           // subject: a sign-in
    delete_account,       // subject: an account
    wait,                 // subject: minutes
};

/// Which credential a registration offers.
enum class Offer : std::uint8_t { new_one, taken_by_own, taken_by_other, other_handle };

/// One thing that somebody can cause, the rightful person or not.
struct Step {
    StepKind kind = StepKind::wait;
    std::int64_t subject = 0;
    Intent intent = Intent::sign_in;
    std::optional<std::int64_t> other;  // of assert and match: the passkey to replace
    Offer offer = Offer::new_one;
    SecondStep by = SecondStep::authenticator_app;
};

/// How far an exploration goes.
struct Bounds {
    std::size_t tickets = 2;  // sessions, sign-ins and codes at a time, Eve's included
    std::size_t eves_tickets = 1;
    std::size_t passkeys = 3;   // of Ada, suspended ones included
    std::size_t apps = 0;       // of Ada, with one recovery code each
    std::size_t devices = 0;    // of Ada, whose biometrics are a second step
    std::size_t holds = 0;      // of Ada
    std::size_t restores = 0;   // 1: "this wasn't me" is said, and passkeys are given back
    std::uint32_t guesses = 2;  // at one code: the cap that is judged by
    std::int64_t subjects = 1;  // of the provider that vouches for Ada's address
    Recovery recovery = Recovery::notify;  // what the operator says: it is judged by
};

/// The account of Eve, which is scenery.
inline const AccountId eve_id(2);

/// Ada has no account yet. Eve has one, with an old device-bound passkey and a second factor.
World first_world();

/// People who had Ada's address at the provider, one after the other (T33): the provider is an
/// authority for it, so each may be Ada for all that it says. Numbered from 1.
Identity subject_numbered(std::int64_t number);

/// To whom a code was sent.
EmailAddress address_of(const EmailCode& code);

/// Everything that can be tried in this world.
std::vector<Step> steps_in(const World& world, const Bounds& bounds);

/// What the core decides; nullopt: it refuses. Two decisions of the same world get different fresh
/// ids by their `lane`, 0 or 1. Not for StepKind::wait.
std::optional<Decision> decide(const Core& core, const World& world, const Step& step, int lane);

/// The world after what was decided, perhaps on an earlier one. nullopt: a precondition did not
/// hold.
std::optional<World> make(const World& world, const Decision& decision);

/// Whether no more exists than the bounds allow.
bool is_within(const World& world, const Bounds& bounds);

}  // namespace latchkey::accounts
