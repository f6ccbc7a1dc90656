// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/crash_load.hpp"

#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fixed_clock.hpp"
#include "support/row_macs.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <sqlite3.h>
#include <unistd.h>

namespace latchkey::test {

namespace {

using namespace latchkey::accounts;

std::unique_ptr<store::Store> open(
    const std::filesystem::path& database, const Clock& clock, const char* vfs
) {
    auto opened = store::SqliteStore::open(
        {.path = database, .clock = &clock, .queue_limit = 1'000'000, .vfs = vfs}
    );
    if (opened) {
        (*opened)->use_keys(store_keys());
        return *std::move(opened);
    }
    std::fprintf(stderr, "%s: %s\n", opened.error().what.c_str(), opened.error().mend.c_str());
    std::exit(2);
}

/// One line, in one write: a killed process leaves whole lines.
void say(const Acknowledged& line) {
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(),
        text.size(),
        "%c %lld %lld\n",
        line.kind,
        static_cast<long long>(line.account),
        static_cast<long long>(line.other)
    );
    if (::write(STDOUT_FILENO, text.data(), static_cast<std::size_t>(size)) != size) std::exit(3);
}

EmailAddress address_numbered(std::int64_t number) {
    return EmailAddress::parse("moved" + std::to_string(number) + "@example.org").value();
}

bool is_right(const store::CommitResult& result) {
    const auto* committed = std::get_if<store::Committed>(&result);
    return committed != nullptr && committed->spent.at(0).right;
}

class Load {
public:
    Load(store::Store& store, std::uint64_t seed) : store_(store), random_(seed) {}

    [[noreturn]] void run() {
        for (;;) {
            Person person = new_person();
            for (int i = static_cast<int>(random_() % 4); i > 0; --i) {
                sign_in(person);
            }
            guess();
            if (random_() % 2 == 0) take_second_steps(person);
            if (random_() % 2 == 0) change_the_rest(person);
            if (random_() % 3 == 0) remove(person);
        }
    }

private:
    Person new_person() {
        Person person{.account = sample_account(store_), .passkey = {}};
        person.passkey = sample_passkey(store_, person.account);
        const auto second = sample_passkey(store_, person.account);
        person.account.factors = 2;
        const auto result = commit(
            store_,
            {CreateAccount{person.account},
             AddPasskey{person.passkey},
             AddPasskey{second},
             AppendEvent{sample_event(store_, person.account, day_one)}}
        );
        if (is_committed(result)) {
            say({'A', person.account.id.value(), person.passkey.id.value()});
        }
        return person;
    }

    void sign_in(const Person& person) {
        auto session = sample_session(store_, person.account, day_one);
        session.passkey = person.passkey.id;
        const auto result = commit(
            store_,
            {UsePasskey{person.account.id, person.passkey.id, 7, 7, false, day_one, "here"},
             RequireEpoch{person.account.id, person.account.epoch},
             OpenSession{session},
             AppendEvent{sample_event(store_, person.account, day_one)}}
        );
        if (is_committed(result)) say({'S', person.passkey.id.value(), session.id.value()});
    }

    void guess() {
        const auto code = sample_code(store_, day_one);
        if (!is_committed(commit(store_, {StoreCode{code}}))) return;
        if (is_right(commit(store_, {SpendAttempt{code.id, code.mac, 5, day_one}}))) {
            say({'C', 0, code.id.value()});
        }
    }

    /// Turns two-step sign-in on, and uses it twice.
    void take_second_steps(Person& person) {
        const auto id = person.account.id;
        const auto app = sample_app(store_, person.account, day_one);
        const auto mac = hash_of(static_cast<std::uint64_t>(app.id.value()));
        const bool is_on = keep(
            {'T', id.value(), app.id.value()},
            {ChangeFactors{id, person.account.version, +1},
             AddAuthenticatorApp{app},
             SetRecoveryCodes{id, {mac}}}
        );
        if (!is_on) return;
        ++person.account.version;
        const TotpStep step(app.last_step.value() + 1);
        keep({'t', id.value(), step.value()}, {SpendAppCode{app.id, step, 50, day_one}});
        keep({'K', id.value(), app.id.value()}, {SpendRecoveryCode{id, mac}});
    }

