// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/changes.hpp"

#include "store/sqlite/rows.hpp"

#include <variant>

namespace latchkey::store::sqlite {

Applied applied(Step step) {
    switch (step) {
        case Step::row:
        case Step::done:
            return Applied::made;
        case Step::conflict:
            return Applied::refused;
        case Step::violation:
            return Applied::invalid;
        case Step::failed:
            break;
    }
    return Applied::failed;
}

Applied applied_to_a_row(Step step, std::int64_t changes) {
    return step == Step::done && changes == 0 ? Applied::refused : applied(step);
}

Applied found_a_row(Step step) {
    return step == Step::done ? Applied::refused : applied(step);
}

// ---- accounts

Applied AccountChanges::apply(const accounts::CreateAccount& change) {
    const auto& account = change.account;
    return applied(create_.run(
        account.id,
        account.public_id,
        account.user_handle,
        account.email.text(),
        account.email.canonical(),
        account.created_at,
        account.version,
        account.epoch,
        account.factors,
        account.recovered_at
    ));
}

Applied AccountChanges::apply(const accounts::ChangeFactors& change) {
    const auto step = change_factors_.run(change.account, change.from_version, change.by);
    return applied_to_a_row(step, connection_.changes());
}

Applied AccountChanges::apply(const accounts::RequireEpoch& change) {
    auto rows = require_epoch_.query(change.account, change.epoch);
    return found_a_row(rows.step());
}

Applied AccountChanges::apply(const accounts::RaiseEpoch& change) {
    const auto step = raise_epoch_.run(change.account, change.from_epoch);
    const auto raised = applied_to_a_row(step, connection_.changes());
    if (raised != Applied::made) return raised;
    // They are dead by their epoch already; dead rows are not kept.
    for (auto* statement : {&end_sessions_, &end_sign_ins_, &end_codes_}) {
        const auto ended = applied(statement->run(change.account));
        if (ended != Applied::made) return ended;
    }
    return Applied::made;
}

Applied AccountChanges::apply(const accounts::MarkRecovered& change) {
    const auto step = mark_recovered_.run(change.account, change.at);
    return applied_to_a_row(step, connection_.changes());
}

Applied AccountChanges::apply(const accounts::DeleteAccount& change) {
    // Passkeys, sessions, sign-ins and codes go with it: their foreign keys cascade.
    const auto step = delete_.run(change.account);
    return applied_to_a_row(step, connection_.changes());
}

Applied AccountChanges::apply(const accounts::Invite& change) {
    return applied(invite_.run(change.email.canonical(), change.expires_at));
}

Applied AccountChanges::apply(const accounts::SpendInvite& change) {
    const auto step = spend_invite_.run(change.email.canonical(), change.now);
    return applied_to_a_row(step, connection_.changes());
}

// ---- passkeys

Applied PasskeyChanges::apply(const accounts::AddPasskey& change) {
    const auto& passkey = change.passkey;
    const auto& record = passkey.record;
    const auto transports = write_transports(record.transports);
    const auto step = add_.run(
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
        passkey.last_used_at,
        passkey.last_used_on,
        passkey.suspended_at,
        passkey.recovered_at,
        record.user_handle
    );
    return applied_to_a_row(step, connection_.changes());
}

Applied PasskeyChanges::apply(const accounts::UsePasskey& change) {
    const auto step = use_.run(
        change.passkey,
        change.from_sign_count,
        change.sign_count,
        change.backup_state,
        change.at,
        change.used_on
    );
    return applied_to_a_row(step, connection_.changes());
}

Applied PasskeyChanges::apply(const accounts::RenamePasskey& change) {
    const auto step = rename_.run(change.passkey, change.account, change.name);
    return applied_to_a_row(step, connection_.changes());
}

Applied PasskeyChanges::apply(const accounts::RemovePasskey& change) {
    const auto step = remove_.run(change.passkey, change.account);
    const auto removed = applied_to_a_row(step, connection_.changes());
    if (removed != Applied::made) return removed;
    return end_opened_by({change.account, change.passkey, change.keep});
}

Applied PasskeyChanges::apply(const accounts::SuspendPasskey& change) {
    const auto step = suspend_.run(change.passkey, change.account, change.at);
    const auto suspended = applied_to_a_row(step, connection_.changes());
    if (suspended != Applied::made) return suspended;
    return end_opened_by({change.account, change.passkey, change.keep});
}

Applied PasskeyChanges::end_opened_by(const Opener& opener) {
    const auto ended = applied(end_sessions_.run(opener.account, opener.passkey, opener.keep));
    if (ended != Applied::made) return ended;
    return applied(end_sign_ins_.run(opener.account, opener.passkey));
}

// ---- codes, limits, sign-ins, sessions

Applied SignInChanges::apply(const accounts::StoreCode& change) {
    const auto& code = change.code;
    return applied(store_code_.run(
        code.id,
        code.mac,
        code.address_key,
        code.account,
        code.account_epoch,
        code.attempts,
        code.spent,
        code.created_at,
        code.expires_at
    ));
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
    const auto forgotten = applied(forget_counts_.run(change.key, change.now));
    if (forgotten != Applied::made) return forgotten;
    const auto step = count_.run(change.key, change.now, window, change.limit);
    return applied_to_a_row(step, connection_.changes());
}

Applied SignInChanges::apply(const accounts::StartSignIn& change) {
    const auto& sign_in = change.sign_in;
    return applied(start_sign_in_.run(
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
        sign_in.expires_at
    ));
}

Applied SignInChanges::apply(const accounts::FinishSignIn& change) {
    const auto step = finish_sign_in_.run(change.sign_in, change.from_version, change.now);
    return applied_to_a_row(step, connection_.changes());
}

Applied SignInChanges::apply(const accounts::OpenSession& change) {
    const auto& session = change.session;
    return applied(open_session_.run(
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
        session.expires_at
    ));
}

Applied SignInChanges::apply(const accounts::RequireSession& change) {
    auto rows = require_session_.query(change.session);
    return found_a_row(rows.step());
}

Applied SignInChanges::apply(const accounts::EndSession& change) {
    return applied(end_session_.run(change.session));
}

Applied SignInChanges::apply(const accounts::EndSessions& change) {
    return applied(end_sessions_.run(change.account, change.keep));
}

// ---- events and mails

Applied LogChanges::apply(const accounts::AppendEvent& change, const OperationId& operation) {
    const auto& event = change.event;
    return applied(append_event_.run(
        event.id,
        event.at,
        accounts::name_of(event.kind),
        event.account,
        event.network,
        event.browser,
        event.detail,
        operation
    ));
}

Applied LogChanges::apply(const accounts::QueueMail& change) {
    return applied(queue_mail_.run(change.id, change.sealed, change.not_before, change.expires_at));
}

// ---- all

Applied Changes::apply(const Change& change, Context& context) {
    return std::visit(
        [&](const auto& one) {
            using One = std::remove_cvref_t<decltype(one)>;
            if constexpr (std::is_same_v<One, accounts::SpendAttempt>) {
                return sign_ins_.apply(one, context.spent);
            } else if constexpr (std::is_same_v<One, accounts::AppendEvent>) {
                return log_.apply(one, context.operation);
            } else if constexpr (requires { accounts_.apply(one); }) {
                return accounts_.apply(one);
            } else if constexpr (requires { passkeys_.apply(one); }) {
                return passkeys_.apply(one);
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
