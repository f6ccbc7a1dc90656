// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"
#include "accounts/phone_number.hpp"
#include "base/clock.hpp"
#include "latchkey/strong.hpp"
#include "latchkey/webauthn.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::accounts {

// Row ids: sequential, given by the process (store::IdSource), never reused, never shown.
using AccountId = Strong<struct AccountIdTag, std::int64_t>;
using PasskeyId = Strong<struct PasskeyIdTag, std::int64_t>;
using SessionId = Strong<struct SessionIdTag, std::int64_t>;
using SignInId = Strong<struct SignInIdTag, std::int64_t>;
using CodeId = Strong<struct CodeIdTag, std::int64_t>;
using AuthenticatorAppId = Strong<struct AuthenticatorAppIdTag, std::int64_t>;
using PhoneId = Strong<struct PhoneIdTag, std::int64_t>;
using EventId = Strong<struct EventIdTag, std::int64_t>;
using MailId = Strong<struct MailIdTag, std::int64_t>;
using LinkedIdentityId = Strong<struct LinkedIdentityIdTag, std::int64_t>;

/// What others may see of an account or a passkey: 16 random bytes, base64url (22 characters).
using PublicId = Strong<struct PublicIdTag, std::string>;

using Hash = std::array<std::byte, 32>;

/// A person. `version` rises with every change of a factor; `epoch` with "sign out everywhere".
struct Account {
    AccountId id;
    PublicId public_id;
    webauthn::UserHandle user_handle;  // 64 random bytes
    EmailAddress email;
    TimePoint created_at;
    std::uint32_t version = 0;
    std::uint32_t epoch = 0;
    std::uint32_t factors = 0;  // active credentials, authenticator app and phone of the account
    std::optional<TimePoint> recovered_at;
    std::optional<TimePoint> frozen_at;        // its owner said "this wasn't me" (restoring.hpp)
    std::optional<EmailAddress> second_email;  // is told what the first is; no way in
    std::optional<TimePoint> deletes_at;       // its owner asked for it; a sign-in stops it
    std::string language;  // that its mails go in, a tag of RFC 5646; empty: not known

    bool operator==(const Account&) const = default;
};

enum class CredentialPurpose : std::uint8_t { passkey = 0, second_factor = 1 };

enum class CredentialStatus : std::uint8_t { active = 0, suspended = 1 };

/// A WebAuthn credential of an account, with what Settings shows of it.
struct Passkey {
    PasskeyId id;
    PublicId public_id;
    AccountId account;
    webauthn::CredentialRecord record;
    CredentialPurpose purpose = CredentialPurpose::passkey;
    CredentialStatus status = CredentialStatus::active;
    std::string name;  // given by the person, at most 64 characters; empty: shown by its provider
    std::string created_on;  // "Chromium on Linux": browser and system at creation
    TimePoint created_at;
    std::optional<TimePoint> last_used_at;
    std::string last_used_on;
    std::optional<TimePoint> suspended_at;
    std::optional<TimePoint> recovered_at;  // made under a recovered sign-in (design.md 4.3)
    std::optional<bool> discoverable;       // credProps.rk, as the client said when it was made

    bool operator==(const Passkey&) const = default;
};

/// How many 30-second steps a moment lies after 1970 (RFC 6238).
using TotpStep = Strong<struct TotpStepTag, std::int64_t>;

/// An authenticator app of an account: at most one.
struct AuthenticatorApp {
    AuthenticatorAppId id;
    AccountId account;
    Bytes sealed_secret;         // 20 bytes, sealed (pages/authenticator_app.hpp)
    TotpStep last_step;          // the latest one whose code was used: none works twice
    std::uint32_t failures = 0;  // wrong codes since the last right one
    std::string created_on;      // "Chromium on Linux": the browser in which it was turned on
    TimePoint created_at;
    std::optional<TimePoint> last_used_at;

    bool operator==(const AuthenticatorApp&) const = default;
};

/// A phone that gets codes by text message: at most one. Another number is another phone.
struct Phone {
    PhoneId id;
    AccountId account;
    PhoneNumber number;
    std::uint32_t failures = 0;  // guesses since the last sign-in with it
    std::string created_on;      // "Chromium on Linux": the browser in which it was turned on
    TimePoint created_at;
    std::optional<TimePoint> last_used_at;

    bool operator==(const Phone&) const = default;
};

/// The wait of somebody who has a first proof and can do no more (design.md 4.3): at most one for
/// an account. Whoever has the account's passkey, or its mail, can end it before it is over.
struct Hold {
    AccountId account;
    std::uint32_t account_epoch = 0;
    TimePoint started_at;
    TimePoint ends_at;         // from then on a new first proof is let in
    bool by_operator = false;  // who let somebody in without a wait, whatever `recovery` says

    bool operator==(const Hold&) const = default;
};

