// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// Rows of credentials and identities that somebody altered who has not the key file (T28).
#include "store/row_macs.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/verify.hpp"
#include "store/store.hpp"
#include "support/fixed_clock.hpp"
#include "support/process.hpp"
#include "support/row_macs.hpp"
#include "support/sql.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::test;
using namespace latchkey::accounts;
using store::GuardedTable;

namespace {

/// A database with Ada and Bob, each with a passkey and an identity, that others can write to.
class Place {
public:
    Place() {
        open();
        for (Person* person : {&ada, &bob}) {
            *person = sign_up(*store_);
            auto identity = sample_identity(*store_, person->account);
            (person == &ada ? ada_google : bob_google) = identity;
            REQUIRE(committed({LinkIdentity{identity}}));
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
        const auto verified = store::verify({.database = file_, .key = {}, .macs = macs});
        REQUIRE(verified.has_value());
        return *verified;
    }

    [[nodiscard]] const std::string& file() const { return file_; }

    Person ada;
    Person bob;
    LinkedIdentity ada_google;
    LinkedIdentity bob_google;
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
        store_->use_row_macs(macs);
    }

    TemporaryFolder folder_;
    std::string file_ = folder_.file("latchkey.db");
    std::mutex mutex_;
    std::unique_ptr<store::Store> store_;
};

std::string row_of(const Person& person) {
    return " WHERE id = " + std::to_string(person.passkey.id.value());
}

std::string row_of(const LinkedIdentity& identity) {
    return " WHERE id = " + std::to_string(identity.id.value());
}

/// Ada's passkey is not there, and it is told which row it is; Bob's is.
void check_refused(Place& place) {
    CHECK_FALSE(place->find_passkey(place.ada.passkey.record.id).has_value());
    REQUIRE_FALSE(place.refused.empty());
    CHECK(place.refused.front().table == GuardedTable::passkeys);
    CHECK(place.refused.front().row == place.ada.passkey.id.value());
    CHECK(place->find_passkey(place.bob.passkey.record.id).has_value());
    const auto verified = place.verify();
    CHECK(verified.passkeys == 1);
    CHECK(verified.identities == 2);
    REQUIRE(verified.altered.size() == 1);
    CHECK(verified.altered.front().row.row == place.ada.passkey.id.value());
}

UsePasskey use_of(const Passkey& passkey, std::uint32_t to) {
    return {
        .account = passkey.account,
        .passkey = passkey.id,
        .from_sign_count = passkey.record.sign_count,
        .sign_count = to,
        .backup_state = !passkey.record.backup_state,
        .at = day_one,
        .used_on = "Firefox on Linux",
    };
}

}  // namespace

TEST_CASE("T28: a passkey of which any column was altered opens nothing, and the row is named") {
    constexpr std::array alterations{
        "public_id = 'another'",
        "algorithm = -257",
        "public_key = randomblob(65)",
        "sign_count = 0",
        "uv_initialized = 0",
        "backup_eligible = 0",
        "backup_state = 1",
        R"(transports = '["internal","hybrid","usb"]')",
        R"(transports = '["internalhybrid"]')",
        "transports = 'no list'",
        "aaguid = randomblob(16)",
        "attestation_format = 'packed'",
        "rp_id = 'example.org'",
        "purpose = 1",
        "status = 1",
        "name = 'Key of Eve'",
        "created_on = ''",
        "created_at = created_at + 1",
        "suspended_at = 0",
        "recovered_at = 0",
        "row_mac = NULL",
        "row_mac = zeroblob(32)",
        "row_mac = CAST(x'02' || substr(row_mac, 2) AS BLOB)",
        "row_mac = CAST(substr(row_mac, 1, 31) || x'00' AS BLOB)",
    };
    for (const char* alteration : alterations) {
        CAPTURE(alteration);
        Place place;
        place.alter("UPDATE passkeys SET " + std::string(alteration) + row_of(place.ada));
        check_refused(place);
        CHECK(place->list_passkeys(place.ada.account.id).empty());
    }
}

TEST_CASE("T28: a passkey that was given to another account opens neither") {
    Place place;
    const auto id = place.ada.passkey.record.id;
    const auto to_bob = std::to_string(place.bob.account.id.value());
    place.alter("UPDATE passkeys SET account = " + to_bob + row_of(place.ada));
    check_refused(place);
    CHECK(place->list_passkeys(place.bob.account.id) == std::vector{place.bob.passkey});
    CHECK(place->list_passkeys(place.ada.account.id).empty());
    // What was altered here is no reason for anybody to forget the passkey.
    CHECK(place->has_credential(id));
    CHECK(place->list_credential_ids(place.bob.account.id).size() == 2);
    CHECK_FALSE(place->has_credential(webauthn::CredentialId(Bytes(3))));
}

