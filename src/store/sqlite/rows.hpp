// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "latchkey/bytes.hpp"
#include "store/audit_hasher.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Rows as the structs of the pure core. Each function reads consecutive columns from `first`, in
/// the order of the struct's members, and throws ReadFailed if a value is not one that we write.
namespace latchkey::store::sqlite {

/// id, public_id, user_handle, email, created_at, version, epoch, factors, recovered_at, frozen_at,
/// second_email, deletes_at, language.
accounts::Account account_of(const Rows& rows, int first = 0);

/// What is left of the rows, each an account.
std::vector<accounts::Account> accounts_of(Rows& rows);

/// id, public_id, account, credential_id, algorithm, public_key, sign_count, uv_initialized,
/// backup_eligible, backup_state, transports, aaguid, attestation_format, rp_id, purpose, status,
/// name, created_on, created_at, suspended_at, recovered_at, discoverable.
/// The user handle stands with the account, the last use in tables of its own. For RowGuard, which
/// reads one column more, row_mac, and through which everybody else reads.
accounts::Passkey passkey_of(const Rows& rows, webauthn::UserHandle user_handle);

inline constexpr int passkey_columns = 23;
inline constexpr int credential_id_column = 3;

/// id, public_id, account, issuer, subject, email, linked_at. For RowGuard, as above.
accounts::LinkedIdentity linked_identity_of(const Rows& rows);

inline constexpr int linked_identity_columns = 8;

/// id, token_hash, account, account_epoch, assurance, created_at, authenticated_at, recovered_at,
/// passkey, browser, expires_at.
accounts::Session session_of(const Rows& rows, int first = 0);

inline constexpr int session_columns = 12;

/// id, token_hash, version, state, account, account_epoch, email, proof, passkey, recovered,
/// proved_at, user_handle, intent, replaces, return_to, expires_at, issuer, subject,
/// second.
accounts::SignIn sign_in_of(const Rows& rows);

/// Number of recovery codes; then id, account, sealed_secret, last_step, failures, created_on,
/// created_at, last_used_at of the app, all NULL without one; account_epoch, started_at, ends_at,
/// by_operator of the hold, the same; id, number, failures, created_on, created_at, last_used_at of
/// the phone; the preferred second step.
accounts::SecondSteps second_steps_of(const Rows& rows, accounts::AccountId account);

/// id, mac, address_key, account, account_epoch, attempts, spent, created_at, expires_at.
accounts::EmailCode code_of(const Rows& rows);

/// id, at, kind, account, network, browser, detail.
accounts::Event event_of(const Rows& rows);

/// An event as its row has it, not only what we show of it.
struct StoredEvent {
    std::int64_t id = 0;
    TimePoint at;
    std::string kind;
    std::optional<std::int64_t> account;
    std::string network;
    std::string browser;
    std::string detail;
    Bytes operation;

    /// Borrows all of it.
    [[nodiscard]] AuditRow row() const;
};

/// id, at, kind, account, network, browser, detail, operation.
StoredEvent stored_event_of(const Rows& rows);

/// The transports of a credential as one JSON array.
std::string write_transports(const std::vector<std::string>& transports);

}  // namespace latchkey::store::sqlite
