// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace latchkey::store {
class Store;
}

/// The two halves of the crash test: a load that says what was acknowledged, and the check
/// that all of it is there.
namespace latchkey::test {

/// One acknowledged commit, as a line on standard output: kind and two ids.
///   'A' sign-up, 'S' sign-in, 'C' right guess, 'R' removal; 'x' removal begins: with the passkey,
///       session, code, passkey
///   'T' app and recovery code turned on, 't' code of the app used, 'K' recovery code used: with
///       the app, step of the code, app
///   'L' provider linked, 'E' address changed, 'H' wait begun, 'F' factors frozen, 'D' deletion
///       asked: with the identity, number of the address; else 0
struct Acknowledged {
    char kind = 0;
    std::int64_t account = 0;
    std::int64_t other = 0;
};

/// Makes all these commits on four threads until it is killed.
[[noreturn]] void run_load(const std::filesystem::path& database, std::uint64_t seed);

/// What must be in the database after all rounds so far.
class Expected {
public:
    void add(const Acknowledged& line);

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
    [[nodiscard]] std::vector<std::string> find_code_faults(store::Store& store) const;

    std::set<std::int64_t> accounts_;
    std::map<std::int64_t, Passkey> passkeys_;       // by id
    std::map<std::int64_t, std::int64_t> sessions_;  // id -> passkey that opened it
    std::set<std::int64_t> codes_;                   // spent
    std::vector<Acknowledged> kept_;                 // what else must be as it was said
    std::int64_t highest_id_ = 0;
};

}  // namespace latchkey::test
