// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/audit_check.hpp"

#include "crypto/equal.hpp"
#include "latchkey/bytes.hpp"
#include "store/audit_hasher.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/rows.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace latchkey::store::sqlite {
namespace {

using Kind = AuditFault::Kind;

constexpr std::size_t faults_at_most = 100;

/// An event with its place, as it stands there.
struct Link {
    StoredEvent event;
    std::int64_t position = 0;
    Bytes hash;
};

Link link_of(const Rows& rows) {
    return {
        .event = stored_event_of(rows),
        .position = rows.integer(8),
        .hash = rows.is_null(9) ? Bytes() : rows.blob(9),
    };
}

class Check {
public:
    Check(Connection& connection, const AuditHasher& hasher)
        : connection_(connection), hasher_(hasher) {}

    AuditChecked run() {
        read_seals();
        read_head();
        find_outside();
        Statement chained(
            connection_,
            "SELECT id, at, kind, account, network, browser, detail, operation, position,"
            "       chain_hash"
            " FROM events WHERE position IS NOT NULL ORDER BY position, id"
        );
        for (auto rows = chained.query(); rows.next();) {
            follow(link_of(rows));
        }
        find_end();
        return checked_;
    }

private:
    struct Seal {
        AuditHash hash{};
        bool is_ours = false;
    };

    void note(const AuditFault& fault) {
        if (checked_.faults.size() < faults_at_most) checked_.faults.push_back(fault);
    }

    void read_seals() {
        Statement read(connection_, "SELECT position, at, hash, mac FROM audit_seals");
        for (auto rows = read.query(); rows.next();) {
            const AuditHead head{.position = rows.integer(0), .hash = rows.fixed<32>(2)};
            const auto mac = rows.fixed<32>(3);
            const bool is_ours = crypto::equal_constant_time(mac, hasher_.seal(head, rows.time(1)));
            seals_.emplace(head.position, Seal{.hash = head.hash, .is_ours = is_ours});
            if (!is_ours) note({.kind = Kind::seal, .position = head.position});
            if (is_ours) last_sealed_ = std::max(last_sealed_, head.position);
        }
    }

    void read_head() {
        Statement read(connection_, "SELECT position, hash FROM audit_head");
        auto rows = read.query();
        if (rows.next()) noted_ = {.position = rows.integer(0), .hash = rows.fixed<32>(1)};
    }

    /// Every event of ours has a place from the moment it is written.
    void find_outside() {
        Statement read(
            connection_, "SELECT id, at FROM events WHERE position IS NULL ORDER BY id LIMIT 100"
        );
        for (auto rows = read.query(); rows.next();) {
            note({.kind = Kind::inserted, .event = rows.integer(0), .at = rows.time(1)});
        }
    }

    /// One link more. The hash of the one before is taken as it stands there: what is wrong with
    /// that was told already.
    void follow(const Link& link) {
        const bool has_hash = link.hash.size() == head_.hash.size();
        if (link.position <= head_.position || link.position > noted_.position || !has_hash) {
            note({
                .kind = Kind::inserted,
                .position = link.position,
                .event = link.event.id,
                .at = link.event.at,
            });
            return;
        }
        const bool has_gap = link.position != head_.position + 1;
        if (has_gap) {
            note({
                .kind = Kind::deleted,
                .position = head_.position + 1,
                .count = link.position - head_.position - 1,
                .event = last_,
                .next = link.event.id,
            });
        }
        // Behind a gap nothing says what came before, but for the link after this one.
        const AuditHead expected = hasher_.append(head_, link.event.row());
        if (!has_gap && !crypto::equal_constant_time(link.hash, expected.hash)) {
            note({
                .kind = Kind::edited,
                .position = link.position,
                .event = link.event.id,
                .at = link.event.at,
            });
        } else if (!has_gap) {
            ++checked_.events;
        }
        head_.position = link.position;
        std::ranges::copy(link.hash, head_.hash.begin());
        last_ = link.event.id;
        compare_seal();
    }

    void compare_seal() {
        const auto seal = seals_.find(head_.position);
        if (seal == seals_.end() || !seal->second.is_ours) return;
        if (crypto::equal_constant_time(seal->second.hash, head_.hash)) {
            ++checked_.seals;
        } else {
            note({.kind = Kind::seal, .position = head_.position, .event = last_});
        }
    }

    /// Against the head that the last commit left, and against the last seal, whichever is later.
    void find_end() {
        const std::int64_t end = std::max(noted_.position, last_sealed_);
        if (end > head_.position) {
            note({
                .kind = Kind::truncated,
                .position = head_.position + 1,
                .count = end - head_.position,
                .event = last_,
            });
        } else if (!crypto::equal_constant_time(noted_.hash, head_.hash)) {
            note({.kind = Kind::edited, .position = head_.position, .event = last_});
        }
        checked_.head = head_;
    }

    Connection& connection_;
    const AuditHasher& hasher_;
    AuditChecked checked_;
    AuditHead head_;
    AuditHead noted_;                   // the end, as the last commit left it
    std::optional<std::int64_t> last_;  // the event at head_
    std::map<std::int64_t, Seal> seals_;
    std::int64_t last_sealed_ = 0;
};

}  // namespace

AuditChecked check_audit(Connection& connection, const AuditHasher& hasher) {
    return Check(connection, hasher).run();
}

}  // namespace latchkey::store::sqlite
