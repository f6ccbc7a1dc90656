// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace latchkey::store::sqlite {

/// When and where passkeys were last used. A use is written durably to the end of a log, and kept
/// here in memory; once enough have come together they are merged into the table by passkey, in
/// the order of its pages and in small portions, and the log is cut. A sign-in then changes no
/// random page of a large database: measured at a million accounts, half of its cost.
///
/// The writer's thread calls everything but find() and merges().
class LastUses {
public:
    struct Use {
        TimePoint at;
        std::string on;  // browser and system
    };

    /// `limit`: uses that are kept before they are merged.
    LastUses(Connection& connection, std::size_t limit) : connection_(connection), limit_(limit) {}

    /// Reads the log that the last run left. Call once, before all else.
    [[nodiscard]] Code load();

    // ---- inside a transaction

    /// Adds a use to the log.
    [[nodiscard]] Applied log(accounts::PasskeyId passkey, Use use);

    /// How many uses this transaction has logged, and back to as many: for savepoints.
    [[nodiscard]] std::size_t mark() const { return logged_.size(); }

    void undo_to(std::size_t mark) { logged_.resize(mark); }

    /// Merges a portion if a merge is under way.
    [[nodiscard]] Applied merge_portion();

    // ---- after it

    void committed();
    void rolled_back();

    // ---- between transactions

    /// Begins to merge what there is, full or not. Does nothing if a merge is under way.
    void begin_merge();

    [[nodiscard]] bool is_merging() const { return !order_.empty(); }

    [[nodiscard]] bool is_empty() const;

    // ---- thread-safe

    /// The last use, if the table does not have it yet.
    [[nodiscard]] std::optional<Use> find(accounts::PasskeyId passkey) const;

    /// How many merges have ended. A reader that read the table, then asked find(), has both
    /// halves of the truth only if none ended in between.
    [[nodiscard]] std::uint64_t merges() const;

private:
    struct Logged {
        std::int64_t passkey = 0;
        Use use;
    };

    using Uses = std::unordered_map<std::int64_t, Use>;

    [[nodiscard]] Applied merge_some();
    [[nodiscard]] Applied cut_log();

    Connection& connection_;
    std::size_t limit_;
    std::vector<Logged> logged_;    // by the transaction that is open
    std::int64_t last_number_ = 0;  // in the log

    std::vector<std::int64_t> order_;  // the passkeys of `merging_`, as they stand in the table
    std::size_t merged_ = 0;           // of `order_`
    std::size_t merged_next_ = 0;      // the same if the open transaction commits
    std::int64_t cut_at_ = 0;          // the last number of the log that is being merged
    bool is_cut_ = false;              // if the open transaction commits, the log is cut

    mutable std::mutex mutex_;
    Uses recent_;   // logged since the merge began
    Uses merging_;  // the ones before; kept until the table has them all
    std::uint64_t merges_ = 0;

    Statement read_{
        connection_, "SELECT number, passkey, at, used_on FROM passkey_uses ORDER BY number"
    };
    Statement log_{
        connection_,
        "INSERT INTO passkey_uses (number, passkey, at, used_on) VALUES (?1, ?2, ?3, ?4)"
    };
    Statement merge_{
        connection_,
        "INSERT INTO passkey_last_uses (passkey, at, used_on) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (passkey) DO UPDATE SET at = excluded.at, used_on = excluded.used_on"
    };
    Statement cut_{
        connection_,
        "DELETE FROM passkey_uses WHERE number IN"
        " (SELECT number FROM passkey_uses WHERE number <= ?1 ORDER BY number LIMIT ?2)"
    };
};

}  // namespace latchkey::store::sqlite