TEST_CASE("T28: a credential id, a user handle or a MAC of another row is refused") {
    Place place;
    place.alter("UPDATE passkeys SET credential_id = x'0102'" + row_of(place.ada));
    CHECK_FALSE(place->find_passkey(webauthn::CredentialId({std::byte{1}, std::byte{2}})));
    CHECK(place.verify().altered.size() == 1);

    Place handle;
    handle.alter(
        "UPDATE accounts SET user_handle = x'01' WHERE id = " +
        std::to_string(handle.ada.account.id.value())
    );
    check_refused(handle);

    Place mac;
    mac.alter(
        "UPDATE passkeys SET row_mac = (SELECT row_mac FROM passkeys" + row_of(mac.bob) + ")" +
        row_of(mac.ada)
    );
    check_refused(mac);
}

TEST_CASE("T28: an identity that was altered or given to another account opens nothing") {
    const std::array<std::string, 7> alterations{
        "public_id = 'another'",
        "issuer = issuer || '/'",
        "subject = subject || '1'",
        "email = 'eve@example.com'",
        "linked_at = linked_at + 1",
        "row_mac = NULL",
        "account = (SELECT max(id) FROM accounts)",
    };
    for (const auto& alteration : alterations) {
        CAPTURE(alteration);
        Place place;
        place.alter("UPDATE identities SET " + alteration + row_of(place.ada_google));
        Identity who = place.ada_google.who;
        if (alteration.starts_with("issuer")) who.issuer += "/";
        if (alteration.starts_with("subject")) who.subject += "1";
        CHECK_FALSE(place->find_identity(who).has_value());
        REQUIRE(place.refused.size() == 1);
        CHECK(place.refused.front().table == GuardedTable::identities);
        CHECK(place.refused.front().row == place.ada_google.id.value());
        CHECK(place->list_identities(place.ada.account.id).empty());
        CHECK_FALSE(place.committed({RequireIdentity{place.ada.account.id, who}}));
        CHECK(place->find_identity(place.bob_google.who).has_value());
        const auto verified = place.verify();
        REQUIRE(verified.altered.size() == 1);
        CHECK(verified.altered.front().row.table == GuardedTable::identities);
    }
}

TEST_CASE("each change of a passkey gives it the MAC of what it is then") {
    Place place;
    auto passkey = place.ada.passkey;
    const auto check = [&](const char* after) {
        CAPTURE(after);
        for (int i = 0; i < 2; ++i) {
            const auto known = place->find_passkey(passkey.record.id);
            REQUIRE(known.has_value());
            CHECK(known->passkey == passkey);
            place.reopen();
        }
        CHECK(place.refused.empty());
        CHECK(place.verify().altered.empty());
    };
    // Of what the cache has, and then of what the row says.
    for (const std::uint32_t count : {8U, 9U}) {
        REQUIRE(place.committed({use_of(passkey, count)}));
        passkey.record.sign_count = count;
        passkey.record.backup_state = !passkey.record.backup_state;
        check("use");
        CHECK_FALSE(place.committed({use_of(place.ada.passkey, 12)}));  // decided on an older row
    }
    REQUIRE(place.committed({RenamePasskey{passkey.account, passkey.id, "Blue"}}));
    passkey.name = "Blue";
    check("rename");
    const TimePoint at = day_one + std::chrono::hours(1);
    REQUIRE(place.committed({SuspendPasskey{passkey.account, passkey.id, at, std::nullopt}}));
    passkey.status = CredentialStatus::suspended;
    passkey.suspended_at = at;
    check("suspension");
    CHECK(place->list_suspended(at, 9) == std::vector{passkey});
    REQUIRE(place.committed({RestorePasskey{passkey.account, passkey.id}}));
    passkey.status = CredentialStatus::active;
    passkey.suspended_at = std::nullopt;
    check("restoring");
}

