// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/store.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;
using std::chrono::minutes;

namespace {

/// A store with something of each kind in it, and fresh values to change it with.
struct World {
    std::unique_ptr<StoreUnderTest> db = make_store_under_test();
    store::Store& store = db->store();
    Person person = sign_up(store);
    Person newcomer{.account = sample_account(store), .passkey = {}};
    Passkey second = sample_passkey(store, person.account);
    Passkey suspended = sample_passkey(store, person.account);
    Passkey factor = sample_passkey(store, person.account);
    Session session = sample_session(store, person.account, day_one);
    Session fresh_session = sample_session(store, person.account, day_one);
    SignIn sign_in = sample_sign_in(store, person.account, day_one);
    SignIn fresh_sign_in = sample_sign_in(store, person.account, day_one);
    LinkedIdentity identity = sample_identity(store, person.account);
    LinkedIdentity fresh_identity = sample_identity(store, person.account);
    EmailCode code = sample_code(store, day_one);
    EmailCode fresh_code = sample_code(store, day_one);
    EmailAddress guest = address("guest@example.com");
    EmailAddress fresh_guest = address("stranger@example.com");
    Event event = sample_event(store, person.account, day_one);
    AuthenticatorApp app = sample_app(store, person.account, day_one);
    Person with_app = sign_up(store);
    AuthenticatorApp fresh_app = sample_app(store, with_app.account, day_one);
    Phone phone = sample_phone(store, person.account, day_one);
    Phone fresh_phone = sample_phone(store, with_app.account, day_one);
    Hold begun{
        .account = person.account.id,
        .account_epoch = person.account.epoch,
        .started_at = day_one,
        .ends_at = day_one + minutes(1),
    };
    Hold hold{
        .account = with_app.account.id,
        .account_epoch = with_app.account.epoch,
        .started_at = day_one,
        .ends_at = day_one + minutes(1),
    };
    QueueMail letter{MailId(store.next_id()), Bytes(3), day_one, day_one + minutes(1)};
    CountTowardsLimit counted{hash_of(1), 5, minutes(10), day_one};

    World() {
        factor.purpose = CredentialPurpose::second_factor;
        session.passkey = person.passkey.id;
        sign_in.passkey = person.passkey.id;
        REQUIRE(is_committed(commit(
            store,
            {MarkRecovered{person.account.id, day_one - minutes(1)},
             AddPasskey{suspended},
             AddPasskey{factor},
             SuspendPasskey{person.account.id, suspended.id, day_one, std::nullopt},
             OpenSession{session},
             StartSignIn{sign_in},
             StoreCode{code},
             LinkIdentity{identity},
             Invite{guest, day_one + minutes(1)},
             AddAuthenticatorApp{app},
             AddPhone{phone},
             StartHold{.hold = begun, .over_since = day_one},
             SetRecoveryCodes{person.account.id, {hash_of(7)}},
             counted}
        )));
    }

    /// Each change once, each possible in this world.
    [[nodiscard]] std::vector<store::Change> all_changes() const {
        const auto account = person.account.id;
        const auto passkey = person.passkey.id;
        return {
            CreateAccount{newcomer.account},
            ChangeFactors{account, person.account.version, +1},
            RequireEpoch{account, person.account.epoch},
            RaiseEpoch{account, person.account.epoch},
            ChangeEmail{account, person.account.email, fresh_guest},
            SetSecondEmail{account, std::nullopt, guest},
            MarkRecovered{account, day_one},
            FreezeFactors{account, day_one},
            EndRecovery{account},
            SetDeletion{account, std::nullopt, day_one},
            SetLanguage{account, "de"},
            DeleteAccount{account},
            AddPasskey{second},
            UsePasskey{account, passkey, 7, 8, true, day_one, "here"},
            PromoteSecondFactor{account, factor.id},
            RenamePasskey{account, passkey, "other"},
            RemovePasskey{account, passkey, std::nullopt},
            SuspendPasskey{account, passkey, day_one, std::nullopt},
            RestorePasskey{account, suspended.id},
            DeleteSuspendedPasskey{account, suspended.id, day_one},
            LinkIdentity{fresh_identity},
            RequireIdentity{account, identity.who},
            UnlinkIdentity{account, identity.who},
            AddAuthenticatorApp{fresh_app},
            RemoveAuthenticatorApp{account, app.id},
            SpendAppCode{app.id, TotpStep(app.last_step.value() + 1), 50, day_one},
            AddPhone{fresh_phone},
            RemovePhone{account, phone.id},
            CountPhoneGuess{phone.id, 50},
            UsePhone{account, phone.id, day_one},
            SetRecoveryCodes{account, {hash_of(8), hash_of(9)}},
            SpendRecoveryCode{account, hash_of(7)},
            PreferSecondStep{account, SecondStep::recovery_code},
            StartHold{hold, day_one},
            EndHold{account, std::nullopt},
            StoreCode{fresh_code},
            SpendAttempt{code.id, code.mac, 5, day_one},
            counted,
            StartSignIn{fresh_sign_in},
            FinishSignIn{sign_in.id, sign_in.version, day_one},
            OpenSession{fresh_session},
            RequireSession{session.id},
            SeeSession{session.id, day_one + minutes(1)},
            EndSession{session.id},
            EndSessions{account, std::nullopt},
            Invite{fresh_guest, day_one + minutes(1)},
            SpendInvite{guest, day_one},
            AppendEvent{event},
            letter,
        };
    }

