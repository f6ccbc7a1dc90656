// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/credential_changes.hpp"

#include "accounts/changes.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/types.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/rows.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <sqlite3.h>

namespace latchkey::store::sqlite {
namespace {

/// The writer must not throw: a row of nobody's making is refused, anything else is the database's.
Applied unreadable(const ReadFailed& failed) {
    return failed.code == SQLITE_CORRUPT ? Applied::refused : Applied::failed;
}

}  // namespace

// ---- passkeys

Applied PasskeyChanges::apply(const accounts::AddPasskey& change) {
    const auto& passkey = change.passkey;
    const auto& record = passkey.record;
    const auto transports = write_transports(record.transports);
    const auto added = changed_a_row(add_.run(
        passkey.id,
        passkey.public_id,
        passkey.account,
        record.id,
        static_cast<std::int32_t>(record.public_key.algorithm),
        record.public_key.material,
        record.sign_count,
        record.uv_initialized,
        record.backup_eligible,
        record.backup_state,
        transports,
        record.aaguid,
        record.attestation_format,
        record.rp_id,
        static_cast<std::uint32_t>(passkey.purpose),
        static_cast<std::uint32_t>(passkey.status),
        passkey.name,
        passkey.created_on,
        passkey.created_at,
        passkey.suspended_at,
        passkey.recovered_at,
        passkey.discoverable,
        record.user_handle,
        guard_.macs()->of(passkey)
    ));
    if (added != Applied::made || !passkey.last_used_at) return added;
    return last_uses_.log(passkey.id, {*passkey.last_used_at, passkey.last_used_on});
}

Applied PasskeyChanges::apply(const accounts::UsePasskey& change) {
    Found found;
    const auto active = find_active(change, found);
    if (active != Applied::made) return active;
    const auto& record = found.passkey->record;
    if (record.sign_count != change.from_sign_count) return Applied::refused;
    // Synced passkeys count nothing: for them a sign-in leaves the row, a random page, as it is.
    if (change.sign_count != record.sign_count || change.backup_state != record.backup_state) {
        accounts::Passkey used = *found.passkey;
        used.record.sign_count = change.sign_count;
        used.record.backup_state = change.backup_state;
        cache_.forget(change.account);
        const auto stored = rewrite(used);
        if (stored != Applied::made) return stored;
    }
    return last_uses_.log(change.passkey, {change.at, change.used_on});
}

Applied PasskeyChanges::find_active(const accounts::UsePasskey& change, Found& found) {
    found.read = cache_.find(change.account);
    if (found.read != nullptr) {
        const auto& passkeys = found.read->passkeys;
        const auto used = std::ranges::find(passkeys, change.passkey, &accounts::Passkey::id);
        if (used == passkeys.end()) return Applied::refused;
        found.passkey = &*used;
    } else {
        auto loaded = load(change.passkey, change.account);
        if (!loaded) return loaded.error();
        found.passkey = &found.loaded.emplace(*std::move(loaded));
    }
    const bool is_active = found.passkey->status == accounts::CredentialStatus::active;
    const bool is_for_this = found.passkey->purpose == change.purpose;
    return is_active && is_for_this ? Applied::made : Applied::refused;
}

Result<accounts::Passkey, Applied> PasskeyChanges::load(
    accounts::PasskeyId id, accounts::AccountId account
) {
    auto rows = load_.query(id, account);
    const auto found = found_a_row(rows.step());
    if (found != Applied::made) return Fail{found};
    try {
        auto passkey = guard_.passkey(rows, webauthn::UserHandle(rows.blob(passkey_columns)));
        if (!passkey) return Fail{Applied::refused};
        return *std::move(passkey);
    } catch (const ReadFailed& failed) {
        return Fail{unreadable(failed)};
    }
}

Applied PasskeyChanges::rewrite(const accounts::Passkey& passkey) {
    return changed_a_row(rewrite_.run(
        passkey.id,
        passkey.record.sign_count,
        passkey.record.backup_state,
        static_cast<std::uint32_t>(passkey.purpose),
        static_cast<std::uint32_t>(passkey.status),
        passkey.name,
        passkey.suspended_at,
        guard_.macs()->of(passkey)
    ));
}

Applied PasskeyChanges::apply(const accounts::PromoteSecondFactor& change) {
    auto credential = load(change.credential, change.account);
    if (!credential) return credential.error();
    if (!accounts::is_second_factor(*credential)) return Applied::refused;
    credential->purpose = accounts::CredentialPurpose::passkey;
    return rewrite(*credential);
}

Applied PasskeyChanges::apply(const accounts::RenamePasskey& change) {
    auto passkey = load(change.passkey, change.account);
    if (!passkey) return passkey.error();
    passkey->name = change.name;
    return rewrite(*passkey);
}

Applied PasskeyChanges::apply(const accounts::RemovePasskey& change) {
    const auto removed = changed_a_row(remove_.run(change.passkey, change.account));
    if (removed != Applied::made) return removed;
    return end_opened_by({change.account, change.passkey, change.keep});
}

Applied PasskeyChanges::apply(const accounts::SuspendPasskey& change) {
    auto passkey = load(change.passkey, change.account);
    if (!passkey) return passkey.error();
    if (passkey->status != accounts::CredentialStatus::active) return Applied::refused;
    passkey->status = accounts::CredentialStatus::suspended;
    passkey->suspended_at = change.at;
    const auto suspended = rewrite(*passkey);
    if (suspended != Applied::made) return suspended;
    return end_opened_by({change.account, change.passkey, change.keep});
}

Applied PasskeyChanges::apply(const accounts::RestorePasskey& change) {
    auto passkey = load(change.passkey, change.account);
    if (!passkey) return passkey.error();
    if (passkey->status != accounts::CredentialStatus::suspended) return Applied::refused;
    passkey->status = accounts::CredentialStatus::active;
    passkey->suspended_at = std::nullopt;
    return rewrite(*passkey);
}

Applied PasskeyChanges::apply(const accounts::DeleteSuspendedPasskey& change) {
    return changed_a_row(delete_suspended_.run(change.passkey, change.account, change.suspended_at)
    );
}

Applied PasskeyChanges::end_opened_by(const Opener& opener) {
    const auto ended = applied(end_sessions_.run(opener.account, opener.passkey, opener.keep).step);
    if (ended != Applied::made) return ended;
    return applied(end_sign_ins_.run(opener.account, opener.passkey).step);
}

// ---- identities

Applied IdentityChanges::apply(const accounts::LinkIdentity& change) {
    const auto& identity = change.identity;
    return applied(link_
                       .run(
                           identity.id,
                           identity.public_id,
                           identity.account,
                           identity.who.issuer,
                           identity.who.subject,
                           identity.email,
                           identity.linked_at,
                           guard_.macs()->of(identity)
                       )
                       .step);
}

Applied IdentityChanges::apply(const accounts::RequireIdentity& change) {
    auto rows = require_.query(change.account, change.who.issuer, change.who.subject);
    const auto found = found_a_row(rows.step());
    if (found != Applied::made) return found;
    try {
        return guard_.identity(rows) ? Applied::made : Applied::refused;
    } catch (const ReadFailed& failed) {
        return unreadable(failed);
    }
}

Applied IdentityChanges::apply(const accounts::UnlinkIdentity& change) {
    const auto unlinked =
        changed_a_row(unlink_.run(change.account, change.who.issuer, change.who.subject));
    if (unlinked != Applied::made) return unlinked;
    return applied(end_sign_ins_.run(change.account, change.who.issuer, change.who.subject).step);
}

}  // namespace latchkey::store::sqlite
