// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/jobs.hpp"

namespace latchkey::store::sqlite {

namespace {

/// Of each table a call: measured to stay below 10 ms at a million accounts.
constexpr std::int64_t rows_a_call = 500;

}  // namespace

Applied Jobs::apply(const FinishMail& job) {
    return applied(finish_mail_.run(job.mail));
}

Applied Jobs::apply(const DelayMail& job) {
    return applied(delay_mail_.run(job.mail, job.not_before));
}

Applied Jobs::apply(const DeleteExpired& job) {
    for (auto* statement :
         {&expire_sessions_,
          &expire_sign_ins_,
          &expire_codes_,
          &expire_counts_,
          &expire_invitations_,
          &expire_mails_}) {
        const auto result = applied(statement->run(job.now, rows_a_call));
        if (result != Applied::made) return result;
        *job.deleted += static_cast<std::size_t>(connection_.changes());
    }
    return Applied::made;
}

Applied Jobs::apply(const SaveSetting& job) {
    return applied(save_setting_.run(job.name, job.value));
}

Applied Jobs::apply(const ReserveIds& job) {
    return applied_to_a_row(reserve_ids_.run(job.next), connection_.changes());
}

}  // namespace latchkey::store::sqlite
