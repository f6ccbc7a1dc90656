// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "store/contract.hpp"
#include "store/row_macs.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/verify.hpp"
#include "store/store.hpp"
#include "support/fixed_clock.hpp"
#include "support/process.hpp"
#include "support/row_macs.hpp"
#include "support/sql.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

/// Rows that have a MAC, and somebody who writes to them without the key file (T28).
namespace latchkey::test {

/// How a database whose store has those keys is verified.
inline store::VerifyOptions verify_options(
    const std::string& file, const store::RowMacsPtr& macs = row_macs()
) {
    return {
        .database = file,
        .key = {},
        .audit_key_setting = "audit_key",
        .keys = [macs](const std::optional<std::string>&) { return store_keys(macs); },
    };
}

/// A database with Ada and Bob, each with a passkey and an identity, that others can write to.
class Place {
public:
    Place() {
        open();
        for (Person* person : {&ada, &bob}) {
            *person = sign_up(*store_);
            auto identity = sample_identity(*store_, person->account);
            (person == &ada ? ada_google : bob_google) = identity;
            REQUIRE(committed({accounts::LinkIdentity{identity}}));
        }
    }

    store::Store& store() { return *store_; }

    store::Store* operator->() { return store_.get(); }

    void reopen(const store::RowMacsPtr& macs = row_macs()) {
        store_.reset();
        open(macs);
    }

    [[nodiscard]] bool committed(std::vector<store::Change> changes) {
        return is_committed(commit(*store_, std::move(changes)));
    }

    /// By other hands, while the store is closed.
    void alter(const std::string& sql) {
        store_.reset();
        REQUIRE(run_sql(file_, sql) > 0);
        refused.clear();
        open();
    }

    [[nodiscard]] store::Verified verify(const store::RowMacsPtr& macs = row_macs()) const {
        const auto verified = store::verify(verify_options(file_, macs));
        REQUIRE(verified.has_value());
        return *verified;
    }

    [[nodiscard]] const std::string& file() const { return file_; }

    Person ada;
    Person bob;
    accounts::LinkedIdentity ada_google;
    accounts::LinkedIdentity bob_google;
    FixedClock clock{day_one};
    std::vector<store::RefusedRow> refused;  // of reads by this thread alone

private:
    void open(const store::RowMacsPtr& macs = row_macs()) {
        auto opened = store::SqliteStore::open(
            {.path = file_,
             .clock = &clock,
             .on_refused_row =
                 [this](const store::RefusedRow& row) {
                     const std::lock_guard lock(mutex_);
                     refused.push_back(row);
                 }}
        );
        REQUIRE(opened.has_value());
        store_ = *std::move(opened);
        store_->use_keys(store_keys(macs));
    }

    TemporaryFolder folder_;
    std::string file_ = folder_.file("latchkey.db");
    std::mutex mutex_;
    std::unique_ptr<store::Store> store_;
};

inline std::string row_of(const Person& person) {
    return " WHERE id = " + std::to_string(person.passkey.id.value());
}

inline std::string row_of(const accounts::LinkedIdentity& identity) {
    return " WHERE id = " + std::to_string(identity.id.value());
}

/// Ada's passkey is not there, and it is told which row it is; Bob's is.
inline void check_refused(Place& place) {
    CHECK_FALSE(place->find_passkey(place.ada.passkey.record.id).has_value());
    REQUIRE_FALSE(place.refused.empty());
    CHECK(place.refused.front().table == store::GuardedTable::passkeys);
    CHECK(place.refused.front().row == place.ada.passkey.id.value());
    CHECK(place->find_passkey(place.bob.passkey.record.id).has_value());
    const auto verified = place.verify();
    CHECK(verified.passkeys == 1);
    CHECK(verified.identities == 2);
    REQUIRE(verified.altered.size() == 1);
    CHECK(verified.altered.front().row.row == place.ada.passkey.id.value());
}

}  // namespace latchkey::test