TEST_CASE("a second factor that becomes a passkey gets the MAC of one; an altered one does not") {
    for (const bool is_altered : {false, true}) {
        CAPTURE(is_altered);
        Place place;
        auto factor = sample_passkey(place.store(), place.ada.account);
        factor.purpose = CredentialPurpose::second_factor;
        REQUIRE(place.committed({AddPasskey{factor}}));
        const auto row = " WHERE id = " + std::to_string(factor.id.value());
        if (is_altered) place.alter("UPDATE passkeys SET discoverable = 0" + row);
        const PromoteSecondFactor promotion{factor.account, factor.id};
        CHECK(place.committed({promotion}) == !is_altered);
        place.reopen();
        factor.purpose = CredentialPurpose::passkey;
        const auto known = place->find_passkey(factor.record.id);
        REQUIRE(known.has_value() == !is_altered);
        if (known) CHECK(known->passkey == factor);
        CHECK(place.verify().altered.size() == (is_altered ? 1 : 0));
    }
}

TEST_CASE("T28: no change makes an altered passkey a right one") {
    const auto changes_of = [](const Passkey& passkey) {
        return std::array<store::Change, 4>{
            use_of(passkey, 9),
            RenamePasskey{passkey.account, passkey.id, "Blue"},
            SuspendPasskey{passkey.account, passkey.id, day_one, std::nullopt},
            RestorePasskey{passkey.account, passkey.id},
        };
    };
    for (std::size_t i = 0; i < 4; ++i) {
        CAPTURE(i);
        Place place;
        const bool is_restored = i == 3;
        if (is_restored) {
            REQUIRE(place.committed({changes_of(place.ada.passkey).at(2)}));
        }
        place.alter("UPDATE passkeys SET public_key = randomblob(65)" + row_of(place.ada));
        CHECK(is_refused_at(commit(place.store(), {changes_of(place.ada.passkey).at(i)}), 0));
        check_refused(place);
    }
}

TEST_CASE("rows from before there were MACs get theirs once, and with a setting or not at all") {
    Place place;
    place.alter("UPDATE passkeys SET row_mac = NULL; UPDATE identities SET row_mac = NULL");
    CHECK(place.verify().altered.size() == 4);
    CHECK(place->adopt_rows("marked", "yes"));
    CHECK(place->find_setting("marked") == "yes");
    CHECK(place.verify().altered.empty());
    CHECK(place->find_passkey(place.ada.passkey.record.id)->passkey == place.ada.passkey);
    CHECK(place->find_identity(place.ada_google.who)->identity == place.ada_google);

    // A row that has one, be it a wrong one, is left as it is.
    place.alter("UPDATE passkeys SET status = 1" + row_of(place.ada));
    CHECK(place->adopt_rows("marked", "again"));
    check_refused(place);

    Place damaged;
    damaged.alter(
        "UPDATE passkeys SET row_mac = NULL; UPDATE passkeys SET transports = 'no list'" +
        row_of(damaged.bob)
    );
    CHECK_FALSE(damaged->adopt_rows("marked", "yes"));
    CHECK(damaged->find_setting("marked") == std::nullopt);
    CHECK(damaged.verify().altered.size() == 2);
}

TEST_CASE("a row is checked under the key that its MAC names, and under no other") {
    Place place;
    const auto macs_of = [](std::vector<std::pair<std::uint8_t, std::uint8_t>> numbers) {
        std::vector<crypto::Sealer::Key> keys;
        for (const auto& [id, seed] : numbers) {
            keys.push_back(key_numbered(id, seed));
        }
        return std::make_shared<const store::RowMacs>(keys);
    };
    // A newer key, with the old one for what it made.
    const auto both = macs_of({{2, 0x22}, {1, 0x4c}});
    CHECK(place.verify(both).altered.empty());
    place.reopen(both);
    REQUIRE(place.committed({RenamePasskey{place.ada.account.id, place.ada.passkey.id, "Blue"}}));
    CHECK(place.verify(both).altered.empty());
    CHECK(place.verify(row_macs()).altered.size() == 1);            // knows no key 2
    CHECK(place.verify(macs_of({{2, 0x22}})).altered.size() == 3);  // and this one no key 1
    CHECK(place.verify(macs_of({{1, 0x22}})).altered.size() == 4);  // another key of that number
    CHECK(place.verify(macs_of({{1, 0x4c}, {2, 0x21}})).altered.size() == 1);
}

TEST_CASE("verify refuses another key file and a database that this version has not opened") {
    Place place;
    REQUIRE(place->save_setting("key", "right"));
    const auto verify_with = [&](const std::string& key) {
        return store::verify({
            .database = place.file(),
            .key = {.setting = "key", .fits = [key](const auto& value) { return value == key; }},
            .macs = row_macs(),
        });
    };
    CHECK(verify_with("right").has_value());
    const auto wrong = verify_with("wrong");
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().kind == store::StoreError::Kind::wrong_key);
    CHECK_FALSE(store::verify({.database = place.file() + "x", .key = {}, .macs = row_macs()}));
}
