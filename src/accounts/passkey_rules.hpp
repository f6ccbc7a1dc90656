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

/// Whether the account has a method for the second step that is no credential: one that recovery
/// codes stand in for.
bool has_method(const SecondSteps& steps);

/// Whether what the second step was taken by is still there: nothing else stands on it.
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

/// Whether a first proof that was not a passkey needs a second step: the account has an
/// authenticator app, a phone, or an active credential of that purpose.
bool asks_second_step(const std::vector<Passkey>& passkeys, const SecondSteps& steps);

/// The passkey that a new one is to replace: nullptr if none is asked for.
/// not_yours: it is no usable one of the account. too_many_passkeys: no room for a new one.
Result<const Passkey*> check_room(
    const std::vector<Passkey>& passkeys, const std::optional<PublicId>& replaces
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
