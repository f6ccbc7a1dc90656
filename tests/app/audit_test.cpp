// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// What the real program does about a database that other hands have written to.
#include "accounts/changes.hpp"
#include "app/key_check.hpp"
#include "app/key_file.hpp"
#include "app/program.hpp"
#include "app/system_clock.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/bytes.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/process.hpp"
#include "support/sql.hpp"
#include "support/text.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using test::contains;
using test::Finished;
using test::Program;

/// A program that was started once, and has two people with a passkey each; one has an identity.
struct Filled {
    Filled() {
        program.start();
        REQUIRE(program.stop() == 0);
        const auto store = open();
        ada = test::sign_up(*store);
        bob = test::sign_up(*store);
        const auto identity = test::sample_identity(*store, ada.account);
        REQUIRE(test::is_committed(test::commit(*store, {accounts::LinkIdentity{identity}})));
    }

    [[nodiscard]] std::unique_ptr<store::Store> open() const {
        const auto keys = load_key_file(program.data() + "/key");
        REQUIRE(keys.has_value());
        auto store = store::SqliteStore::open({.path = database(), .clock = &clock});
        REQUIRE(store.has_value());
        (*store)->use_keys(*store_keys(*keys, (*store)->find_setting(audit_key_setting)));
        return *std::move(store);
    }

    [[nodiscard]] std::string database() const { return program.data() + "/latchkey.db"; }

    /// By other hands; the server may run.
    void alter(const std::string& sql) const { CHECK(test::run_sql(database(), sql) > 0); }

    [[nodiscard]] std::string adas_row() const { return std::to_string(ada.passkey.id.value()); }

    [[nodiscard]] Finished verify() const { return program.command({"audit", "verify"}); }

    SystemClock clock;
    Program program;
    test::Person ada;
    test::Person bob;
};

/// What a database says of its key that an older version made: before rows had MACs, if no other
/// word is given.
std::string older_check(const Filled& filled, std::string_view word = "latchkey") {
    auto keys = load_key_file(filled.program.data() + "/key");
    REQUIRE(keys.has_value());
    const crypto::Sealer sealer(*std::move(keys));
    crypto::SystemRandom random;
    return base64url_encode(sealer.seal(bytes_of(word), bytes_of(key_check_setting), random));
}

/// An event of Ada's; the server is stopped.
void log_one(const Filled& filled) {
    const auto store = filled.open();
    const auto event = test::sample_event(*store, filled.ada.account, filled.clock.now());
    REQUIRE(test::is_committed(test::commit(*store, {accounts::AppendEvent{event}})));
}

}  // namespace

TEST_CASE("T28: audit verify names what other hands altered, on a stopped and a running server") {
    Filled filled;
    const Finished well = filled.verify();
    CHECK(well.status == 0);
    CHECK(contains(well.out, "2 passkeys and 1 identities at other providers are as Latchkey"));

    filled.program.start();
    CHECK(filled.verify().status == 0);
    filled.alter("UPDATE passkeys SET public_key = randomblob(65) WHERE id = " + filled.adas_row());
    const std::string email = filled.ada.account.email.text();
    const auto check = [&] {
        const Finished altered = filled.verify();
        CHECK(altered.status == 1);
        CHECK(
            altered.out == "Altered: row " + filled.adas_row() + " of passkeys (" + email + ")\n"
        );
        CHECK(contains(altered.err, "Not everything is as Latchkey wrote it"));
        CHECK(contains(altered.err, "estore a backup"));
    };
    check();
    CHECK(filled.program.stop() == 0);
    check();
    CHECK(contains(filled.program.command({"doctor"}).out, "mend  rows: 1 of passkeys"));
}

TEST_CASE("T28: the server refuses an altered passkey, and tells of it once in log and audit log") {
    Filled filled;
    filled.program.start();
    filled.alter("UPDATE passkeys SET sign_count = 0 WHERE id = " + filled.adas_row());
    const std::string email = filled.ada.account.email.text();
    const auto shown = [&] { return filled.program.command({"user", "events", email}).out; };
    for (int i = 0; i < 3; ++i) {
        const Finished factors = filled.program.command({"user", "factors", email});
        CHECK(factors.status == 0);
        CHECK_FALSE(contains(factors.out, "Key of Ada"));
    }
    CHECK(filled.program.stop() == 0);
    const std::string events = shown();
    const auto first = events.find("row_refused");
    REQUIRE(first != std::string::npos);
    CHECK(events.find("row_refused", first + 1) == std::string::npos);
    CHECK(contains(events, "passkeys " + filled.adas_row()));
    const std::string& log = filled.program.log();
    const auto line =
        log.find(R"("event":"row_refused","table":"passkeys","row":)" + filled.adas_row());
    REQUIRE(line != std::string::npos);
    CHECK(log.find("\"event\":\"row_refused\"", line + 10) == std::string::npos);
    CHECK(
        contains(filled.program.command({"user", "factors", email}).err, "not as Latchkey wrote it")
    );
}

