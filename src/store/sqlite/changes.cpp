// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/changes.hpp"

#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/rows.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

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
    return is_active ? Applied::made : Applied::refused;
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
        static_cast<std::uint32_t>(passkey.status),
        passkey.name,
        passkey.suspended_at,
        guard_.macs()->of(passkey)
    ));
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

// ---- codes, limits, sign-ins, sessions

Applied SignInChanges::apply(const accounts::StoreCode& change) {
    const auto& code = change.code;
    return applied(store_code_
                       .run(
                           code.id,
                           code.mac,
                           code.address_key,
                           code.account,
                           code.account_epoch,
                           code.attempts,
                           code.spent,
                           code.created_at,
                           code.expires_at
                       )
                       .step);
}

Applied SignInChanges::apply(const accounts::SpendAttempt& change, std::vector<Spent>& spent) {
    auto rows = spend_attempt_.query(change.code, change.mac, change.limit, change.now);
    const auto step = rows.step();
    if (step == Step::done) return Applied::refused;
    if (step != Step::row) return applied(step);
    spent.push_back({.right = rows.boolean(0), .attempts = rows.unsigned_integer(1)});
    // RETURNING gives its rows after the change was made; the end is still to be reached.
    return applied(rows.step());
}

Applied SignInChanges::apply(const accounts::CountTowardsLimit& change) {
    const auto window = std::chrono::milliseconds(change.window).count();
    const auto forgotten = applied(forget_counts_.run(change.key, change.now).step);
    if (forgotten != Applied::made) return forgotten;
    return changed_a_row(count_.run(change.key, change.now, window, change.limit));
}

Applied SignInChanges::apply(const accounts::StartSignIn& change) {
    const auto& sign_in = change.sign_in;
    const auto& identity = sign_in.identity;
    const auto issuer = identity ? std::optional(identity->issuer) : std::nullopt;
    const auto subject = identity ? std::optional(identity->subject) : std::nullopt;
    const auto second =
        sign_in.second ? std::optional(static_cast<std::uint32_t>(*sign_in.second)) : std::nullopt;
    return applied(start_sign_in_
                       .run(
                           sign_in.id,
                           sign_in.token_hash,
                           sign_in.version,
                           static_cast<std::uint32_t>(sign_in.state),
                           sign_in.account,
                           sign_in.account_epoch,
                           sign_in.email.text(),
                           static_cast<std::uint32_t>(sign_in.proof),
                           sign_in.passkey,
                           sign_in.recovered,
                           sign_in.proved_at,
                           sign_in.user_handle,
                           static_cast<std::uint32_t>(sign_in.intent),
                           sign_in.replaces,
                           sign_in.return_to,
                           sign_in.expires_at,
                           issuer,
                           subject,
                           second
                       )
                       .step);
}

Applied SignInChanges::apply(const accounts::FinishSignIn& change) {
    return changed_a_row(finish_sign_in_.run(change.sign_in, change.from_version, change.now));
}

Applied SignInChanges::apply(const accounts::OpenSession& change) {
    const auto& session = change.session;
    const auto required = require_account(session.account);
    if (required != Applied::made) return required;
    return applied(open_session_
                       .run(
                           session.id,
                           session.token_hash,
                           session.account,
                           session.account_epoch,
                           static_cast<std::uint32_t>(session.assurance),
                           session.created_at,
                           session.authenticated_at,
                           session.recovered_at,
                           session.passkey,
                           session.browser,
                           session.expires_at,
                           session.last_seen_at
                       )
                       .step);
}

/// In place of a foreign key (0001.sql says why there is none).
Applied SignInChanges::require_account(accounts::AccountId account) {
    if (cache_.find(account) != nullptr) return Applied::made;
    auto rows = find_account_.query(account);
    return found_a_row(rows.step());
}

Applied SignInChanges::apply(const accounts::RequireSession& change) {
    auto rows = require_session_.query(change.session);
    return found_a_row(rows.step());
}

Applied SignInChanges::apply(const accounts::SeeSession& change) {
    return applied(see_session_.run(change.session, change.at).step);
}

Applied SignInChanges::apply(const accounts::EndSession& change) {
    return applied(end_session_.run(change.session).step);
}

Applied SignInChanges::apply(const accounts::EndSessions& change) {
    return applied(end_sessions_.run(change.account, change.keep).step);
}

// ---- events and mails

Applied LogChanges::apply(const accounts::AppendEvent& change, const OperationId& operation) {
    const auto& event = change.event;
    return applied(append_event_
                       .run(
                           event.id,
                           event.at,
                           accounts::name_of(event.kind),
                           event.account,
                           event.network,
                           event.browser,
                           event.detail,
                           operation
                       )
                       .step);
}

Applied LogChanges::apply(const accounts::QueueMail& change) {
    return applied(queue_mail_
                       .run(
                           change.id,
                           change.sealed,
                           change.not_before,
                           change.expires_at,
                           change.hold,
                           static_cast<std::int64_t>(change.channel)
                       )
                       .step);
}

// ---- all

Applied Changes::apply(const Change& change, Context& context) {
    cache_.prepare_for(change);
    return std::visit(
        [&](const auto& one) {
            using One = std::remove_cvref_t<decltype(one)>;
            if constexpr (std::is_same_v<One, accounts::SpendAttempt>) {
                return sign_ins_.apply(one, context.spent);
            } else if constexpr (requires { factors_.apply(one, context.spent); }) {
                return factors_.apply(one, context.spent);
            } else if constexpr (requires { factors_.apply(one); }) {
                return factors_.apply(one);
            } else if constexpr (std::is_same_v<One, accounts::AppendEvent>) {
                return log_.apply(one, context.operation);
            } else if constexpr (requires { accounts_.apply(one); }) {
                return accounts_.apply(one);
            } else if constexpr (requires { passkeys_.apply(one); }) {
                return passkeys_.apply(one);
            } else if constexpr (requires { identities_.apply(one); }) {
                return identities_.apply(one);
            } else if constexpr (requires { log_.apply(one); }) {
                return log_.apply(one);
            } else {
                return sign_ins_.apply(one);
            }
        },
        change
    );
}

}  // namespace latchkey::store::sqlite
