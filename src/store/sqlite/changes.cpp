// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/changes.hpp"

#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "store/audit_hasher.hpp"
#include "store/commit.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include <sqlite3.h>

namespace latchkey::store::sqlite {
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
    const AuditRow row{
        .id = event.id.value(),
        .at = event.at,
        .kind = accounts::name_of(event.kind),
        .account = event.account ? std::optional(event.account->value()) : std::nullopt,
        .network = event.network,
        .browser = event.browser,
        .detail = event.detail,
        .operation = operation,
    };
    const auto link = chain_.append(row);
    return applied(append_event_
                       .run(
                           row.id,
                           row.at,
                           row.kind,
                           row.account,
                           row.network,
                           row.browser,
                           row.detail,
                           row.operation,
                           link.position,
                           link.hash
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
