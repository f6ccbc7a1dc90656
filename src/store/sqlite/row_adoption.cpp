// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/row_adoption.hpp"

#include "accounts/types.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/audit_hasher.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/rows.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>

namespace latchkey::store::sqlite {
namespace {

/// One row that waits, and how the step ended that should have found it. A row that cannot be read
/// is damaged: the writer must not throw, and its MAC could vouch for nothing.
template <class Row, class Read>
std::optional<Row> read_row(Rows& rows, Step& step, Read read) {
    step = rows.step();
    if (step != Step::row) return std::nullopt;
    try {
        return read(rows);
    } catch (const ReadFailed&) {
        step = Step::failed;
        return std::nullopt;
    }
}

}  // namespace

Applied RowAdoption::run() {
    for (const auto adopt :
         {&RowAdoption::adopt_passkeys, &RowAdoption::adopt_identities, &RowAdoption::adopt_events
         }) {
        const auto adopted = (this->*adopt)();
        if (adopted != Applied::made) return adopted;
    }
    return Applied::made;
}

Applied RowAdoption::adopt_passkeys() {
    const auto macs = guard_.macs();
    accounts::PasskeyId after(0);
    Step step = Step::row;
    for (;;) {
        std::optional<accounts::Passkey> passkey;
        {
            auto rows = passkeys_.query(after);
            passkey = read_row<accounts::Passkey>(rows, step, [](const Rows& row) {
                return passkey_of(row, webauthn::UserHandle(row.blob(passkey_columns)));
            });
        }
        if (!passkey) return applied(step);
        const auto set = changed_a_row(set_passkey_.run(passkey->id, macs->of(*passkey)));
        if (set != Applied::made) return set;
        after = passkey->id;
    }
}

Applied RowAdoption::adopt_identities() {
    const auto macs = guard_.macs();
    accounts::LinkedIdentityId after(0);
    Step step = Step::row;
    for (;;) {
        std::optional<accounts::LinkedIdentity> identity;
        {
            auto rows = identities_.query(after);
            identity = read_row<accounts::LinkedIdentity>(rows, step, linked_identity_of);
        }
        if (!identity) return applied(step);
        const auto set = changed_a_row(set_identity_.run(identity->id, macs->of(*identity)));
        if (set != Applied::made) return set;
        after = identity->id;
    }
}

Applied RowAdoption::adopt_events() {
    std::int64_t after = 0;
    Step step = Step::row;
    for (;;) {
        std::optional<AuditHead> link;
        {
            auto rows = events_.query(after);
            link = read_row<AuditHead>(rows, step, [&](const Rows& row) {
                const StoredEvent event = stored_event_of(row);
                after = event.id;
                return audit_chain_.append(event.row());
            });
        }
        if (!link) return applied(step);
        const auto set = changed_a_row(set_event_.run(after, link->position, link->hash));
        if (set != Applied::made) return set;
    }
}

}  // namespace latchkey::store::sqlite
