// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;
using std::chrono::hours;

namespace {

/// As it is listed, after a check that finding it by its credential id gives the same.
Passkey stored(StoreUnderTest& db, const Passkey& passkey) {
    auto found = db.store().find_passkey(passkey.record.id);
    REQUIRE(found.has_value());
    const auto all = db.store().list_passkeys(passkey.account);
    const auto listed = std::ranges::find(all, passkey.id, &Passkey::id);
    REQUIRE(listed != all.end());
    found->passkey.last_used_at = listed->last_used_at;
    found->passkey.last_used_on = listed->last_used_on;
    CHECK(found->passkey == *listed);
    return *listed;
}

}  // namespace

TEST_CASE("a passkey reads back as it was added, with its account") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());

    const auto found = db->store().find_passkey(passkey.record.id);
    REQUIRE(found.has_value());
    CHECK(found->passkey == passkey);
    CHECK(found->account == account);

    auto unknown = passkey.record.id.value();
    unknown.push_back(std::byte{0});
    CHECK_FALSE(db->store().find_passkey(webauthn::CredentialId(unknown)).has_value());
    unknown.resize(1);
    CHECK_FALSE(db->store().find_passkey(webauthn::CredentialId(unknown)).has_value());
    CHECK_FALSE(db->store().find_passkey(webauthn::CredentialId()).has_value());
}

TEST_CASE("every member of a passkey is kept, at the ends of its range") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    auto passkey = sample_passkey(db->store(), account);
    passkey.record.id = webauthn::CredentialId(Bytes(1'023, std::byte{0xff}));
    passkey.record.public_key = {
        .algorithm = webauthn::CoseAlgorithm::rs256, .material = Bytes(550, std::byte{0x30})
    };
    passkey.record.sign_count = 0xffff'ffff;
    passkey.record.uv_initialized = false;
    passkey.record.backup_eligible = false;
    passkey.record.backup_state = true;
    passkey.record.transports = {"usb", R"(a "new", one\)", ""};
    passkey.record.aaguid = webauthn::Aaguid({std::byte{1}, std::byte{2}});
    passkey.record.attestation_format = "packed";
    passkey.record.rp_id = webauthn::RpId("localhost");
    passkey.purpose = CredentialPurpose::second_factor;
    passkey.status = CredentialStatus::suspended;
    passkey.name = "Ключ ' -- \xf0\x9f\x94\x91";
    passkey.created_on = "";
    passkey.last_used_at = day_one + hours(1);
    passkey.last_used_on = "Edge on Windows";
    passkey.suspended_at = day_one + hours(2);
    passkey.recovered_at = day_one + hours(3);
    REQUIRE(committed(*db, {AddPasskey{passkey}}));

    CHECK(stored(*db, passkey) == passkey);
    CHECK(db->store().list_passkeys(account.id).back() == passkey);
    db->reopen();
    CHECK(stored(*db, passkey) == passkey);
}

TEST_CASE("a credential id belongs to one account only (7.1 step 26)") {
    const auto db = make_store_under_test();
    const auto first = sign_up(db->store());
    const auto second = sign_up(db->store());

    auto again = sample_passkey(db->store(), first.account);
    again.record.id = first.passkey.record.id;
    CHECK(refused(*db, {AddPasskey{again}}, 0));

    auto elsewhere = sample_passkey(db->store(), second.account);
    elsewhere.record.id = first.passkey.record.id;
    CHECK(refused(*db, {AddPasskey{elsewhere}}, 0));

    // Also while it is suspended.
    REQUIRE(
        committed(*db, {SuspendPasskey{first.account.id, first.passkey.id, day_one, std::nullopt}})
    );
    CHECK(refused(*db, {AddPasskey{elsewhere}}, 0));
}

TEST_CASE("of 100 additions of one credential id at once exactly one is made") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    std::vector<std::vector<store::Change>> commits;
    const auto id = sample_passkey(db->store(), account).record.id;
    for (int i = 0; i < 100; ++i) {
        auto passkey = sample_passkey(db->store(), account);
        passkey.record.id = id;
        commits.push_back({AddPasskey{passkey}});
    }
    const auto results = commit_together(db->store(), std::move(commits));
    CHECK(std::ranges::count_if(results, is_committed) == 1);
    CHECK(std::ranges::count_if(results, [](const auto& r) { return is_refused_at(r, 0); }) == 99);
    CHECK(db->store().list_passkeys(account.id).size() == 2);
}

