// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/crash/expected.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/crash/line.hpp"
#include "store/crash/place.hpp"
#include "store/samples.hpp"
#include "store/sqlite/verify.hpp"
#include "store/store.hpp"
#include "support/fixed_clock.hpp"
#include "support/row_macs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sqlite3.h>

namespace latchkey::test {

namespace {

using namespace latchkey::accounts;

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

std::optional<accounts::Passkey> find_passkey(store::Store& store, const Line& line) {
    for (const auto& passkey : store.list_passkeys(AccountId(line.of))) {
        if (passkey.id.value() == line.what) return passkey;
    }
    return std::nullopt;
}

bool is_as_said_of_passkey(store::Store& store, const Line& line) {
    const auto passkey = find_passkey(store, line);
    switch (line.said) {
        case Said::passkey_suspended:
            return passkey.has_value();
        case Said::passkey_restored:
            return passkey && passkey->status == CredentialStatus::active;
        case Said::account_deleted:
            return !passkey && !store.find_account(AccountId(line.of));
        default:
            return true;
    }
}

bool is_as_said_of_second_steps(store::Store& store, const Line& line) {
    const auto steps = store.find_second_steps(AccountId(line.of));
    switch (line.said) {
        case Said::app_added:
            return steps.app && steps.app->id.value() == line.what;
        case Said::recovery_code_used:
            return steps.recovery_codes == 0;
        case Said::phone_added:
            return steps.phone && steps.phone->id.value() == line.what;
        case Said::phone_used:
            return steps.phone && steps.phone->failures == 0;
        case Said::hold_started:
            return steps.hold.has_value();
        default:
            return true;
    }
}

bool is_as_said_of_account(store::Store& store, const Line& line) {
    const AccountId id(line.of);
    const auto account = store.find_account(id).value_or(Account{});
    switch (line.said) {
        case Said::identity_linked:
            return std::ranges::any_of(
                store.list_identities(id),
                [&line](const LinkedIdentity& identity) { return identity.id.value() == line.what; }
            );
        case Said::email_changed:
            return account.email == address_numbered(line.what);
        case Said::second_email_set:
            return account.second_email == address_numbered(line.what);
        case Said::factors_frozen:
            return account.frozen_at == day_one;
        case Said::deletion_asked:
            return account.deletes_at == day_one;
        default:
            return true;
    }
}

/// The same guess once more, if the line is about a right one at a second step.
std::optional<store::Change> guess_again(store::Store& store, const Line& line) {
    const AccountId id(line.of);
    if (line.said == Said::recovery_code_used) {
        return SpendRecoveryCode{id, hash_of(static_cast<std::uint64_t>(line.what))};
    }
    if (line.said != Said::app_code_used) return std::nullopt;
    const auto app = store.find_second_steps(id).app;
    if (!app) return std::nullopt;
    return SpendAppCode{app->id, TotpStep(line.what), 1'000, day_one};
}

bool is_wrong(const store::CommitResult& result) {
    const auto* committed = std::get_if<store::Committed>(&result);
    return committed != nullptr && !committed->spent.at(0).right;
}

}  // namespace

void Expected::add(const Line& line) {
    const bool is_id = line.said != Said::app_code_used && line.said != Said::log_sealed;
    highest_id_ = std::max({highest_id_, line.of, is_id ? line.what : 0});
    switch (line.said) {
        case Said::signed_up:
            accounts_.insert(line.of);
            passkeys_[line.what].account = line.of;
            ++events_;
            return;
        case Said::signed_in:
            sessions_[line.what] = line.of;
            ++events_;
            return;
        case Said::guessed:
            codes_.insert(line.what);
            return;
        case Said::removing_passkey:
            passkeys_[line.what].is_removing = true;
            return;
        case Said::passkey_removed:
            passkeys_[line.what].is_removed = true;
            return;
        case Said::mail_queued:
            mails_.insert(line.what);
            return;
        case Said::sending_mail:
            sending_.insert(line.what);
            return;
        case Said::mail_sent:
            sent_.insert(line.what);
            return;
        case Said::log_sealed:
            sealed_ = std::max(sealed_, line.what);
            ++seals_;
            return;
        case Said::passkey_suspended:
        case Said::passkey_restored:
        case Said::account_deleted:
        case Said::app_added:
        case Said::app_code_used:
        case Said::recovery_code_used:
        case Said::phone_added:
        case Said::phone_used:
        case Said::identity_linked:
        case Said::email_changed:
        case Said::second_email_set:
        case Said::hold_started:
        case Said::factors_frozen:
        case Said::deletion_asked:
            kept_.push_back(line);
            return;
    }
    throw std::runtime_error("crash test: a line that is none");
}

std::vector<std::string> Expected::find_faults(const std::filesystem::path& database) const {
    const FixedClock clock(day_one);
    const auto store = open_crash_store(database, clock, "");
    std::vector<std::string> faults = find_account_faults(*store);
    for (auto found :
         {find_passkey_faults(*store),
          find_kept_faults(*store),
          find_code_faults(*store),
          find_mail_faults(*store),
          find_altered(database)}) {
        std::ranges::move(found, std::back_inserter(faults));
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
        const auto passkeys = std::ranges::count(
            store.list_passkeys(account->id), CredentialStatus::active, &accounts::Passkey::status
        );
        const auto apps = store.find_second_steps(account->id).app ? 1 : 0;
        if (passkeys + apps != static_cast<std::ptrdiff_t>(account->factors)) {
            faults.push_back("account " + std::to_string(id) + " counts its factors wrong");
        }
    }
    return faults;
}

std::vector<std::string> Expected::find_passkey_faults(store::Store& store) const {
    std::vector<std::string> faults;
    for (const auto& [id, passkey] : passkeys_) {
        const bool is_there = find_passkey(store, {.of = passkey.account, .what = id}).has_value();
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

std::vector<std::string> Expected::find_kept_faults(store::Store& store) const {
    std::vector<std::string> faults;
    for (const auto& line : kept_) {
        if (is_as_said_of_passkey(store, line) && is_as_said_of_second_steps(store, line) &&
            is_as_said_of_account(store, line)) {
            continue;
        }
        faults.push_back(
            std::string(1, static_cast<char>(line.said)) + " of " + std::to_string(line.of) +
            " is lost"
        );
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
        if (!is_wrong(again)) faults.emplace_back("a second step works twice");
    }
    return faults;
}

std::vector<std::string> Expected::find_mail_faults(store::Store& store) const {
    std::vector<std::string> faults;
    std::set<std::int64_t> due;
    for (const auto& mail : store.due_mails(Channel::mail, day_one, 1'000'000)) {
        due.insert(mail.id.value());
    }
    for (const auto id : mails_) {
        const bool is_due = due.contains(id);
        if (is_due && sent_.contains(id)) faults.emplace_back("a mail that was sent is back");
        if (!is_due && !sending_.contains(id)) faults.emplace_back("a mail is lost");
    }
    return faults;
}

std::vector<std::string> Expected::find_altered(const std::filesystem::path& database) const {
    const auto keys = [](const std::optional<std::string>&) {
        return store_keys(crash_macs(NewestKey::first));
    };
    const auto verified = store::verify(
        {.database = database, .key = {}, .audit_key_setting = "audit_key", .keys = keys}
    );
    if (!verified) return {"cannot be verified: " + verified.error().what};
    std::vector<std::string> faults;
    const auto& log = verified->audit;
    if (!verified->altered.empty()) faults.emplace_back("a row's MAC does not vouch for it");
    if (!log.faults.empty()) faults.emplace_back("the audit log does not hang together");
    if (log.events < events_) faults.emplace_back("an audit event is lost");
    if (log.seals < seals_ || log.head.position < sealed_) faults.emplace_back("a seal is lost");
    return faults;
}

}  // namespace latchkey::test
