// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"
#include "accounts/passkeys.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

/// Ada's account and what belongs to it, as the store would load it, and a look into decisions.
namespace latchkey::accounts {

/// 2026-11-22T12:00:00Z
inline constexpr TimePoint noon{std::chrono::milliseconds(1'795'348'800'000)};

inline constexpr std::int64_t fresh_ids = 9'000;  // Fresh gives ids from here on

inline EmailAddress address(std::string_view text) {
    return EmailAddress::parse(text).value();
}

inline Bytes bytes(std::size_t size, std::uint8_t value) {
    return Bytes(size, std::byte{value});
}

inline Circumstances at(TimePoint now) {
    return {
        .now = now,
        .network = "192.0.2.0/24",
        .browser = "Firefox on Linux",
        .current_session = std::nullopt,
        .is_known_browser = true,
    };
}

inline Fresh fresh() {
    Fresh fresh{
        .session = SessionId(fresh_ids),
        .sign_in = SignInId(fresh_ids + 1),
        .account = AccountId(fresh_ids + 2),
        .account_public_id = PublicId("fresh-account"),
        .user_handle = webauthn::UserHandle(bytes(64, 0xfa)),
        .passkey = PasskeyId(fresh_ids + 3),
        .passkey_public_id = PublicId("fresh-passkey"),
        .identity = LinkedIdentityId(fresh_ids + 7),
        .identity_public_id = PublicId("fresh-identity"),
        .app = AuthenticatorAppId(fresh_ids + 9),
        .events =
            {EventId(fresh_ids + 4),
             EventId(fresh_ids + 5),
             EventId(fresh_ids + 6),
             EventId(fresh_ids + 8),
             EventId(fresh_ids + 10)},
    };
    fresh.session_token_hash.fill(std::byte{0x51});
    fresh.sign_in_token_hash.fill(std::byte{0x52});
    return fresh;
}

inline Account ada() {
    return {
        .id = AccountId(1),
        .public_id = PublicId("ada"),
        .user_handle = webauthn::UserHandle(bytes(64, 0xad)),
        .email = address("ada@example.com"),
        .created_at = noon - 24h * 100,
        .version = 7,
        .epoch = 3,
        .factors = 1,
    };
}

/// A synced passkey of Ada, 90 days old, without a counter. Its number makes it distinct.
inline Passkey passkey(std::uint8_t number = 1) {
    return {
        .id = PasskeyId(number),
        .public_id = PublicId("passkey-" + std::to_string(number)),
        .account = ada().id,
        .record =
            {
                .id = webauthn::CredentialId(bytes(16, number)),
                .user_handle = ada().user_handle,
                .uv_initialized = true,
                .backup_eligible = true,
                .backup_state = true,
                .transports = {"internal"},
            },
        .name = "Passkey " + std::to_string(number),
        .created_on = "Safari on iPhone",
        .created_at = noon - 24h * 90,
    };
}

inline Passkey device_bound(Passkey passkey) {
    passkey.record.backup_eligible = false;
    passkey.record.backup_state = false;
    return passkey;
}

inline Passkey suspended(Passkey passkey) {
    passkey.status = CredentialStatus::suspended;
    passkey.suspended_at = noon - 1h;
    return passkey;
}

inline Passkey second_factor(Passkey passkey) {
    passkey.purpose = CredentialPurpose::second_factor;
    return passkey;
}

/// The biometrics of Ada's laptop; it counts its uses.
inline Passkey laptop(std::uint8_t number = 4) {
    Passkey credential = device_bound(second_factor(passkey(number)));
    credential.name.clear();
    credential.created_on = "Firefox on Linux";
    credential.record.sign_count = 5;
    return credential;
}

/// Ada's authenticator app, in use for 60 days.
inline AuthenticatorApp app() {
    return {
        .id = AuthenticatorAppId(30),
        .account = ada().id,
        .sealed_secret = bytes(64, 0x5e),
        .last_step = TotpStep(1),
        .created_on = "Safari on iPhone",
        .created_at = noon - 24h * 60,
    };
}

/// The app, and how many recovery codes are left.
inline SecondSteps with_app(std::uint32_t recovery_codes = 10) {
    return {.app = app(), .recovery_codes = recovery_codes};
}

inline PhoneNumber number_of(std::string_view text) {
    return PhoneNumber::parse(text, "").value();
}

inline Phone phone(std::string_view number = "+4915123456789") {
    return {
        .id = PhoneId(90),
        .account = ada().id,
        .number = number_of(number),
        .failures = 0,
        .created_on = "Firefox on Windows",
        .created_at = noon,
        .last_used_at = std::nullopt,
    };
}

/// Ada proved her address by a code two minutes ago; a second step is wanted.
inline SignIn half_proved(Intent intent = Intent::sign_in) {
    return {
        .id = SignInId(60),
        .version = 1,
        .state = SignInState::second,
        .account = ada().id,
        .account_epoch = ada().epoch,
        .email = ada().email,
        .proof = Proof::email_code,
        .proved_at = noon - 2min,
        .user_handle = ada().user_handle,
        .intent = intent,
        .return_to = "/home",
        .expires_at = noon - 2min + limits::sign_in_lifetime,
    };
}

/// What leads a sign-in to another passkey.
inline Purpose to_add(std::optional<PublicId> replaces = std::nullopt) {
    return {
        .intent = Intent::add_passkey, .replaces = std::move(replaces), .return_to = "/settings"
    };
}

/// Opened a minute ago by `proof`.
inline Session session(const Passkey& proof) {
    return {
        .id = SessionId(50),
        .token_hash = {},
        .account = ada().id,
        .account_epoch = ada().epoch,
        .assurance = Assurance::passkey,
        .created_at = noon - 1min,
        .authenticated_at = noon - 1min,
        .passkey = proof.id,
        .browser = "Chrome on Windows",
        .expires_at = noon - 1min + limits::session_lifetime,
        .last_seen_at = noon - 1min,
    };
}

/// Ada, signed in with her passkey a minute ago.
inline Acting signed_in() {
    return {.account = ada(), .session = session(passkey()), .passkeys = {passkey()}, .steps = {}};
}

/// At noon, in circumstances that say nothing.
template <class Event>
Result<Decision> decide_now(const Event& event) {
    return decide(event, at(noon), fresh());
}

/// A code that was sent to Ada two minutes ago, with its account known.
inline EmailCode code() {
    return {
        .id = CodeId(70),
        .account = ada().id,
        .account_epoch = ada().epoch,
        .created_at = noon - 2min,
        .expires_at = noon - 2min + limits::email_code_lifetime,
    };
}

template <class T>
std::vector<T> all_of(const Decision& decision) {
    std::vector<T> found;
    for (const Change& change : decision.changes) {
        if (const T* one = std::get_if<T>(&change)) found.push_back(*one);
    }
    return found;
}

/// The one change of that type, or nullopt: none, or several.
template <class T>
std::optional<T> only(const Decision& decision) {
    const std::vector<T> found = all_of<T>(decision);
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

template <class T>
bool has(const Decision& decision) {
    return !all_of<T>(decision).empty();
}

/// Where the first change of that type stands in the commit.
template <class T>
std::size_t place_of(const Decision& decision) {
    const auto found = std::ranges::find_if(decision.changes, [](const Change& change) {
        return std::holds_alternative<T>(change);
    });
    return static_cast<std::size_t>(found - decision.changes.begin());
}

inline std::vector<EventKind> logged(const Decision& decision) {
    std::vector<EventKind> kinds;
    for (const AppendEvent& entry : all_of<AppendEvent>(decision)) {
        kinds.push_back(entry.event.kind);
    }
    return kinds;
}

inline std::vector<NoticeKind> told(const Decision& decision) {
    std::vector<NoticeKind> kinds;
    kinds.reserve(decision.notices.size());
    for (const Notice& notice : decision.notices) {
        kinds.push_back(notice.kind);
    }
    return kinds;
}

/// The refusal, or nullopt: it was decided.
inline std::optional<Refusal> refusal(const Result<Decision>& result) {
    return result.has_value() ? std::nullopt : std::optional(result.error());
}

// So that a failed check names what it got.
inline std::ostream& operator<<(std::ostream& out, Refusal refusal) {
    return out << name_of(refusal);
}

inline std::ostream& operator<<(std::ostream& out, EventKind kind) {
    return out << name_of(kind);
}

}  // namespace latchkey::accounts
