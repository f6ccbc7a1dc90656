// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/factor_changes.hpp"

#include "accounts/changes.hpp"
#include "store/commit.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <vector>

namespace latchkey::store::sqlite {

Applied FactorChanges::apply(const accounts::AddAuthenticatorApp& change) {
    const auto& app = change.app;
    return applied(add_app_
                       .run(
                           app.id,
                           app.account,
                           app.sealed_secret,
                           app.last_step,
                           app.failures,
                           app.created_on,
                           app.created_at,
                           app.last_used_at
                       )
                       .step);
}

Applied FactorChanges::apply(const accounts::RemoveAuthenticatorApp& change) {
    const auto removed = changed_a_row(remove_app_.run(change.app, change.account));
    return removed == Applied::made ? applied(end_sign_ins_.run(change.account).step) : removed;
}

Applied FactorChanges::apply(const accounts::SpendAppCode& change, std::vector<Spent>& spent) {
    auto rows = spend_app_code_.query(change.app, change.step, change.limit, change.now);
    const auto step = rows.step();
    if (step == Step::done) return Applied::refused;
    if (step != Step::row) return applied(step);
    spent.push_back({.right = rows.boolean(0), .attempts = rows.unsigned_integer(1)});
    // RETURNING gives its rows after the change was made; the end is still to be reached.
    return applied(rows.step());
}

Applied FactorChanges::apply(const accounts::AddPhone& change) {
    const auto& phone = change.phone;
    return applied(add_phone_
                       .run(
                           phone.id,
                           phone.account,
                           phone.number.text(),
                           phone.failures,
                           phone.created_on,
                           phone.created_at,
                           phone.last_used_at
                       )
                       .step);
}

Applied FactorChanges::apply(const accounts::RemovePhone& change) {
    const auto removed = changed_a_row(remove_phone_.run(change.phone, change.account));
    return removed == Applied::made ? applied(end_sign_ins_.run(change.account).step) : removed;
}

Applied FactorChanges::apply(const accounts::CountPhoneGuess& change) {
    return changed_a_row(count_phone_guess_.run(change.phone, change.limit));
}

Applied FactorChanges::apply(const accounts::UsePhone& change) {
    return changed_a_row(use_phone_.run(change.phone, change.account, change.at));
}

Applied FactorChanges::apply(const accounts::SetRecoveryCodes& change) {
    {
        auto rows = require_account_.query(change.account);
        const auto found = found_a_row(rows.step());
        if (found != Applied::made) return found;
    }
    const auto ended = applied(end_recovery_codes_.run(change.account).step);
    if (ended != Applied::made) return ended;
    for (const auto& mac : change.macs) {
        const auto added = applied(add_recovery_code_.run(change.account, mac).step);
        if (added != Applied::made) return added;
    }
    return Applied::made;
}

Applied FactorChanges::apply(const accounts::SpendRecoveryCode& change, std::vector<Spent>& spent) {
    const auto ran = spend_recovery_code_.run(change.account, change.mac);
    if (ran.step != Step::done) return applied(ran.step);
    spent.push_back({.right = ran.rows == 1, .attempts = 0});
    return Applied::made;
}

Applied FactorChanges::apply(const accounts::PreferSecondStep& change) {
    return changed_a_row(
        prefer_second_step_.run(change.account, static_cast<std::uint32_t>(change.second))
    );
}

Applied FactorChanges::apply(const accounts::StartHold& change) {
    const auto& hold = change.hold;
    const auto started = changed_a_row(start_hold_.run(
        hold.account,
        hold.account_epoch,
        hold.started_at,
        hold.ends_at,
        change.over_since,
        hold.by_operator
    ));
    if (started != Applied::made) return started;
    return applied(withdraw_mails_.run(hold.account).step);
}

Applied FactorChanges::apply(const accounts::EndHold& change) {
    const auto ended = end_hold_.run(change.account, change.started_at);
    if (ended.step != Step::done) return applied(ended.step);
    if (ended.rows == 0) return change.started_at ? Applied::refused : Applied::made;
    return applied(withdraw_mails_.run(change.account).step);
}

}  // namespace latchkey::store::sqlite
