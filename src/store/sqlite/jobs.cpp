// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/jobs.hpp"

#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>

namespace latchkey::store::sqlite {

namespace {

/// Of each table a call: measured to stay below 10 ms at a million accounts.
constexpr std::int64_t rows_a_call = 500;

}  // namespace

Applied Jobs::apply(const FinishMail& job) {
    return applied(finish_mail_.run(job.mail).step);
}

Applied Jobs::apply(const DelayMail& job) {
    return applied(delay_mail_.run(job.mail, job.not_before).step);
}

Applied Jobs::apply(const DeleteExpired& job) {
    *job.deleted = 0;  // it may be asked again, if its group was undone
    for (auto* statement :
         {&expire_sessions_,
          &expire_sign_ins_,
          &expire_codes_,
          &expire_counts_,
          &expire_invitations_,
          &expire_mails_}) {
        const auto ran = statement->run(job.now, rows_a_call);
        if (ran.step != Step::done) return applied(ran.step);
        *job.deleted += static_cast<std::size_t>(ran.rows);
    }
    return Applied::made;
}

Applied Jobs::apply(const SaveSetting& job) {
    return applied(save_setting_.run(job.name, job.value).step);
}

Applied Jobs::apply(const AdoptRows& job) {
    const auto adopted = adoption_.run();
    if (adopted != Applied::made) return adopted;
    for (const Setting& setting : job.settings) {
        const auto saved = apply(SaveSetting{setting.name, setting.value});
        if (saved != Applied::made) return saved;
    }
    return Applied::made;
}

Applied Jobs::apply(const SealAudit& job) {
    return audit_chain_.seal(job.now, *job.sealed);
}

Applied Jobs::apply(const ReserveIds& job) {
    return changed_a_row(reserve_ids_.run(job.next));
}

}  // namespace latchkey::store::sqlite
