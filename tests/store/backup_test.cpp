// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/backup.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/fixed_clock.hpp"
#include "support/process.hpp"
#include "support/row_macs.hpp"

#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;

namespace {

/// A data folder with a running store, and a place for backups.
struct DataFolder {
    TemporaryFolder folder;
    FixedClock clock{day_one};
    std::filesystem::path database = folder.path() + "/data/latchkey.db";
    std::filesystem::path backup = folder.file("backup");
    std::unique_ptr<store::Store> store = open();

    [[nodiscard]] std::unique_ptr<store::Store> open() const {
        auto opened = store::SqliteStore::open({.path = database, .clock = &clock});
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        (*opened)->use_keys(store_keys());
        return *std::move(opened);
    }

    [[nodiscard]] auto restore(const std::string& key = "right") const {
        return store::restore(
            {.backup = backup,
             .database = database,
             .clock = &clock,
             .key =
                 {.setting = "key", .fits = [key](const std::string& value) { return value == key; }
                 }}
        );
    }
};

store::StoreError::Kind kind_of(const Result<store::Restored, store::StoreError>& result) {
    REQUIRE_FALSE(result.has_value());
    CHECK_FALSE(result.error().what.empty());
    CHECK_FALSE(result.error().mend.empty());
    return result.error().kind;
}

}  // namespace

TEST_CASE("a backup of a running store is one private file, and is never written over") {
    DataFolder place;
    sign_up(*place.store);
    REQUIRE(store::back_up(place.database, place.backup).has_value());
    using std::filesystem::perms;
    CHECK(
        std::filesystem::status(place.backup).permissions() ==
        (perms::owner_read | perms::owner_write)
    );
    CHECK_FALSE(std::filesystem::exists(place.backup.string() + "-wal"));

    const auto size = std::filesystem::file_size(place.backup);
    const auto again = store::back_up(place.database, place.backup);
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().kind == store::StoreError::Kind::exists);
    CHECK(std::filesystem::file_size(place.backup) == size);
}

TEST_CASE("a restored backup has the accounts and passkeys of then, and nobody signed in (T43)") {
    DataFolder place;
    auto [account, passkey] = sign_up(*place.store);
    const auto session = sample_session(*place.store, account, day_one);
    const auto sign_in = sample_sign_in(*place.store, account, day_one);
    const auto code = sample_code(*place.store, day_one);
    const QueueMail mail{MailId(place.store->next_id()), Bytes(3), day_one, day_one};
    REQUIRE(is_committed(
        commit(*place.store, {OpenSession{session}, StartSignIn{sign_in}, StoreCode{code}, mail})
    ));
    REQUIRE(place.store->save_setting("key", "right"));
    REQUIRE(store::back_up(place.database, place.backup).has_value());
    const auto later = sign_up(*place.store);
    const auto last_id = place.store->next_id();
    place.store.reset();

    const auto restored = place.restore();
    REQUIRE_MESSAGE(restored.has_value(), restored.error().what);
    CHECK(restored->accounts == 1);
    CHECK(std::filesystem::exists(restored->replaced));
    REQUIRE(restored->returned.has_value());
    CHECK(restored->returned->empty());

    place.store = place.open();
    const auto now = place.store->find_account(account.id);
    REQUIRE(now.has_value());
    CHECK(now->epoch > account.epoch);
    CHECK(place.store->find_passkey(passkey.record.id).has_value());
    CHECK_FALSE(place.store->find_account(later.account.id).has_value());
    CHECK_FALSE(place.store->find_session(session.id).has_value());
    CHECK_FALSE(place.store->find_sign_in(sign_in.id).has_value());
    CHECK_FALSE(place.store->find_code(code.id).has_value());
    CHECK(place.store->due_mails(accounts::Channel::mail, day_one, 10).empty());
    CHECK(place.store->find_setting("signals_enabled") == "no");
    CHECK(place.store->next_id() > last_id);
}

TEST_CASE("passkeys that were removed after the backup are named when they come back") {
    DataFolder place;
    const auto [account, passkey] = sign_up(*place.store);
    sign_up(*place.store);
    REQUIRE(store::back_up(place.database, place.backup).has_value());
    REQUIRE(is_committed(commit(*place.store, {RemovePasskey{account.id, passkey.id, std::nullopt}})
    ));
    place.store.reset();

    const auto restored = place.restore();
    REQUIRE(restored.has_value());
    REQUIRE(restored->returned.has_value());
    REQUIRE(restored->returned->size() == 1);
    CHECK(restored->returned->at(0).email == account.email.text());
    CHECK(restored->returned->at(0).name == passkey.name);
    CHECK(restored->returned->at(0).public_id == passkey.public_id.value());
}

TEST_CASE("a backup is restored into an empty folder, and over a damaged database") {
    DataFolder place;
    const auto account = sign_up(*place.store).account;
    REQUIRE(store::back_up(place.database, place.backup).has_value());
    place.store.reset();

    std::filesystem::remove(place.database.string() + "-wal");  // it holds every page so far
    std::ofstream(place.database, std::ios::binary) << "no database at all, but long enough";
    const auto over_damage = place.restore();
    REQUIRE_MESSAGE(over_damage.has_value(), over_damage.error().what);
    CHECK_FALSE(over_damage->returned.has_value());
    CHECK(read_file(over_damage->replaced.string()).starts_with("no database"));
    CHECK(place.open()->find_account(account.id).has_value());

    std::filesystem::remove_all(place.database.parent_path());
    const auto into_nothing = place.restore();
    REQUIRE_MESSAGE(into_nothing.has_value(), into_nothing.error().what);
    CHECK(into_nothing->replaced.empty());
    CHECK(place.open()->find_account(account.id).has_value());
}

TEST_CASE("a restore is refused while a server runs, with the wrong key, from a bad file") {
    using enum store::StoreError::Kind;
    DataFolder place;
    const auto account = sign_up(*place.store).account;
    REQUIRE(place.store->save_setting("key", "right"));
    REQUIRE(store::back_up(place.database, place.backup).has_value());
    CHECK(kind_of(place.restore()) == locked);
    sign_up(*place.store);
    place.store.reset();
    CHECK(kind_of(place.restore("wrong")) == wrong_key);

    std::string bytes = read_file(place.backup.string());
    bytes.replace(bytes.size() / 2, 4'096, std::string(4'096, 'x'));
    std::ofstream(place.backup, std::ios::binary) << bytes;
    CHECK(kind_of(place.restore()) == damaged);
    std::ofstream(place.backup, std::ios::binary) << std::string(8'192, 'x');
    CHECK(kind_of(place.restore()) == not_a_database);
    std::ofstream(place.backup, std::ios::binary) << "";
    CHECK(kind_of(place.restore()) == not_a_database);

    // Refused means that nothing was changed.
    CHECK(place.open()->list_accounts(AccountId(0), 10).size() == 2);
    CHECK(place.open()->find_account(account.id)->epoch == account.epoch);
}
