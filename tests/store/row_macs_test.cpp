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
#include "store/guarded_place.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/verify.hpp"
#include "store/store.hpp"
#include "support/row_macs.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::test;
using namespace latchkey::accounts;
using store::GuardedTable;

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
        "discoverable = 0",
        "discoverable = NULL",
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

TEST_CASE("rows from before there were MACs get theirs once, and with a setting or not at all") {
    Place place;
    place.alter("UPDATE passkeys SET row_mac = NULL; UPDATE identities SET row_mac = NULL");
    CHECK(place.verify().altered.size() == 4);
    CHECK(place->adopt_rows({{"marked", "yes"}}));
    CHECK(place->find_setting("marked") == "yes");
    CHECK(place.verify().altered.empty());
    CHECK(place->find_passkey(place.ada.passkey.record.id)->passkey == place.ada.passkey);
    CHECK(place->find_identity(place.ada_google.who)->identity == place.ada_google);

    // A row that has one, be it a wrong one, is left as it is.
    place.alter("UPDATE passkeys SET status = 1" + row_of(place.ada));
    CHECK(place->adopt_rows({{"marked", "again"}}));
    check_refused(place);

    Place damaged;
    damaged.alter(
        "UPDATE passkeys SET row_mac = NULL; UPDATE passkeys SET transports = 'no list'" +
        row_of(damaged.bob)
    );
    CHECK_FALSE(damaged->adopt_rows({{"marked", "yes"}}));
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
        auto options = verify_options(place.file());
        options.key = {.setting = "key", .fits = [key](const auto& value) { return value == key; }};
        return store::verify(options);
    };
    CHECK(verify_with("right").has_value());
    const auto wrong = verify_with("wrong");
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().kind == store::StoreError::Kind::wrong_key);
    CHECK_FALSE(store::verify(verify_options(place.file() + "x")));
    auto without_audit_key = verify_options(place.file());
    without_audit_key.keys = [](const auto&) { return std::nullopt; };
    CHECK(store::verify(without_audit_key).error().kind == store::StoreError::Kind::wrong_key);
}