/// How the second step was taken.
enum class SecondStep : std::uint8_t {
    authenticator_app = 0,
    recovery_code = 1,
    waited = 2,
    text_message = 3,
    biometrics = 4,  // of this device: a credential of that purpose
};

/// What an account has for the second step, besides credentials of that purpose.
struct SecondSteps {
    std::optional<AuthenticatorApp> app;
    std::optional<Phone> phone;
    std::uint32_t recovery_codes = 0;  // not used yet
    std::optional<Hold> hold;
    std::optional<SecondStep> preferred;  // asked for first; nullopt: its owner did not choose

    bool operator==(const SecondSteps&) const = default;
};

/// How a person proved who they are, in this sign-in.
enum class Proof : std::uint8_t { passkey = 0, email_code = 1, upstream = 2 };

/// Who somebody is at another provider (Google, Apple): nothing but these two together tells.
struct Identity {
    std::string issuer;
    std::string subject;

    bool operator==(const Identity&) const = default;
};

/// An identity that is a way in to an account. No two accounts have the same one.
struct LinkedIdentity {
    LinkedIdentityId id;
    PublicId public_id;
    AccountId account;
    Identity who;
    std::string email;  // as the provider gave it at linking, for show only; empty: it gave none
    TimePoint linked_at;

    bool operator==(const LinkedIdentity&) const = default;
};

/// Authentication context class of a session (design.md 4.4).
enum class Assurance : std::uint8_t {
    passkey = 0,    // acr "phr": user verification by a passkey
    recovered = 1,  // acr "urn:latchkey:recovered": signed in around a lost passkey or app
    two_steps = 2,  // acr "urn:latchkey:2fa": a first proof, and the second step
};

/// A signed-in browser. The cookie holds the masked id and a 32-byte secret; stored is its hash.
struct Session {
    SessionId id;
    Hash token_hash{};
    AccountId account;
    std::uint32_t account_epoch = 0;
    Assurance assurance = Assurance::passkey;
    TimePoint created_at;
    TimePoint authenticated_at;  // auth_time: the proof itself
    std::optional<TimePoint> recovered_at;
    std::optional<PasskeyId> passkey;  // the one that signed in
    std::string browser;               // "Chromium on Linux"
    TimePoint expires_at;              // absolute limit
    TimePoint last_seen_at;            // at most limits::sighting_interval behind the last request

    bool operator==(const Session&) const = default;
};

/// `confirm` is a sign-in for a proof that is fresh enough to change something in Settings,
/// `restore` one that gives a suspended passkey back to its owner (restoring.hpp),
/// `add_second_step` one that turns on this device's biometrics.
enum class Intent : std::uint8_t {
    sign_in = 0,
    add_passkey = 1,
    confirm = 2,
    restore = 3,
    add_second_step = 4,
};

/// Where a sign-in stands (accounts/sign_in.hpp has the table).
enum class SignInState : std::uint8_t {
    start = 0,       // nothing is stored
    identified = 1,  // a code was sent; nobody is the subject yet
    enrol = 2,       // proved, and a passkey or a second step must be added
    done = 3,        // a session was opened
    second = 4,      // a first proof, and the account asks for the second step
};

/// A sign-in after its first proof (before it nothing is stored): design.md 4.1.
struct SignIn {
    SignInId id;
    Hash token_hash{};
    std::uint32_t version = 0;
    SignInState state = SignInState::enrol;
    std::optional<AccountId> account;  // nullopt: a new person, the account comes with the passkey
    std::uint32_t account_epoch = 0;
    EmailAddress email;  // proved, if the account is new; else the account's
    Proof proof = Proof::email_code;
    std::optional<PasskeyId> passkey;  // that was the proof, or the second step by biometrics
    std::optional<Identity> identity;  // the one that was the proof: a new account is linked to it
    std::optional<SecondStep> second;  // the second step that followed the first proof
    bool recovered = false;            // it went around a passkey or an app
    TimePoint proved_at;
    webauthn::UserHandle user_handle;  // of the account, or the one the new account will get
    Intent intent = Intent::sign_in;
    std::optional<PublicId> replaces;  // the passkey that the new one replaces
    std::string return_to;             // checked against the allow-list when it was stored
    TimePoint expires_at;

    bool operator==(const SignIn&) const = default;
};

/// By what something leaves the outbox.
enum class Channel : std::uint8_t { mail = 0, text_message = 1 };

/// A code that was sent, by e-mail or text message. Only its keyed hash is stored.
struct EmailCode {
    CodeId id;
    Hash mac{};                        // HMAC of code, id, purpose, address and browser
    Hash address_key{};                // keyed hash of the canonical address, or of the number
    std::optional<AccountId> account;  // known at sending; nullopt: none
    std::uint32_t account_epoch = 0;
    std::uint32_t attempts = 0;
    bool spent = false;
    TimePoint created_at;
    TimePoint expires_at;

    bool operator==(const EmailCode&) const = default;
};

}  // namespace latchkey::accounts
