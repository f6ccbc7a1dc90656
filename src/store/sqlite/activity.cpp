// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/activity.hpp"

#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/row_guard.hpp"
#include "store/sqlite/rows.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

namespace {

using accounts::EventGroup;

constexpr int furthest_bucket = 16'384;

// Ids stay below it, so that every bucket is below 2^39.
constexpr std::int64_t first_id_never_given = std::int64_t{1} << 51;

/// Several statements on one snapshot. Throws ReadFailed if it cannot begin.
class Snapshot {
public:
    explicit Snapshot(Reader& reader) : reader_(reader) {
        auto rows = reader_.begin.query();
        if (rows.step() != Step::done) throw ReadFailed{rows.code()};
    }

    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    Snapshot(Snapshot&&) = delete;
    Snapshot& operator=(Snapshot&&) = delete;

    // Nothing was written: an error that rolled back by itself leaves nothing to do.
    ~Snapshot() { static_cast<void>(reader_.rollback.run()); }

private:
    Reader& reader_;
};

/// The number of the newest bucket before `bucket` that holds an event, or -1.
std::int64_t bucket_before(Reader& reader, std::int64_t bucket) {
    auto rows = reader.event_bucket_before.query(bucket);
    if (!rows.next()) Rows::fail_corrupt();
    return rows.is_null(0) ? -1 : rows.integer(0);
}

}  // namespace

std::vector<accounts::Event> read_activity(
    Reader& reader, accounts::AccountId account, const Store::EventQuery& query
) {
    const Snapshot snapshot(reader);
    const std::int64_t before = query.before ? query.before->value() : first_id_never_given;
    std::vector<accounts::Event> events;
    {
        auto rows = reader.events_but_sign_ins.query(account, before);
        while (events.size() < query.count && rows.next()) {
            auto event = event_of(rows);
            if (!query.group || group_of(event.kind) == *query.group) {
                events.push_back(std::move(event));
            }
        }
    }
    const bool wants_sign_ins = query.group.value_or(EventGroup::sessions) == EventGroup::sessions;
    std::size_t sign_ins = wants_sign_ins ? 0 : query.count;
    std::int64_t bucket = (before >> 12) + 1;
    for (int i = 0; i < furthest_bucket && sign_ins < query.count; ++i) {
        bucket = bucket_before(reader, bucket);
        if (bucket < 0) break;
        auto rows = reader.sign_ins_in_bucket.query(bucket, account, before);
        for (; sign_ins < query.count && rows.next(); ++sign_ins) {
            events.push_back(event_of(rows));
        }
    }
    std::ranges::sort(events, std::ranges::greater(), &accounts::Event::id);
    if (events.size() > query.count) events.resize(query.count);
    return events;
}

std::vector<accounts::Passkey> read_passkeys(
    Reader& reader, const RowGuard& guard, accounts::AccountId account
) {
    auto rows = reader.passkeys_of_account.query(account);
    std::vector<accounts::Passkey> passkeys;
    while (rows.next()) {
        auto passkey = guard.passkey(rows, webauthn::UserHandle(rows.blob(passkey_columns)));
        if (!passkey) continue;
        passkey->last_used_at = rows.optional_time(passkey_columns + 1);
        if (passkey->last_used_at) passkey->last_used_on = rows.text(passkey_columns + 2);
        passkeys.push_back(*std::move(passkey));
    }
    return passkeys;
}

}  // namespace latchkey::store::sqlite
