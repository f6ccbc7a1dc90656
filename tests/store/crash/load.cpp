// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/crash/load.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "latchkey/bytes.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/crash/line.hpp"
#include "store/crash/place.hpp"
#include "store/samples.hpp"
#include "store/store.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fixed_clock.hpp"
#include "support/row_macs.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

namespace latchkey::test {

namespace {

using namespace latchkey::accounts;

/// One line, in one write: a killed process leaves whole lines.
void say(const Line& line) {
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(),
        text.size(),
        "%c %lld %lld\n",
        static_cast<char>(line.said),
        static_cast<long long>(line.of),
        static_cast<long long>(line.what)
    );
    if (::write(STDOUT_FILENO, text.data(), static_cast<std::size_t>(size)) != size) std::exit(3);
}

/// Nobody else touches what a thread made, and the disk works: a load that is not taken tests
/// nothing, so it ends.
[[noreturn]] void give_up(const Line& line) {
    std::fprintf(stderr, "the load: %c was not taken\n", static_cast<char>(line.said));
    std::_Exit(4);
}

bool is_right(const store::CommitResult& result) {
    const auto* committed = std::get_if<store::Committed>(&result);
    return committed != nullptr && committed->spent.at(0).right;
}

/// People who sign up, sign in and change what they have, one after the other.
class People {
public:
    People(store::Store& store, std::uint64_t seed) : store_(store), random_(seed) {}

    [[noreturn]] void run() {
        for (;;) {
            const Person person = new_person();
            for (int i = static_cast<int>(random_() % 4); i > 0; --i) {
                sign_in(person);
            }
            guess();
            if (random_() % 2 == 0) take_second_steps(person);
            if (random_() % 2 == 0) change_contacts(person);
            if (random_() % 2 == 0) suspend(person);
            if (random_() % 2 == 0) stop_things(person);
            if (random_() % 3 == 0) remove(person);
            if (random_() % 4 == 0) delete_somebody();
        }
    }

private:
    Person new_person() {
        Person person{.account = sample_account(store_), .passkey = {}};
        person.passkey = sample_passkey(store_, person.account);
        const auto second = sample_passkey(store_, person.account);
        person.account.factors = 2;
        keep(
            {Said::signed_up, person.account.id.value(), person.passkey.id.value()},
            {CreateAccount{person.account},
             AddPasskey{person.passkey},
             AddPasskey{second},
             AppendEvent{sample_event(store_, person.account, day_one)}}
        );
        return person;
    }

    void sign_in(const Person& person) {
        auto session = sample_session(store_, person.account, day_one);
        session.passkey = person.passkey.id;
        keep(
            {Said::signed_in, person.passkey.id.value(), session.id.value()},
            {UsePasskey{person.account.id, person.passkey.id, 7, 7, false, day_one, "here"},
             RequireEpoch{person.account.id, person.account.epoch},
             OpenSession{session},
             AppendEvent{sample_event(store_, person.account, day_one)}}
        );
    }

    void guess() {
        const auto code = sample_code(store_, day_one);
        const Line line{Said::guessed, 0, code.id.value()};
        if (!is_committed(commit(store_, {StoreCode{code}}))) give_up(line);
        if (!is_right(commit(store_, {SpendAttempt{code.id, code.mac, 5, day_one}}))) give_up(line);
        say(line);
    }

    /// Turns two-step sign-in on, and uses each of its ways.
    void take_second_steps(const Person& person) {
        const auto id = person.account.id;
        const auto app = sample_app(store_, person.account, day_one);
        const auto mac = hash_of(static_cast<std::uint64_t>(app.id.value()));
        keep(
            {Said::app_added, id.value(), app.id.value()},
            {ChangeFactors{id, version_of(person), +1},
             AddAuthenticatorApp{app},
             SetRecoveryCodes{id, {mac}}}
        );
        const TotpStep step(app.last_step.value() + 1);
        keep(
            {Said::app_code_used, id.value(), step.value()},
            {SpendAppCode{app.id, step, 50, day_one}}
        );
        keep({Said::recovery_code_used, id.value(), app.id.value()}, {SpendRecoveryCode{id, mac}});
        const auto phone = sample_phone(store_, person.account, day_one);
        keep({Said::phone_added, id.value(), phone.id.value()}, {AddPhone{phone}});
        keep({Said::phone_used, id.value(), phone.id.value()}, {UsePhone{id, phone.id, day_one}});
    }