    /// What changes beside the factors, each in a commit of its own.
    void change_the_rest(const Person& person) {
        const auto id = person.account.id;
        const auto identity = sample_identity(store_, person.account);
        const auto number = store_.next_id();
        const Hold hold{
            .account = id,
            .account_epoch = person.account.epoch,
            .started_at = day_one,
            .ends_at = day_one + std::chrono::hours(24),
        };
        keep({'L', id.value(), identity.id.value()}, {LinkIdentity{identity}});
        keep(
            {'E', id.value(), number},
            {ChangeEmail{id, person.account.email, address_numbered(number)}}
        );
        keep({'H', id.value(), 0}, {StartHold{.hold = hold, .over_since = day_one}});
        keep({'F', id.value(), 0}, {FreezeFactors{id, day_one}});
        keep({'D', id.value(), 0}, {SetDeletion{id, std::nullopt, day_one}});
    }

    bool keep(const Acknowledged& line, std::vector<store::Change> changes) {
        const bool is_kept = is_committed(commit(store_, std::move(changes)));
        if (is_kept) say(line);
        return is_kept;
    }

    void remove(const Person& person) {
        say({'x', person.account.id.value(), person.passkey.id.value()});
        const auto result = commit(
            store_,
            {ChangeFactors{person.account.id, person.account.version, -1},
             RemovePasskey{person.account.id, person.passkey.id, std::nullopt}}
        );
        if (is_committed(result)) {
            say({'R', person.account.id.value(), person.passkey.id.value()});
        }
    }