TEST_CASE("a passkey is added only to an account that has its user handle") {
    const auto db = make_store_under_test();
    const auto first = sign_up(db->store());
    const auto second = sign_up(db->store());

    auto passkey = sample_passkey(db->store(), first.account);
    passkey.record.user_handle = second.account.user_handle;
    CHECK(refused(*db, {AddPasskey{passkey}}, 0));

    passkey = sample_passkey(db->store(), first.account);
    passkey.account = AccountId(db->store().next_id());
    CHECK(refused(*db, {AddPasskey{passkey}}, 0));
}

TEST_CASE("passkeys are listed oldest first, whatever their purpose or status") {
    const auto db = make_store_under_test();
    const auto [account, first] = sign_up(db->store());
    auto second = sample_passkey(db->store(), account);
    second.purpose = CredentialPurpose::second_factor;
    auto third = sample_passkey(db->store(), account);
    third.status = CredentialStatus::suspended;
    third.suspended_at = day_one;
    sign_up(db->store());
    REQUIRE(committed(*db, {AddPasskey{third}}));
    REQUIRE(committed(*db, {AddPasskey{second}}));

    CHECK(db->store().list_passkeys(account.id) == std::vector<Passkey>{first, second, third});
    CHECK(db->store().list_passkeys(AccountId(db->store().next_id())).empty());
}

TEST_CASE("T43: the list of credential ids holds every one, suspended and second factors too") {
    const auto db = make_store_under_test();
    const auto [account, first] = sign_up(db->store());
    auto second = sample_passkey(db->store(), account);
    second.purpose = CredentialPurpose::second_factor;
    const auto third = sample_passkey(db->store(), account);
    REQUIRE(committed(*db, {AddPasskey{second}, AddPasskey{third}}));
    REQUIRE(committed(*db, {SuspendPasskey{account.id, first.id, day_one, std::nullopt}}));
    const std::vector all{first.record.id, second.record.id, third.record.id};
    CHECK(db->store().list_credential_ids(account.id) == all);
    static_cast<void>(db->store().find_passkey(second.record.id));
    CHECK(db->store().list_credential_ids(account.id) == all);
    REQUIRE(committed(*db, {RemovePasskey{account.id, third.id, std::nullopt}}));
    CHECK(db->store().list_credential_ids(account.id).size() == 2);
    CHECK(db->store().list_credential_ids(AccountId(db->store().next_id())).empty());
}

TEST_CASE("using a passkey keeps its counter, backup state, time and place (7.2 step 24)") {
    const auto db = make_store_under_test();
    auto passkey = sign_up(db->store()).passkey;
    const auto at = day_one + hours(5);

    REQUIRE(
        committed(*db, {UsePasskey{passkey.account, passkey.id, 7, 9, true, at, "Safari on iOS"}})
    );
    passkey.record.sign_count = 9;
    passkey.record.backup_state = true;
    passkey.last_used_at = at;
    passkey.last_used_on = "Safari on iOS";
    CHECK(stored(*db, passkey) == passkey);
    CHECK(db->store().list_passkeys(passkey.account) == std::vector{passkey});

    REQUIRE(committed(
        *db, {UsePasskey{passkey.account, passkey.id, 9, 9, false, at + hours(1), "Safari on iOS"}}
    ));
    passkey.record.backup_state = false;
    passkey.last_used_at = at + hours(1);
    CHECK(stored(*db, passkey) == passkey);
    db->reopen();
    CHECK(stored(*db, passkey) == passkey);
    CHECK(db->store().list_passkeys(passkey.account) == std::vector{passkey});
}