    [[nodiscard]] std::pair<std::optional<Passkey>, std::optional<Account>> known(
        const webauthn::CredentialId& id
    ) const {
        const auto found = db->store().find_passkey(id);
        if (!found) return {};
        return {found->passkey, found->account};
    }

    /// Everything that the changes above can change, as one value.
    [[nodiscard]] auto observe() const {
        store::Store& now = db->store();  // another one after a restart
        std::vector<MailId> mails;
        for (const auto& mail : now.due_mails(accounts::Channel::mail, day_one, 10)) {
            mails.push_back(mail.id);
        }
        return std::tuple(
            now.list_accounts(AccountId(0), 10),
            now.list_passkeys(person.account.id),
            known(person.passkey.record.id),
            known(second.record.id),
            now.list_credential_ids(person.account.id),
            now.list_identities(person.account.id),
            now.find_second_steps(person.account.id),
            now.find_second_steps(with_app.account.id),
            now.list_sessions(person.account.id),
            now.find_sign_in(sign_in.id),
            now.find_sign_in(fresh_sign_in.id),
            now.find_code(code.id),
            now.find_code(fresh_code.id),
            now.limit_use(counted.key, counted.window, day_one).count,
            now.is_invited(guest, day_one),
            now.is_invited(fresh_guest, day_one),
            now.list_events(person.account.id, {.count = 10}),
            mails
        );
    }

    [[nodiscard]] store::Change impossible() const {
        return RequireEpoch{person.account.id, person.account.epoch + 10};
    }
};

/// A change that only asks.
bool is_guard(const store::Change& change) {
    return std::holds_alternative<RequireEpoch>(change) ||
           std::holds_alternative<RequireIdentity>(change) ||
           std::holds_alternative<RequireSession>(change);
}

}  // namespace

TEST_CASE("every change is possible alone, and shows") {
    REQUIRE(World().all_changes().size() == std::variant_size_v<accounts::AnyChange>);
    for (std::size_t i = 0; i < std::variant_size_v<accounts::AnyChange>; ++i) {
        CAPTURE(i);
        const World world;
        const auto change = world.all_changes().at(i);
        REQUIRE(change.index() == i);
        const auto before = world.observe();
        CHECK(is_committed(commit(world.store, {change})));
        CHECK((world.observe() == before) == is_guard(change));
    }
}

TEST_CASE("what was read before a change is read anew after it, as after a restart") {
    for (std::size_t i = 0; i < std::variant_size_v<accounts::AnyChange>; ++i) {
        CAPTURE(i);
        const World world;
        const auto change = world.all_changes().at(i);
        static_cast<void>(world.observe());
        REQUIRE(is_committed(commit(world.store, {change})));
        const auto after = world.observe();
        world.db->reopen();
        CHECK(world.observe() == after);
    }
}

TEST_CASE("every change is undone if a later one in its commit is refused") {
    const World world;
    const auto before = world.observe();
    for (const auto& change : world.all_changes()) {
        CAPTURE(change.index());
        // A refused guess would be no guess at all: accounts/changes.hpp keeps it to itself.
        CHECK(is_refused_at(commit(world.store, {change, world.impossible()}), 1));
        CHECK(world.observe() == before);
    }
    world.db->reopen();
}

