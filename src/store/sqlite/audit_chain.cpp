// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/audit_chain.hpp"

#include "base/clock.hpp"
#include "latchkey/result.hpp"
#include "store/audit_hasher.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

#include <optional>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

Code AuditChain::load() {
    auto rows = load_.query();
    const auto step = rows.step();
    if (step == Step::done) return SQLITE_OK;
    if (step != Step::row) return rows.code();
    try {
        head_ = {.position = rows.integer(0), .hash = rows.fixed<32>(1)};
    } catch (const ReadFailed& failed) {
        return failed.code;
    }
    committed_ = head_;
    return SQLITE_OK;
}

AuditHasherPtr AuditChain::hasher() const {
    AuditHasherPtr hasher = hasher_.load();
    LATCHKEY_ASSERT(hasher != nullptr);
    return hasher;
}

AuditHead AuditChain::append(const AuditRow& row) {
    head_ = hasher()->append(head_, row);
    return head_;
}

Applied AuditChain::seal(TimePoint now, std::optional<AuditHead>& sealed) {
    sealed = std::nullopt;
    if (head_.position == 0) return Applied::made;
    const auto ran = seal_.run(head_.position, now, head_.hash, hasher()->seal(head_, now));
    if (ran.step == Step::done && ran.rows == 1) sealed = head_;
    return applied(ran.step);
}

Applied AuditChain::save() {
    if (head_.position == committed_.position) return Applied::made;
    return applied(save_.run(head_.position, head_.hash).step);
}

}  // namespace latchkey::store::sqlite