    /// Other ways in and other addresses, with a mail that tells of them.
    void change_contacts(const Person& person) {
        const auto id = person.account.id;
        const auto identity = sample_identity(store_, person.account);
        const auto first = store_.next_id();
        const auto second = store_.next_id();
        const MailId mail(store_.next_id());
        keep({Said::identity_linked, id.value(), identity.id.value()}, {LinkIdentity{identity}});
        keep(
            {Said::email_changed, id.value(), first},
            {ChangeEmail{id, person.account.email, address_numbered(first)}}
        );
        keep(
            {Said::second_email_set, id.value(), second},
            {SetSecondEmail{id, std::nullopt, address_numbered(second)}}
        );
        keep(
            {Said::mail_queued, id.value(), mail.value()},
            {QueueMail{mail, Bytes(3), day_one, day_one + std::chrono::hours(1)}}
        );
    }

    /// A passkey more, that is suspended, and restored half of the time.
    void suspend(const Person& person) {
        const auto id = person.account.id;
        const auto passkey = sample_passkey(store_, person.account);
        keep(
            {Said::passkey_suspended, id.value(), passkey.id.value()},
            {ChangeFactors{id, version_of(person), 0},
             AddPasskey{passkey},
             SuspendPasskey{id, passkey.id, day_one, std::nullopt}}
        );
        if (random_() % 2 == 0) return;
        keep(
            {Said::passkey_restored, id.value(), passkey.id.value()},
            {ChangeFactors{id, version_of(person), +1}, RestorePasskey{id, passkey.id}}
        );
    }

    /// A wait, frozen factors, and an end of the account that is asked for.
    void stop_things(const Person& person) {
        const auto id = person.account.id;
        const Hold hold{
            .account = id,
            .account_epoch = person.account.epoch,
            .started_at = day_one,
            .ends_at = day_one + std::chrono::hours(24),
        };
        keep({Said::hold_started, id.value(), 0}, {StartHold{.hold = hold, .over_since = day_one}});
        keep({Said::factors_frozen, id.value(), 0}, {FreezeFactors{id, day_one}});
        keep({Said::deletion_asked, id.value(), 0}, {SetDeletion{id, std::nullopt, day_one}});
    }

    void remove(const Person& person) {
        const auto id = person.account.id;
        const auto passkey = person.passkey.id;
        say({Said::removing_passkey, id.value(), passkey.value()});
        keep(
            {Said::passkey_removed, id.value(), passkey.value()},
            {ChangeFactors{id, version_of(person), -1}, RemovePasskey{id, passkey, std::nullopt}}
        );
    }

    void delete_somebody() {
        const Person gone = sign_up(store_);
        keep(
            {Said::account_deleted, gone.account.id.value(), gone.passkey.id.value()},
            {DeleteAccount{gone.account.id}}
        );
    }

    std::uint32_t version_of(const Person& person) {
        return store_.find_account(person.account.id).value().version;
    }

    /// Says so, once it is acknowledged.
    void keep(const Line& line, std::vector<store::Change> changes) {
        if (!is_committed(commit(store_, std::move(changes)))) give_up(line);
        say(line);
    }

    store::Store& store_;
    std::mt19937_64 random_;
};

/// The server's own work: seals the audit log, sends mails, and brings rows under another key.
class Upkeep {
public:
    explicit Upkeep(store::Store& store) : store_(store) {}

    [[noreturn]] void run() {
        for (;;) {
            if (const auto head = store_.seal_audit(day_one)) {
                say({Said::log_sealed, 0, head->position});
            }
            for (const auto& mail : store_.due_mails(Channel::mail, day_one, 1)) {
                say({Said::sending_mail, 0, mail.id.value()});
                store_.finish_mail(mail.id);
                say({Said::mail_sent, 0, mail.id.value()});
            }
            renew_some();
        }
    }

private:
    void renew_some() {
        const auto keep_secret = [](const store::SealedSecret&) { return std::nullopt; };
        place_ = store_.renew(place_, 10, keep_secret).value();
        if (place_.table != store::RenewedTable::none) return;
        place_ = {};
        newest_ = newest_ == NewestKey::first ? NewestKey::second : NewestKey::first;
        store_.use_keys(store_keys(crash_macs(newest_)));
    }

    store::Store& store_;
    store::RenewalPlace place_;
    NewestKey newest_ = NewestKey::first;
};

}  // namespace

void run_load(const std::filesystem::path& database, std::uint64_t seed) {
    register_faulty_vfs();
    const FixedClock clock(day_one);
    const auto store = open_crash_store(database, clock, faulty_vfs);
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 4; ++i) {
        threads.emplace_back([&store, seed, i] { People(*store, seed * 4 + i).run(); });
    }
    threads.emplace_back([&store] { Upkeep(*store).run(); });
    for (auto& thread : threads) {
        thread.join();
    }
    std::exit(0);
}

}  // namespace latchkey::test