TEST_CASE("of many uses of many passkeys each keeps its last, also over restarts and removals") {
    const auto db = make_store_under_test();
    std::vector<Person> people;
    for (int i = 0; i < 10; ++i) {
        people.push_back(sign_up(db->store()));
    }
    std::vector<std::optional<TimePoint>> last(people.size());
    for (std::size_t i = 0; i < 300; ++i) {
        const auto who = i * i % people.size();
        const auto at = day_one + std::chrono::seconds(i);
        const auto use =
            UsePasskey{people[who].account.id, people[who].passkey.id, 7, 7, false, at, "use"};
        if (i % 7 == 3) {
            CHECK(refused(*db, {use, RequireEpoch{people[who].account.id, 99}}, 1));
        } else {
            REQUIRE(committed(*db, {use}));
            last[who] = at;
        }
        if (i % 100 == 50) db->reopen();
        CHECK(stored(*db, people[who].passkey).last_used_at == last[who]);
    }
    REQUIRE(
        committed(*db, {RemovePasskey{people[0].account.id, people[0].passkey.id, std::nullopt}})
    );
    REQUIRE(committed(*db, {DeleteAccount{people[1].account.id}}));
    db->reopen();
    for (std::size_t who = 2; who < people.size(); ++who) {
        CHECK(stored(*db, people[who].passkey).last_used_at == last[who]);
    }
}

TEST_CASE("using a passkey is refused if its counter moved, or if it is not active") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    const auto use = [&](std::uint32_t from, std::uint32_t to) -> std::vector<store::Change> {
        return {UsePasskey{passkey.account, passkey.id, from, to, false, day_one, ""}};
    };
    CHECK(refused(*db, use(6, 8), 0));
    CHECK(refused(*db, use(8, 9), 0));
    REQUIRE(committed(*db, use(7, 8)));
    CHECK(refused(*db, use(7, 8), 0));  // the same assertion again
    REQUIRE(committed(*db, use(8, 8)));

    const auto nobody =
        UsePasskey{account.id, PasskeyId(db->store().next_id()), 8, 9, false, day_one, ""};
    CHECK(refused(*db, {nobody}, 0));
    const auto other = sign_up(db->store()).account;
    CHECK(refused(*db, {UsePasskey{other.id, passkey.id, 8, 9, false, day_one, ""}}, 0));
    REQUIRE(committed(*db, {SuspendPasskey{account.id, passkey.id, day_one, std::nullopt}}));
    CHECK(refused(*db, use(8, 9), 0));
    REQUIRE(stored(*db, passkey).status == CredentialStatus::suspended);
}

TEST_CASE("of 50 uses at once that saw the same counter exactly one is made (T8)") {
    const auto db = make_store_under_test();
    const auto passkey = sign_up(db->store()).passkey;
    const std::vector<std::vector<store::Change>> commits(
        50, {UsePasskey{passkey.account, passkey.id, 7, 8, false, day_one, ""}}
    );
    const auto results = commit_together(db->store(), commits);
    CHECK(std::ranges::count_if(results, is_committed) == 1);
}

TEST_CASE("a passkey is renamed by its own account only") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    const auto other = sign_up(db->store()).account;

    REQUIRE(committed(*db, {RenamePasskey{account.id, passkey.id, "Work"}}));
    CHECK(stored(*db, passkey).name == "Work");
    CHECK(refused(*db, {RenamePasskey{other.id, passkey.id, "Mine"}}, 0));
    CHECK(refused(*db, {RenamePasskey{account.id, PasskeyId(db->store().next_id()), "x"}}, 0));
    CHECK(stored(*db, passkey).name == "Work");
}

TEST_CASE("a passkey is removed by its own account only, and only while it is active") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    const auto other = sign_up(db->store()).account;
    CHECK(refused(*db, {RemovePasskey{other.id, passkey.id, std::nullopt}}, 0));

    const auto suspended = sample_passkey(db->store(), account);
    REQUIRE(committed(
        *db,
        {AddPasskey{suspended}, SuspendPasskey{account.id, suspended.id, day_one, std::nullopt}}
    ));
    CHECK(refused(*db, {RemovePasskey{account.id, suspended.id, std::nullopt}}, 0));
    CHECK(refused(*db, {SuspendPasskey{account.id, suspended.id, day_one, std::nullopt}}, 0));

    CHECK(refused(*db, {DeleteSuspendedPasskey{other.id, suspended.id, day_one}}, 0));
    CHECK(refused(*db, {RestorePasskey{other.id, suspended.id}}, 0));
    CHECK(refused(*db, {RestorePasskey{account.id, passkey.id}}, 0));
    REQUIRE(committed(*db, {RestorePasskey{account.id, suspended.id}}));
    CHECK(stored(*db, suspended).status == CredentialStatus::active);
    CHECK(stored(*db, suspended).suspended_at == std::nullopt);
    CHECK(refused(*db, {RestorePasskey{account.id, suspended.id}}, 0));

    REQUIRE(committed(*db, {RemovePasskey{account.id, passkey.id, std::nullopt}}));
    CHECK_FALSE(db->store().find_passkey(passkey.record.id).has_value());
    CHECK(refused(*db, {RemovePasskey{account.id, passkey.id, std::nullopt}}, 0));
    CHECK(refused(*db, {SuspendPasskey{account.id, passkey.id, day_one, std::nullopt}}, 0));
}

