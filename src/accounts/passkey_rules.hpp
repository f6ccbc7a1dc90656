// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Rules about the passkeys of an account that several decisions share.
namespace latchkey::accounts {

/// An active passkey that may sign in: not a second factor, not suspended.
bool is_usable(const Passkey& passkey);

/// The usable passkey with that id, or nullptr.
const Passkey* find_usable(const std::vector<Passkey>& passkeys, const PublicId& id);
const Passkey* find_usable(const std::vector<Passkey>& passkeys, PasskeyId id);

/// An active credential for the second step: it never signs in alone.
bool is_second_factor(const Passkey& credential);

/// A second factor that a platform may keep where it would keep a passkey, and then can be made
/// one; false if the client said that it is kept elsewhere.
bool is_promotable(const Passkey& credential);

/// The active second factor with that id, or nullptr.
const Passkey* find_second_factor(const std::vector<Passkey>& credentials, const PublicId& id);
const Passkey* find_second_factor(const std::vector<Passkey>& credentials, PasskeyId id);

/// How many methods for the second step an account has: its authenticator app, its phone, and each
/// device whose biometrics are on. Recovery codes stand in for them.
std::size_t count_methods(const std::vector<Passkey>& credentials, const SecondSteps& steps);

/// Whether what the second step was taken by is still there: nothing else stands on it. Not for
/// biometrics, of which each device has its own: find_second_factor().
bool still_has(const SecondSteps& steps, SecondStep by);

/// Whether it was taken by something that is kept, or waited for, in place of a lost method.
bool is_recovery(SecondStep by);
/// 7.2 step 22: the counter says that a copy of the key may exist, and the rule refuses it then.
/// Copies of a synced passkey may well count apart; a device-bound one is on one device.
bool is_copy(const Passkey& passkey, std::uint32_t asserted_count, webauthn::CounterRule rule);

/// A counter that is in use and does not rise.
bool went_back(std::uint32_t stored, std::uint32_t asserted);

/// Its owner said "this wasn't me" a short while ago: no factor comes or goes. frozen_by_owner.
Result<void> check_not_frozen(const Account& account, TimePoint now);

/// Whether a first proof that was not a passkey needs a second step: the account has a method.
bool asks_second_step(const std::vector<Passkey>& passkeys, const SecondSteps& steps);

/// The passkey that a new one is to replace: nullptr if none is asked for.
/// not_yours: it is no usable one of the account. too_many_passkeys: no room for a new one.
Result<const Passkey*> check_room(
    const std::vector<Passkey>& passkeys, const std::optional<PublicId>& replaces
);

/// For limits::freeze_after_recovery nothing of the second step changes. frozen_after_recovery.
Result<void> check_rested(const Account& account, TimePoint now);

/// Whether a sign-in with that intent goes on to `enrol` after its proof.
bool adds_factor(Intent intent);

/// Whether the factor that `purpose` is about can be added to the account now, whatever proves it.
/// As check_not_frozen() and check_room(). For the second step also as check_rested(), and
/// too_many_passkeys: as many devices as there may be.
Result<void> check_may_add(
    const Account& account,
    const std::vector<Passkey>& passkeys,
    const Purpose& purpose,
    TimePoint now
);

// A recovery (signing in around a lost passkey) leaves a mark that lasts limits::recovered_mark: on
// the account, and on every passkey that was added by it or by a passkey with a mark. While it
// lasts, what such a passkey proves is a recovery, too: adding a passkey and signing in with it
// launders nothing (design.md 4.3).

/// The time of the recovery while its mark lasts, else nullopt.
std::optional<TimePoint> mark_of(std::optional<TimePoint> recovered_at, TimePoint now);

/// How a passkey goes away.
enum class Removal : std::uint8_t {
    for_good,
    suspension,  // can be restored for limits::suspension
};

/// Who removes. `proof` is the passkey that proved it, as the account has it now: nullptr if it was
/// none or is no longer usable.
struct Remover {
    Assurance assurance = Assurance::passkey;
    std::optional<TimePoint> recovered_at;
    const Passkey* proof = nullptr;
};

/// For good only by the proof of a passkey that is usable, at least limits::young_passkey old and
/// not marked by a recovery: who got hold of the mailbox, or has just added a passkey, can take
/// nothing away for good.
Removal removal_by(const Remover& remover, TimePoint now);

/// RemovePasskey or SuspendPasskey; both end the sessions that the passkey opened.
Change remove(const Passkey& passkey, Removal removal, TimePoint now);

}  // namespace latchkey::accounts