TEST_CASE("A database from before there were MACs gets them at its first start, and never again") {
    Filled filled;
    filled.alter(
        "UPDATE passkeys SET row_mac = NULL; UPDATE identities SET row_mac = NULL;"
        "UPDATE settings SET value = '" +
        older_check(filled) + "' WHERE name = 'key_check'"
    );
    CHECK(contains(filled.verify().err, "Start this version once"));
    filled.program.start();
    CHECK(filled.program.stop() == 0);
    CHECK(filled.verify().status == 0);

    // T28: who strips them later finds that nothing gives them back.
    filled.alter("UPDATE passkeys SET row_mac = NULL");
    filled.program.start();
    CHECK(filled.program.stop() == 0);
    CHECK(contains(filled.verify().out, "Altered: row " + filled.adas_row() + " of passkeys"));

    // Nor does who lets the database look as if it had never been started.
    filled.alter("DELETE FROM settings WHERE name = 'key_check'");
    const Finished refused = filled.program.refuse();
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, "the database was changed by other hands"));
}

TEST_CASE("T28: a database from before its pepper was kept gets that, and no row a MAC that it lost"
) {
    Filled filled;
    const std::string check = older_check(filled, "latchkey, rows have MACs, events are chained");
    filled.alter(
        "DELETE FROM settings WHERE name = 'pepper';"
        "UPDATE passkeys SET row_mac = NULL WHERE id = " +
        filled.adas_row() + ";UPDATE settings SET value = '" + check + "' WHERE name = 'key_check'"
    );
    CHECK(filled.verify().status == 1);  // which needs no pepper
    filled.program.start();
    CHECK(filled.program.stop() == 0);
    CHECK(contains(filled.verify().out, "Altered: row " + filled.adas_row() + " of passkeys"));
    const auto keys = load_key_file(filled.program.data() + "/key");
    REQUIRE(keys.has_value());
    const auto pepper =
        read_sealed_key(*keys, pepper_setting, filled.open()->find_setting(pepper_setting));
    REQUIRE(pepper.has_value());
    // The one that it had: codes and limits of before still count.
    CHECK(pepper->reveal() == crypto::derive_key(keys->front().key, "pepper").reveal());
    filled.alter("DELETE FROM settings WHERE name = 'pepper'");
    CHECK(contains(filled.program.refuse().err, "he database lacks its pepper"));
}

TEST_CASE("I10: audit verify tells of an edited, a deleted and a cut off event") {
    const Filled filled;
    for (int i = 0; i < 3; ++i) {
        log_one(filled);
    }
    CHECK(contains(filled.verify().out, "events of the audit log hang together"));
    const std::string last = " WHERE position = (SELECT max(position) FROM events)";
    filled.alter("UPDATE events SET detail = 'nothing' WHERE position = 1");
    CHECK(contains(filled.verify().out, "of the audit log is not as it was written"));
    CHECK(contains(filled.program.command({"doctor"}).out, "mend  rows: event "));
    filled.alter("DELETE FROM events WHERE position = 1");
    CHECK(contains(
        filled.verify().out, "1 events of the audit log are missing between the beginning and event"
    ));
    filled.alter("DELETE FROM events" + last);
    const Finished cut = filled.verify();
    CHECK(cut.status == 1);
    CHECK(contains(cut.out, "1 events or more are missing after event"));
}

TEST_CASE("I10: the chain is made once: who takes its key or its marks away stops the server") {
    for (const std::string name : {"audit_key", "key_check"}) {
        const Filled filled;
        filled.alter("DELETE FROM settings WHERE name = '" + name + "'");
        const Finished refused = filled.program.refuse();
        CHECK(refused.status == 1);
        CHECK(contains(refused.err, "the database was changed by other hands"));
    }
    // The key of another database is none of this one.
    const Filled filled;
    const Filled other;
    const auto key = other.open()->find_setting(audit_key_setting);
    REQUIRE(key.has_value());
    filled.alter("UPDATE settings SET value = '" + *key + "' WHERE name = 'audit_key'");
    CHECK(filled.program.refuse().status == 1);
    CHECK(contains(filled.verify().err, "the key of its audit log"));
}

TEST_CASE("The log says where the audit log was sealed") {
    Filled filled;
    log_one(filled);
    filled.program.start();
    CHECK(contains(
        filled.program.await("audit_sealed"), R"("event":"audit_sealed","place":1,"hash":")"
    ));
    CHECK(filled.program.stop() == 0);
    CHECK(contains(filled.verify().out, "1 events of the audit log hang together; 1 seals hold"));
}

TEST_CASE("A backup is restored with the MACs of its rows") {
    const Filled filled;
    const std::string backup = filled.program.folder().file("backup.db");
    REQUIRE(filled.program.command({"backup", backup}).status == 0);
    filled.alter("UPDATE passkeys SET row_mac = NULL");
    CHECK(filled.verify().status == 1);
    REQUIRE(filled.program.command({"restore", backup}).status == 0);
    CHECK(filled.verify().status == 0);
}

}  // namespace latchkey::app
