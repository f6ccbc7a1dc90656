// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "accounts/notices.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The sign-in state machine: the one place where it is decided who gets a session.
/// Pure: what was loaded, `now` and fresh ids come in as values; what to save and to tell comes
/// out.
namespace latchkey::accounts {

enum class SignInEvent : std::uint8_t {
    code_requested,      // an address was given; a code goes out
    passkey_asserted,    // an authentication ceremony verified
    code_matched,        // the right code was spent
    upstream_proved,     // another provider said who it is
    second_matched,      // the right code of the second step was spent
    hold_started,        // the person can do no second step, and waits
    passkey_restored,    // a passkey of the account was used after an e-mail code (restoring.hpp)
    passkey_created,     // a registration ceremony verified
    passkey_promoted,    // a second factor of the account was used to make a passkey of it
    app_confirmed,       // a new authenticator app showed that it has the secret
    phone_confirmed,     // a new phone got a code
    biometrics_created,  // a registration of a credential for the second step verified
    started_over,        // the person went back, or it expired
};

/// One row of the table: in `from`, `event` leads to `to`; a second row for the same pair tells
/// the branch apart by `when`. What has no row is refused.
struct Transition {
    SignInState from;
    SignInEvent event;
    SignInState to;
    const char* when;
};

inline constexpr auto sign_in_table = [] {
    using enum SignInState;
    using enum SignInEvent;
    return std::array{
        Transition{start, code_requested, identified, "always"},
        Transition{start, passkey_asserted, done, "to sign in"},
        Transition{start, passkey_asserted, enrol, "to add a factor"},
        Transition{start, upstream_proved, enrol, "no passkey yet, or to add one"},
        Transition{start, upstream_proved, second, "the account asks for it"},
        Transition{start, upstream_proved, done, "a passkey was lost"},
        Transition{identified, code_requested, identified, "always"},
        Transition{identified, passkey_asserted, done, "to sign in"},
        Transition{identified, passkey_asserted, enrol, "to add a factor"},
        Transition{identified, upstream_proved, enrol, "no passkey yet, or to add one"},
        Transition{identified, upstream_proved, second, "the account asks for it"},
        Transition{identified, upstream_proved, done, "a passkey was lost"},
        Transition{identified, code_matched, enrol, "no passkey yet, or to add one"},
        Transition{identified, code_matched, second, "the account asks for it, or to restore"},
        Transition{identified, code_matched, done, "a passkey was lost"},
        Transition{identified, started_over, start, "always"},
        Transition{second, second_matched, done, "to sign in"},
        Transition{second, second_matched, enrol, "to add a factor"},
        Transition{second, hold_started, second, "always"},
        Transition{second, passkey_restored, done, "always"},
        Transition{second, started_over, start, "always"},
        Transition{enrol, passkey_created, done, "always"},
        Transition{enrol, passkey_promoted, done, "always"},
        Transition{enrol, app_confirmed, done, "a new account"},
        Transition{enrol, phone_confirmed, done, "a new account"},
        Transition{enrol, biometrics_created, done, "a new account, or to add them"},
        Transition{enrol, started_over, start, "always"},
    };
}();

/// Whether the table has a row for the event in the state.
bool accepts(SignInState state, SignInEvent event);

/// The stable names, for documents and JSON: "enrol", "passkey_created".
std::string_view name_of(SignInState state);
std::string_view name_of(SignInEvent event);

/// Why an event was refused, or a change (passkeys.hpp). The person sees one neutral text for most;
/// the log has the name.
enum class Refusal : std::uint8_t {
    not_in_this_state,      // the table has no such row
    expired,                // the sign-in or code is over
    unknown_credential,     // no account has it: may be signalled to the password manager
    credential_suspended,   // known, but suspended
    second_step_only,       // a second factor never signs in alone
    counter_went_back,      // a device-bound passkey's counter: perhaps a copy
    signed_out_everywhere,  // the account's epoch moved on
    sign_up_closed,         // this address may not create an account
    already_registered,     // the credential id is taken
    not_yours,              // the passkey is not one of the account, or of another purpose
    last_factor,            // the last passkey or second step cannot be removed
    proof_too_old,          // needs a fresh proof (step-up)
    too_many_passkeys,      // limits.hpp: passkeys_per_account
    frozen_after_recovery,  // refused for 72 h after a recovery
    frozen_by_owner,        // refused for 72 h after "this wasn't me"
    not_restorable,         // made by a recovery itself, or suspended for too long
    proof_withdrawn,        // the passkey that was the proof has been removed since
    address_not_vouched,    // the provider gave no address, or is no authority for it
    address_taken,          // an account has the address, and is not linked to this identity
    identity_taken,         // another account is linked to this identity
    too_many_identities,    // limits.hpp: identities_per_account
    app_there,              // the account has an authenticator app
    phone_there,            // this number is the account's phone
    not_over,               // the wait of who cannot do the second step, or none was begun
    only_operator,          // recovery = "strict": nothing else goes around the second step
    name_not_allowed,       // not what parse_passkey_name() accepts
};

template <class T>
using Result = latchkey::Result<T, Refusal>;

/// The stable name of a refusal, for logs and JSON: "unknown_credential".
std::string_view name_of(Refusal refusal);

/// Where and when it happens.
struct Circumstances {
    TimePoint now;
    std::string network;  // of the client
    std::string browser;  // "Chromium on Linux"
    /// The session of the browser, if it is signed in: a session that opens takes its place.
    std::optional<SessionId> current_session = std::nullopt;
    /// The browser signed in to this account before: else its owner is told of a session.
    bool is_known_browser = false;
    std::string language;  // of the pages that the person sees; empty: nobody sees any
};

/// Ids and random values for what a decision may create, made by the shell.
struct Fresh {
    SessionId session;
    Hash session_token_hash{};
    SignInId sign_in;
    Hash sign_in_token_hash{};
    AccountId account;
    PublicId account_public_id;
    webauthn::UserHandle user_handle;  // 64 random bytes
    PasskeyId passkey;
    PublicId passkey_public_id;
    LinkedIdentityId identity;
    PublicId identity_public_id;
    AuthenticatorAppId app;
    PhoneId phone;
    std::array<EventId, 6> events;
};

/// What the person asked for when the sign-in began; travels sealed until the first proof.
struct Purpose {
    Intent intent = Intent::sign_in;
    std::optional<PublicId> replaces;
    std::string return_to;
};

/// What to save and to tell. `notices` become mails in the same commit.
struct Decision {
    SignInState next = SignInState::start;
    std::vector<Change> changes;
    std::vector<Notice> notices;
    std::optional<Session> session;            // opened: set its cookie after the commit
    std::optional<EmailAddress> signed_in_to;  // of its account: the browser is known there now
    std::optional<SignIn> sign_in;             // stored: set its cookie after the commit
    std::string return_to;
};

/// A verified authentication and what the store knows of its credential (loaded before).
struct PasskeyAsserted {
    Passkey passkey;
    Account account;
    std::uint32_t sign_count = 0;
    bool backup_state = false;
    webauthn::CounterRule counter_rule = webauthn::CounterRule::refuse_device_bound;
    std::vector<Passkey> passkeys;  // all of the account; used with Intent::add_passkey
};

Result<Decision> decide(
    SignInState state,
    const Purpose& purpose,
    const PasskeyAsserted& event,
    const Circumstances& at,
    const Fresh& fresh
);

/// The right code was spent. `account` is the one that has the address now, if any.
struct CodeMatched {
    EmailCode code;
    EmailAddress email;
    std::optional<Account> account;
    std::vector<Passkey> passkeys;         // of the account
    SecondSteps steps;                     // of the account
    bool may_sign_up = false;              // what policy says of the address
    Recovery recovery = Recovery::strict;  // who forgets it lets nobody in
};

Result<Decision> decide(
    SignInState state,
    const Purpose& purpose,
    const CodeMatched& event,
    const Circumstances& at,
    const Fresh& fresh
);

/// Another provider's answer verified. `account` is the one that is linked to the identity, never
/// one that merely has the address (T31, T32).
struct UpstreamProved {
    Identity identity;
    std::optional<EmailAddress> email;  // only if the provider is an authority for it
    std::optional<Account> account;
    std::vector<Passkey> passkeys;         // of the account
    SecondSteps steps;                     // of the account
    bool is_address_taken = false;         // an account has the address
    bool may_sign_up = false;              // what policy says of the address
    Recovery recovery = Recovery::strict;  // who forgets it lets nobody in
};

Result<Decision> decide(
    SignInState state,
    const Purpose& purpose,
    const UpstreamProved& event,
    const Circumstances& at,
    const Fresh& fresh
);

/// A credential of an account answered a challenge that was made for its second step.
struct BiometricsUse {
    Passkey credential;
    std::uint32_t sign_count = 0;
    bool backup_state = false;
    webauthn::CounterRule counter_rule = webauthn::CounterRule::refuse_device_bound;
};

/// A code of the second step was right and is spent, for the sign-in as it was loaded. Or the
/// account's hold is over (SecondStep::waited): not_over if it is not, or the first proof is older.
/// Or this device's biometrics were used (SecondStep::biometrics): not_yours if the credential is
/// another account's, or a passkey.
struct SecondMatched {
    SignIn sign_in;
    SecondStep by = SecondStep::authenticator_app;
    std::optional<Account> account;                          // of the sign-in
    std::vector<Passkey> passkeys;                           // of the account
    SecondSteps steps;                                       // of the account
    Recovery recovery = Recovery::strict;                    // who forgets it lets nobody in
    std::optional<BiometricsUse> biometrics = std::nullopt;  // with SecondStep::biometrics
};

Result<Decision> decide(const SecondMatched& event, const Circumstances& at, const Fresh& fresh);

/// A verified registration, for the sign-in as it was loaded. Creates the account of a new person.
struct PasskeyCreated {
    SignIn sign_in;
    webauthn::CredentialRecord record;
    std::optional<bool> discoverable;  // credProps.rk
    std::optional<Account> account;    // of the sign-in
    std::vector<Passkey> passkeys;     // of the account
    SecondSteps steps;                 // of the account
    bool needs_invite = false;         // sign_up = "invite": spends the invitation
};

Result<Decision> decide(const PasskeyCreated& event, const Circumstances& at, const Fresh& fresh);

/// The device that should get a passkey holds a second factor of the account already, which many
/// platforms would overwrite: it answered, found without its id and with user verification, and
/// becomes the passkey. frozen_after_recovery: it is a change of the second step, too.
struct PasskeyPromoted {
    SignIn sign_in;
    BiometricsUse use;
    std::optional<Account> account;  // of the sign-in
    std::vector<Passkey> passkeys;   // of the account
    SecondSteps steps;               // of the account
};

Result<Decision> decide(const PasskeyPromoted& event, const Circumstances& at, const Fresh& fresh);

/// An authenticator app instead of a passkey, for the sign-in of a new person as it was loaded.
/// `app` is sealed for the fresh ids; `recovery_codes` are keyed hashes of the first set.
struct AppConfirmed {
    SignIn sign_in;
    AuthenticatorApp app;
    std::vector<Hash> recovery_codes;
    bool needs_invite = false;  // sign_up = "invite": spends the invitation
};

Result<Decision> decide(const AppConfirmed& event, const Circumstances& at, const Fresh& fresh);

/// A phone instead of a passkey, in the same way: the code that was sent to it is spent.
struct PhoneConfirmed {
    SignIn sign_in;
    Phone phone;
    std::vector<Hash> recovery_codes;
    bool needs_invite = false;  // sign_up = "invite": spends the invitation
};

Result<Decision> decide(const PhoneConfirmed& event, const Circumstances& at, const Fresh& fresh);

/// A verified registration for the second step, for the sign-in as it was loaded: of a new person
/// instead of a passkey, or with Intent::add_second_step. The credential never signs in alone.
struct BiometricsCreated {
    SignIn sign_in;
    webauthn::CredentialRecord record;
    std::optional<bool> discoverable;  // credProps.rk
    std::optional<Account> account;    // of the sign-in
    std::vector<Passkey> passkeys;     // of the account
    SecondSteps steps;                 // of the account
    std::vector<Hash> recovery_codes;  // stored if it is the first method
    bool needs_invite = false;         // sign_up = "invite": spends the invitation
};

Result<Decision> decide(
    const BiometricsCreated& event, const Circumstances& at, const Fresh& fresh
);

}  // namespace latchkey::accounts