TEST_CASE("the refused change is named by its place in the commit, and later ones are not made") {
    const World world;
    const auto before = world.observe();
    const auto event = AppendEvent{world.event};
    CHECK(is_refused_at(commit(world.store, {world.impossible(), event}), 0));
    CHECK(is_refused_at(commit(world.store, {event, world.impossible(), world.impossible()}), 1));
    CHECK(world.observe() == before);
}

TEST_CASE("changes of a commit are made in order and see the ones before") {
    const auto db = make_store_under_test();
    const auto account = sample_account(db->store());
    const auto passkey = sample_passkey(db->store(), account);
    const auto session = sample_session(db->store(), account, day_one);
    CHECK(is_refused_at(commit(db->store(), {AddPasskey{passkey}, CreateAccount{account}}), 0));
    CHECK(is_committed(commit(
        db->store(),
        {CreateAccount{account},
         AddPasskey{passkey},
         ChangeFactors{account.id, account.version, +1},
         ChangeFactors{account.id, account.version + 1, -1},
         OpenSession{session}}
    )));
    CHECK(is_committed(commit(db->store(), {})));
}

TEST_CASE("a refused commit does not touch the others of its group") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    std::vector<std::vector<store::Change>> commits;
    std::vector<Session> sessions;
    for (std::size_t i = 0; i < 300; ++i) {
        sessions.push_back(sample_session(db->store(), account, day_one));
        commits.push_back({OpenSession{sessions.back()}});
        if (i % 3 == 1) commits.back().emplace_back(RequireEpoch{account.id, account.epoch + 1});
    }
    const auto results = commit_together(db->store(), std::move(commits));
    for (std::size_t i = 0; i < results.size(); ++i) {
        CAPTURE(i);
        CHECK(is_committed(results[i]) == (i % 3 != 1));
        CHECK(is_refused_at(results[i], 1) == (i % 3 == 1));
        CHECK(db->store().find_session(sessions[i].id).has_value() == (i % 3 != 1));
    }
}

TEST_CASE("a commit that was answered is seen by every read that begins after, and stays") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    std::atomic<int> missing{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                const auto session = sample_session(db->store(), account, day_one);
                if (!is_committed(commit(db->store(), {OpenSession{session}}))) ++missing;
                if (!db->store().find_session(session.id)) ++missing;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(missing == 0);
    CHECK(db->store().list_sessions(account.id).size() == 200);
    db->reopen();
    CHECK(db->store().list_sessions(account.id).size() == 200);
}

TEST_CASE("a read that began after an answer sees what was answered, however often it is asked") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    std::atomic<std::uint32_t> answered{account.version};
    std::atomic<bool> is_over{false};
    std::atomic<int> stale{0};
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 3; ++reader) {
        readers.emplace_back([&] {
            while (!is_over) {
                const auto at_least = answered.load();
                const auto found = db->store().find_passkey(passkey.record.id);
                if (!found || found->account.version < at_least) ++stale;
            }
        });
    }
    for (std::uint32_t i = 0; i < 300; ++i) {
        const auto from = account.version + i;
        // What is refused in the same group, or undone with its commit, leaves no trace.
        const auto results = commit_together(
            db->store(),
            {{ChangeFactors{account.id, from, 0}},
             {ChangeFactors{account.id, from + 1, 0}, RequireEpoch{account.id, 99}},
             {RenamePasskey{account.id, passkey.id, std::to_string(i)}}}
        );
        CHECK(is_committed(results[0]));
        CHECK(is_refused_at(results[1], 1));
        CHECK(is_committed(results[2]));
        answered = from + 1;
        CHECK(db->store().find_passkey(passkey.record.id)->passkey.name == std::to_string(i));
    }
    is_over = true;
    for (auto& reader : readers) {
        reader.join();
    }
    CHECK(stale == 0);
}

TEST_CASE("a read sees a commit whole or not at all") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    std::atomic<bool> is_over{false};
    std::atomic<int> torn{0};
    // Each commit moves the version and the number of passkeys together.
    std::thread reader([&] {
        while (!is_over) {
            const auto found = db->store().find_passkey(passkey.record.id);
            if (!found || found->account.version - 3 != found->passkey.record.sign_count - 7) {
                ++torn;
            }
        }
    });
    for (std::uint32_t i = 0; i < 100; ++i) {
        const auto result = commit(
            db->store(),
            {ChangeFactors{account.id, 3 + i, 0},
             UsePasskey{account.id, passkey.id, 7 + i, 8 + i, false, day_one, ""}}
        );
        CHECK(is_committed(result));
    }
    is_over = true;
    reader.join();
    CHECK(torn == 0);
}
