// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::accounts {

using namespace std::chrono_literals;

/// Numbers of the sign-in, each from design.md 4 or NIST SP 800-63B-4.
namespace limits {
inline constexpr std::size_t email_code_digits = 8;
inline constexpr std::chrono::seconds email_code_lifetime = 10min;
inline constexpr std::uint32_t attempts_per_code = 5;

inline constexpr std::size_t totp_digits = 6;
inline constexpr std::chrono::seconds totp_step = 30s;
inline constexpr std::size_t totp_secret_bytes = 20;  // 160 bits (RFC 4226 section 4, R6)
inline constexpr std::uint32_t app_failures = 50;     // in a row: then the app opens nothing more
inline constexpr std::size_t text_code_digits = 6;
inline constexpr std::chrono::seconds text_code_lifetime = 5min;
inline constexpr std::uint32_t phone_guesses = 50;  // the same for codes by text message
inline constexpr std::uint32_t failures_before_notice = 3;
inline constexpr std::size_t recovery_codes = 10;

inline constexpr std::chrono::seconds challenge_lifetime = 5min;
inline constexpr std::chrono::seconds sign_in_lifetime = 15min;
inline constexpr std::chrono::seconds step_up_lifetime = 5min;
inline constexpr std::chrono::seconds session_lifetime = 24h;
inline constexpr std::chrono::seconds session_idle = 1h;  // SP 800-63B-4 section 2.2.3
inline constexpr std::chrono::seconds sighting_interval = 5min;

/// How far clocks of two moments may disagree: what is stamped later than that is not believed.
inline constexpr std::chrono::seconds clock_tolerance = 60s;

inline constexpr std::size_t passkeys_per_account = 20;     // active ones
inline constexpr std::size_t credentials_per_account = 60;  // suspended ones included
inline constexpr std::size_t biometrics_per_account = 10;   // one each device
inline constexpr std::size_t identities_per_account = 10;
inline constexpr std::size_t passkey_name_characters = 64;
inline constexpr std::chrono::hours young_passkey = 24h;
inline constexpr std::chrono::hours freeze_after_recovery = 72h;
inline constexpr std::chrono::hours recovered_mark = 24h * 7;
inline constexpr std::chrono::hours hold_stays_over = 72h;  // how long it opens, once over
inline constexpr std::chrono::hours stop_link_lifetime = 24h * 7;
inline constexpr std::chrono::hours deletion_wait = 24h * 7;
inline constexpr std::chrono::hours suspension = 24h * 30;

inline constexpr std::chrono::hours invitation_lifetime = 24h * 7;
}  // namespace limits

/// A rolling-window limit: at most `count` events in `window`.
struct Limit {
    std::string_view name;
    std::uint32_t count = 0;
    std::chrono::seconds window{};
};

/// Who may create an account (configuration key `sign_up`).
enum class SignUp : std::uint8_t { open, domains, invite, closed };

struct SignUpPolicy {
    SignUp who = SignUp::open;
    std::vector<std::string> domains;  // lower case; used with SignUp::domains
};

/// What becomes of who lost a passkey, or what the second step needs (configuration key
/// `recovery`).
enum class Recovery : std::uint8_t {
    notify,  // around a passkey at once, around a second step after a wait; the owner is told
    delay,   // around either after a wait only
    strict,  // not at all: recovery codes, or the operator
};

struct RecoveryPolicy {
    Recovery rule = Recovery::notify;
    std::chrono::seconds wait = std::chrono::hours(24);
};

/// What the store knows of an address under SignUp::invite.
enum class Invitation : std::uint8_t { none, open };

/// Whether the address may create an account.
bool may_sign_up(const SignUpPolicy& policy, const EmailAddress& email, Invitation invitation);

}  // namespace latchkey::accounts
