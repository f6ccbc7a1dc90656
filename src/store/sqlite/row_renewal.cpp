// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/row_renewal.hpp"

#include "accounts/types.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/rows.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <optional>

namespace latchkey::store::sqlite {
namespace {

RenewedTable next_after(RenewedTable table) {
    switch (table) {
        case RenewedTable::passkeys:
            return RenewedTable::identities;
        case RenewedTable::identities:
            return RenewedTable::authenticator_apps;
        case RenewedTable::authenticator_apps:
        case RenewedTable::none:
            break;
    }
    return RenewedTable::none;
}

/// Moves `place` to the row that `rows` finds and reads it, or to the next table. What is read is
/// nullopt if there is no row, or none that its MAC vouches for: that one stays as it is.
template <class Row, class Read>
std::optional<Row> read_next(Rows rows, Step& step, RenewalPlace& place, Read read) {
    step = rows.step();
    if (step == Step::done) place = {.table = next_after(place.table), .row = 0};
    if (step != Step::row) return std::nullopt;
    try {
        place.row = rows.integer(0);
        return read(rows);
    } catch (const ReadFailed&) {  // the writer must not throw
        step = Step::failed;
        return std::nullopt;
    }
}

}  // namespace

Applied RowRenewal::apply(const RenewRows& job) {
    RenewalPlace place = job.from;
    for (std::size_t i = 0; i < job.count && place.table != RenewedTable::none; ++i) {
        const auto renewed = renew_next(place, *job.reseal);
        if (renewed != Applied::made) return renewed;
    }
    *job.place = place;
    return Applied::made;
}

Applied RowRenewal::renew_next(RenewalPlace& place, const Reseal& reseal) {
    switch (place.table) {
        case RenewedTable::passkeys:
            return renew_passkey(place);
        case RenewedTable::identities:
            return renew_identity(place);
        case RenewedTable::authenticator_apps:
            return renew_secret(place, reseal);
        case RenewedTable::none:
            break;
    }
    return Applied::made;
}

Applied RowRenewal::renew_passkey(RenewalPlace& place) {
    Step step = Step::row;
    const auto passkey = read_next<accounts::Passkey>(
        next_passkey_.query(place.row),
        step,
        place,
        [&](const Rows& row) {
            return guard_.passkey(row, webauthn::UserHandle(row.blob(passkey_columns)));
        }
    );
    if (!passkey) return applied(step);
    return changed_a_row(set_passkey_.run(passkey->id, guard_.macs()->of(*passkey)));
}

Applied RowRenewal::renew_identity(RenewalPlace& place) {
    Step step = Step::row;
    const auto identity = read_next<accounts::LinkedIdentity>(
        next_identity_.query(place.row),
        step,
        place,
        [&](const Rows& row) { return guard_.identity(row); }
    );
    if (!identity) return applied(step);
    return changed_a_row(set_identity_.run(identity->id, guard_.macs()->of(*identity)));
}

Applied RowRenewal::renew_secret(RenewalPlace& place, const Reseal& reseal) {
    Step step = Step::row;
    const auto secret =
        read_next<SealedSecret>(next_secret_.query(place.row), step, place, [](const Rows& row) {
            return std::optional(SealedSecret{
                .app = row.id<accounts::AuthenticatorAppId>(0),
                .account = row.id<accounts::AccountId>(1),
                .sealed = row.blob(2),
            });
        });
    if (!secret) return applied(step);
    const auto sealed = reseal(*secret);
    if (!sealed) return Applied::made;
    return changed_a_row(set_secret_.run(secret->app, *sealed));
}

}  // namespace latchkey::store::sqlite