    store::Store& store_;
    std::mt19937_64 random_;
};

/// What SQLite itself finds wrong with the file, from the first page to the last.
std::string integrity(const std::filesystem::path& database) {
    sqlite3* handle = nullptr;
    std::string found = "cannot be opened";
    if (sqlite3_open(database.c_str(), &handle) == SQLITE_OK) {
        const auto note = [](void* out, int, char** values, char**) {
            *static_cast<std::string*>(out) = values[0];
            return 0;
        };
        found = "cannot be checked";
        sqlite3_exec(handle, "PRAGMA integrity_check(1)", note, &found, nullptr);
        std::string violations;
        sqlite3_exec(handle, "PRAGMA foreign_key_check", note, &violations, nullptr);
        if (!violations.empty()) found = "a foreign key does not hold in " + violations;
    }
    sqlite3_close(handle);
    return found;
}

/// Whether the account is as the line says.
bool is_as_said(store::Store& store, const Acknowledged& line) {
    const AccountId id(line.account);
    const auto read = [&store, id] { return store.find_account(id).value_or(Account{}); };
    switch (line.kind) {
        case 'T': {
            const auto app = store.find_second_steps(id).app;
            return app && app->id.value() == line.other;
        }
        case 'K':
            return store.find_second_steps(id).recovery_codes == 0;
        case 'L':
            return std::ranges::any_of(
                store.list_identities(id),
                [&line](const LinkedIdentity& identity) {
                    return identity.id.value() == line.other;
                }
            );
        case 'E':
            return read().email == address_numbered(line.other);
        case 'H':
            return store.find_second_steps(id).hold.has_value();
        case 'F':
            return read().frozen_at == day_one;
        case 'D':
            return read().deletes_at == day_one;
        default:
            return true;
    }
}

/// The same guess once more, if the line is about a right one at a second step.
std::optional<store::Change> guess_again(store::Store& store, const Acknowledged& line) {
    const AccountId id(line.account);
    if (line.kind == 'K') {
        return SpendRecoveryCode{id, hash_of(static_cast<std::uint64_t>(line.other))};
    }
    const auto app = line.kind == 't' ? store.find_second_steps(id).app : std::nullopt;
    if (!app) return std::nullopt;
    return SpendAppCode{app->id, TotpStep(line.other), 1'000, day_one};
}

}  // namespace

void run_load(const std::filesystem::path& database, std::uint64_t seed) {
    register_faulty_vfs();
    const FixedClock clock(day_one);
    const auto store = open(database, clock, faulty_vfs);
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 4; ++i) {
        threads.emplace_back([&store, seed, i] { Load(*store, seed * 4 + i).run(); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    std::exit(0);
}

void Expected::add(const Acknowledged& line) {
    const bool is_id = line.kind != 't';
    highest_id_ = std::max({highest_id_, line.account, is_id ? line.other : 0});
    switch (line.kind) {
        case 'A':
            accounts_.insert(line.account);
            passkeys_[line.other].account = line.account;
            break;
        case 'S':
            sessions_[line.other] = line.account;
            break;
        case 'C':
            codes_.insert(line.other);
            break;
        case 'x':
            passkeys_[line.other].is_removing = true;
            break;
        case 'R':
            passkeys_[line.other].is_removed = true;
            break;
        case 'T':
        case 't':
        case 'K':
        case 'L':
        case 'E':
        case 'H':
        case 'F':
        case 'D':
            kept_.push_back(line);
            break;
        default:
            throw std::runtime_error("crash test: a line that is none");
    }
}

std::vector<std::string> Expected::find_faults(const std::filesystem::path& database) const {
    const FixedClock clock(day_one);
    const auto store = open(database, clock, "");
    std::vector<std::string> faults = find_account_faults(*store);
    for (auto found : {find_passkey_faults(*store), find_code_faults(*store)}) {
        std::ranges::move(found, std::back_inserter(faults));
    }
    for (const auto& line : kept_) {
        if (is_as_said(*store, line)) continue;
        faults.push_back(
            std::string(1, line.kind) + " of " + std::to_string(line.account) + " is lost"
        );
    }
    if (store->next_id() <= highest_id_) faults.emplace_back("an id is given twice");
    const auto state = integrity(database);
    if (state != "ok") faults.push_back("integrity check: " + state);
    return faults;
}

std::vector<std::string> Expected::find_account_faults(store::Store& store) const {
    std::vector<std::string> faults;
    for (const auto id : accounts_) {
        const auto account = store.find_account(AccountId(id));
        if (!account) {
            faults.push_back("account " + std::to_string(id) + " is lost");
            continue;
        }
        const std::size_t apps = store.find_second_steps(account->id).app ? 1 : 0;
        if (store.list_passkeys(account->id).size() + apps != account->factors) {
            faults.push_back("account " + std::to_string(id) + " counts its factors wrong");
        }
    }
    return faults;
}

std::vector<std::string> Expected::find_passkey_faults(store::Store& store) const {
    std::vector<std::string> faults;
    for (const auto& [id, passkey] : passkeys_) {
        const auto all = store.list_passkeys(AccountId(passkey.account));
        const bool is_there =
            std::ranges::find(all, PasskeyId(id), &accounts::Passkey::id) != all.end();
        if (passkey.is_removed && is_there) faults.emplace_back("removed passkey is back");
        if (passkey.account != 0 && !passkey.is_removing && !is_there) {
            faults.push_back("passkey " + std::to_string(id) + " is lost");
        }
    }
    for (const auto& [id, passkey] : sessions_) {
        // A removal ends the sessions of its passkey.
        const auto opener = passkeys_.find(passkey);
        const bool may_be_gone = opener != passkeys_.end() && opener->second.is_removing;
        const bool must_be_gone = opener != passkeys_.end() && opener->second.is_removed;
        const bool is_there = store.find_session(SessionId(id)).has_value();
        if (!is_there && !may_be_gone) {
            faults.push_back("session " + std::to_string(id) + " is lost");
        }
        if (is_there && must_be_gone) faults.emplace_back("session of a removed passkey is back");
    }
    return faults;
}

std::vector<std::string> Expected::find_code_faults(store::Store& store) const {
    std::vector<std::string> faults;
    std::vector<std::vector<store::Change>> guesses;
    for (const auto id : codes_) {
        if (!store.find_code(CodeId(id))) {
            faults.push_back("code " + std::to_string(id) + " is lost");
        }
        const auto mac = hash_of(static_cast<std::uint64_t>(id));
        guesses.push_back({SpendAttempt{CodeId(id), mac, 5, day_one}});
    }
    for (const auto& again : commit_together(store, std::exchange(guesses, {}))) {
        if (!is_refused_at(again, 0)) faults.emplace_back("a code works twice");
    }
    for (const auto& line : kept_) {
        if (auto again = guess_again(store, line)) guesses.push_back({*std::move(again)});
    }
    for (const auto& again : commit_together(store, std::move(guesses))) {
        const bool works = !is_committed(again) || is_right(again);
        if (works) faults.emplace_back("a second step works twice");
    }
    return faults;
}

}  // namespace latchkey::test
