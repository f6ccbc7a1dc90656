// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/events.hpp"
#include "accounts/second_step_changes.hpp"  // IWYU pragma: export
#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What the pure core decides to write, as plain structs. A commit is a list of these, all or
/// none. "Precondition" is what must hold in the database for the change to be made; if it does
/// not, the whole commit is Refused and nothing is written.
namespace latchkey::accounts {

// ---- accounts

/// Precondition: no account has this canonical address, public id or user handle.
struct CreateAccount {
    Account account;
};

/// Adds `by` (+1, -1 or 0) to the number of factors and 1 to the version.
/// Precondition: the account is at `from_version`; with -1, more than one factor is left.
struct ChangeFactors {
    AccountId account;
    std::uint32_t from_version = 0;
    int by = 0;
};

/// Precondition: the account is at `epoch`. Guards a commit against "sign out everywhere".
struct RequireEpoch {
    AccountId account;
    std::uint32_t epoch = 0;
};

/// "Sign out everywhere": sessions, sign-ins and codes of earlier epochs are dead; sessions and
/// sign-ins are deleted, codes stay until they expire.
/// Precondition: the account is at `from_epoch`.
struct RaiseEpoch {
    AccountId account;
    std::uint32_t from_epoch = 0;
};

/// Gives the account another address. Precondition: its address is `from`, and nobody has `to`.
struct ChangeEmail {
    AccountId account;
    EmailAddress from;
    EmailAddress to;
};

/// Precondition: the second address of the account is `from`.
struct SetSecondEmail {
    AccountId account;
    std::optional<EmailAddress> from;
    std::optional<EmailAddress> to;
};

struct MarkRecovered {
    AccountId account;
    TimePoint at;
};

/// "This wasn't me": factors rest for limits::freeze_after_recovery. Precondition: it exists.
struct FreezeFactors {
    AccountId account;
    TimePoint at;
};

/// Its owner is back: neither recovered nor frozen any more. Precondition: it exists.
struct EndRecovery {
    AccountId account;
};

/// When the account is to be deleted; nullopt: it stays. Precondition: it was `from` until now.
struct SetDeletion {
    AccountId account;
    std::optional<TimePoint> from;
    std::optional<TimePoint> to;
};

/// What its mails go in from now on. Precondition: it exists.
struct SetLanguage {
    AccountId account;
    std::string language;  // a tag of RFC 5646
};

/// Removes the account and all that belongs to it; audit events stay. Precondition: it exists.
struct DeleteAccount {
    AccountId account;
};

// ---- passkeys

/// Precondition: no account has this credential id (7.1 step 26).
struct AddPasskey {
    Passkey passkey;
};

/// After an authentication (7.2 step 24). The counter is written only if it changed.
/// Precondition: it is an active credential of this account and still of that purpose, its counter
/// still `from_sign_count`.
struct UsePasskey {
    AccountId account;
    PasskeyId passkey;
    std::uint32_t from_sign_count = 0;
    std::uint32_t sign_count = 0;
    bool backup_state = false;
    TimePoint at;
    std::string used_on;
    CredentialPurpose purpose = CredentialPurpose::passkey;
};

/// Makes a passkey of a second factor. Precondition: it is an active second factor of this account.
struct PromoteSecondFactor {
    AccountId account;
    PasskeyId credential;
};

/// Precondition: it is a passkey of this account.
struct RenamePasskey {
    AccountId account;
    PasskeyId passkey;
    std::string name;
};

/// Precondition: it is an active passkey of this account. Ends the sessions that it opened but
/// `keep`, and the sign-ins that it proved.
struct RemovePasskey {
    AccountId account;
    PasskeyId passkey;
    std::optional<SessionId> keep;
};

/// The removal of a recovered session: the passkey can be restored for 30 days (design.md 4.3).
/// Precondition and sessions as RemovePasskey.
struct SuspendPasskey {
    AccountId account;
    PasskeyId passkey;
    TimePoint at;
    std::optional<SessionId> keep;
};

/// Precondition: it is a suspended passkey of this account.
struct RestorePasskey {
    AccountId account;
    PasskeyId passkey;
};

/// Its time to be restored is over. Precondition: it is a passkey of this account that was
/// suspended at `suspended_at`, and still is.
struct DeleteSuspendedPasskey {
    AccountId account;
    PasskeyId passkey;
    TimePoint suspended_at;
};

// ---- identities at other providers

/// Precondition: no account has this issuer and subject.
struct LinkIdentity {
    LinkedIdentity identity;
};

/// Guards a commit that this identity proves against its end. Precondition: the account has it.
struct RequireIdentity {
    AccountId account;
    Identity who;
};

/// Precondition: it is one of the account. Ends the sign-ins that it proved.
struct UnlinkIdentity {
    AccountId account;
    Identity who;
};

// ---- codes and limits

/// Precondition: none. Earlier codes of the same address stay valid until they expire.
struct StoreCode {
    EmailCode code;
};

/// One guess: counts it, compares the keyed hash, spends the code if it is right. Never undone
/// once it compared: only CountTowardsLimit and CountPhoneGuess may stand in its commit, before it.
/// Precondition: fewer than `limit` attempts, not spent, not expired. Its answer is
/// `store::Committed::spent`.
struct SpendAttempt {
    CodeId code;
    Hash mac{};
    std::uint32_t limit = 5;
    TimePoint now;
};

/// Counts one event in a rolling window. Precondition: fewer than `limit` in the window before.
/// The key is a keyed hash of what is limited (address, account, network) and of the rule.
struct CountTowardsLimit {
    Hash key{};
    std::uint32_t limit = 0;
    std::chrono::seconds window{};
    TimePoint now;
};

// ---- sign-ins and sessions

/// Precondition: none.
struct StartSignIn {
    SignIn sign_in;
};

/// Precondition: the sign-in exists at `from_version` and has not expired. `done` deletes it.
struct FinishSignIn {
    SignInId sign_in;
    std::uint32_t from_version = 0;
    TimePoint now;
};

/// Precondition: none (the commit also holds RequireEpoch or CreateAccount).
struct OpenSession {
    Session session;
};

/// Guards a commit that a session makes against its end. Precondition: it is stored.
struct RequireSession {
    SessionId session;
};

/// The session was used. Precondition: none; one that has ended stays so.
struct SeeSession {
    SessionId session;
    TimePoint at;
};

/// Precondition: none; ending what has ended is fine.
struct EndSession {
    SessionId session;
};

/// Ends every session of the account but `keep`.
struct EndSessions {
    AccountId account;
    std::optional<SessionId> keep;
};

// ---- invitations

/// Lets the address create an account under `sign_up = "invite"`. A second one renews the first.
struct Invite {
    EmailAddress email;
    TimePoint expires_at;
};

/// Precondition: the address has an invitation that has not expired. Spends it.
struct SpendInvite {
    EmailAddress email;
    TimePoint now;
};

// ---- told to people and kept for later

/// One entry of the audit log.
struct AppendEvent {
    Event event;
};

/// One e-mail or text message on its way: rendered, and sealed so that a stolen database holds no
/// code.
struct QueueMail {
    MailId id;
    Bytes sealed;  // outbound::Mail or TextMessage, sealed with context of kind and id
    TimePoint not_before;
    TimePoint expires_at;           // not sent after this: an expired code helps nobody
    std::optional<AccountId> hold;  // goes with this account's hold
    Channel channel = Channel::mail;
};

using AnyChange = std::variant<
    CreateAccount,
    ChangeFactors,
    RequireEpoch,
    RaiseEpoch,
    ChangeEmail,
    SetSecondEmail,
    MarkRecovered,
    FreezeFactors,
    EndRecovery,
    SetDeletion,
    SetLanguage,
    DeleteAccount,
    AddPasskey,
    UsePasskey,
    PromoteSecondFactor,
    RenamePasskey,
    RemovePasskey,
    SuspendPasskey,
    RestorePasskey,
    DeleteSuspendedPasskey,
    LinkIdentity,
    RequireIdentity,
    UnlinkIdentity,
    AddAuthenticatorApp,
    RemoveAuthenticatorApp,
    SpendAppCode,
    AddPhone,
    RemovePhone,
    CountPhoneGuess,
    UsePhone,
    SetRecoveryCodes,
    SpendRecoveryCode,
    PreferSecondStep,
    StartHold,
    EndHold,
    StoreCode,
    SpendAttempt,
    CountTowardsLimit,
    StartSignIn,
    FinishSignIn,
    OpenSession,
    RequireSession,
    SeeSession,
    EndSession,
    EndSessions,
    Invite,
    SpendInvite,
    AppendEvent,
    QueueMail>;

/// One of the changes above. Its special members are compiled once, and not in every file that
/// decides something: they visit every alternative.
class Change : public AnyChange {
public:
    using AnyChange::AnyChange;
    Change();
    Change(const Change& other);
    Change(Change&& other) noexcept;
    Change& operator=(const Change& other);
    Change& operator=(Change&& other) noexcept;
    ~Change();
};

}  // namespace latchkey::accounts
