// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/crash/line.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace latchkey::store {
class Store;
}

namespace latchkey::test {

/// What must be in the database after all rounds so far.
class Expected {
public:
    /// Throws std::runtime_error if the line is none.
    void add(const Line& line);

    /// Opens the database as a restarted server does and names everything that is not as it was
    /// acknowledged. Spends every code that was acknowledged as spent once more.
    [[nodiscard]] std::vector<std::string> find_faults(const std::filesystem::path& database) const;

private:
    struct Passkey {
        std::int64_t account = 0;
        bool is_removing = false;  // its removal was asked for: it may be gone
        bool is_removed = false;   // acknowledged: it must be gone
    };

    [[nodiscard]] std::vector<std::string> find_account_faults(store::Store& store) const;
    [[nodiscard]] std::vector<std::string> find_passkey_faults(store::Store& store) const;
    [[nodiscard]] std::vector<std::string> find_kept_faults(store::Store& store) const;
    [[nodiscard]] std::vector<std::string> find_code_faults(store::Store& store) const;
    [[nodiscard]] std::vector<std::string> find_mail_faults(store::Store& store) const;

    /// What `latchkey verify` would: rows that their MAC does not vouch for, and the audit log.
    [[nodiscard]] std::vector<std::string> find_altered(const std::filesystem::path& database
    ) const;

    std::set<std::int64_t> accounts_;
    std::map<std::int64_t, Passkey> passkeys_;       // by id
    std::map<std::int64_t, std::int64_t> sessions_;  // id -> passkey that opened it
    std::set<std::int64_t> codes_;                   // spent
    std::set<std::int64_t> mails_;                   // queued
    std::set<std::int64_t> sending_;                 // mails that may be gone
    std::set<std::int64_t> sent_;                    // mails that must be gone
    std::vector<Line> kept_;                         // what else must be as it was said
    std::int64_t events_ = 0;                        // in the audit log, at least
    std::int64_t seals_ = 0;
    std::int64_t sealed_ = 0;  // events under the newest seal
    std::int64_t highest_id_ = 0;
};

}  // namespace latchkey::test
