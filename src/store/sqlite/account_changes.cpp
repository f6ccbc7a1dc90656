// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/account_changes.hpp"

#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/types.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"

#include <optional>
#include <string>

namespace latchkey::store::sqlite {
namespace {

std::optional<std::string> text_of(const std::optional<accounts::EmailAddress>& address) {
    return address ? std::optional(address->text()) : std::nullopt;
}

}  // namespace

Applied AccountChanges::apply(const accounts::CreateAccount& change) {
    const auto& account = change.account;
    return applied(create_
                       .run(
                           account.id,
                           account.public_id,
                           account.user_handle,
                           account.email.text(),
                           account.email.canonical(),
                           account.created_at,
                           account.version,
                           account.epoch,
                           account.factors,
                           account.recovered_at,
                           account.frozen_at,
                           text_of(account.second_email),
                           account.deletes_at,
                           account.language
                       )
                       .step);
}

Applied AccountChanges::apply(const accounts::ChangeFactors& change) {
    return changed_a_row(change_factors_.run(change.account, change.from_version, change.by));
}

Applied AccountChanges::apply(const accounts::RequireEpoch& change) {
    if (const auto read = cache_.find(change.account)) {
        return read->account.epoch == change.epoch ? Applied::made : Applied::refused;
    }
    auto rows = require_epoch_.query(change.account, change.epoch);
    return found_a_row(rows.step());
}

Applied AccountChanges::apply(const accounts::RaiseEpoch& change) {
    const auto raised = changed_a_row(raise_epoch_.run(change.account, change.from_epoch));
    if (raised != Applied::made) return raised;
    // They are dead by their epoch already; dead rows are not kept.
    // Codes have no index by account and expire within minutes.
    for (auto* statement : {&end_sessions_, &end_sign_ins_}) {
        const auto ended = applied(statement->run(change.account).step);
        if (ended != Applied::made) return ended;
    }
    return Applied::made;
}

Applied AccountChanges::apply(const accounts::ChangeEmail& change) {
    return changed_a_row(change_email_.run(
        change.account, change.from.canonical(), change.to.text(), change.to.canonical()
    ));
}

Applied AccountChanges::apply(const accounts::SetSecondEmail& change) {
    return changed_a_row(
        set_second_email_.run(change.account, text_of(change.from), text_of(change.to))
    );
}

Applied AccountChanges::apply(const accounts::MarkRecovered& change) {
    return changed_a_row(mark_recovered_.run(change.account, change.at));
}

Applied AccountChanges::apply(const accounts::FreezeFactors& change) {
    return changed_a_row(freeze_.run(change.account, change.at));
}

Applied AccountChanges::apply(const accounts::EndRecovery& change) {
    return changed_a_row(end_recovery_.run(change.account));
}

Applied AccountChanges::apply(const accounts::SetDeletion& change) {
    return changed_a_row(set_deletion_.run(change.account, change.from, change.to));
}

Applied AccountChanges::apply(const accounts::SetLanguage& change) {
    return changed_a_row(set_language_.run(change.account, change.language));
}

Applied AccountChanges::apply(const accounts::DeleteAccount& change) {
    // Passkeys and sign-ins go with it: their foreign keys cascade.
    const auto deleted = changed_a_row(delete_.run(change.account));
    if (deleted != Applied::made) return deleted;
    const auto ended = applied(end_sessions_.run(change.account).step);
    return ended == Applied::made ? applied(end_codes_.run(change.account).step) : ended;
}

Applied AccountChanges::apply(const accounts::Invite& change) {
    return applied(invite_.run(change.email.canonical(), change.expires_at).step);
}

Applied AccountChanges::apply(const accounts::SpendInvite& change) {
    return changed_a_row(spend_invite_.run(change.email.canonical(), change.now));
}

}  // namespace latchkey::store::sqlite