TEST_CASE("suspended passkeys are listed by when it was, and deleted while they still are") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    auto first = sample_passkey(db->store(), account);
    auto second = sample_passkey(db->store(), account);
    first.status = second.status = CredentialStatus::suspended;
    first.suspended_at = day_one;
    second.suspended_at = day_one + hours(1);
    REQUIRE(committed(*db, {AddPasskey{second}, AddPasskey{first}}));
    const auto listed = [&db](TimePoint until, std::size_t count) {
        return db->store().list_suspended(until, count);
    };
    CHECK(listed(day_one - std::chrono::milliseconds(1), 9).empty());
    CHECK(listed(day_one, 9) == std::vector{first});
    CHECK(listed(day_one + hours(1), 9) == std::vector{first, second});
    CHECK(listed(day_one + hours(1), 1) == std::vector{first});

    const DeleteSuspendedPasskey deletion{account.id, first.id, day_one};
    REQUIRE(committed(*db, {RestorePasskey{account.id, first.id}}));
    CHECK(refused(*db, {deletion}, 0));
    REQUIRE(committed(*db, {SuspendPasskey{account.id, first.id, day_one + hours(2), {}}}));
    CHECK(refused(*db, {deletion}, 0));
    REQUIRE(committed(*db, {DeleteSuspendedPasskey{account.id, second.id, *second.suspended_at}}));
    CHECK_FALSE(db->store().find_passkey(second.record.id).has_value());
    CHECK(refused(*db, {DeleteSuspendedPasskey{account.id, passkey.id, day_one}}, 0));
    CHECK(listed(day_one + hours(9), 9).size() == 1);
}

TEST_CASE("removing or suspending a passkey ends what it opened, but the session that is kept") {
    for (const bool removes : {true, false}) {
        CAPTURE(removes);
        const auto db = make_store_under_test();
        const auto [account, passkey] = sign_up(db->store());
        auto acting = sample_session(db->store(), account, day_one);
        acting.passkey = passkey.id;
        auto elsewhere = sample_session(db->store(), account, day_one);
        elsewhere.passkey = passkey.id;
        const auto by_code = sample_session(db->store(), account, day_one);
        auto proved = sample_sign_in(db->store(), account, day_one);
        proved.passkey = passkey.id;
        const auto by_code_too = sample_sign_in(db->store(), account, day_one);
        REQUIRE(committed(
            *db,
            {OpenSession{acting},
             OpenSession{elsewhere},
             OpenSession{by_code},
             StartSignIn{proved},
             StartSignIn{by_code_too}}
        ));

        if (removes) {
            REQUIRE(committed(*db, {RemovePasskey{account.id, passkey.id, acting.id}}));
        } else {
            const auto at = day_one + hours(1);
            REQUIRE(committed(*db, {SuspendPasskey{account.id, passkey.id, at, acting.id}}));
            CHECK(stored(*db, passkey).status == CredentialStatus::suspended);
            CHECK(stored(*db, passkey).suspended_at == at);
        }
        CHECK(db->store().list_sessions(account.id) == std::vector<Session>{acting, by_code});
        CHECK_FALSE(db->store().find_session(elsewhere.id).has_value());
        CHECK_FALSE(db->store().find_sign_in(proved.id).has_value());
        CHECK(db->store().find_sign_in(by_code_too.id) == by_code_too);
    }
}
