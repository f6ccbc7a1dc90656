// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/email_address.hpp"
#include "accounts/exploration/explorer.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/policy.hpp"
#include "accounts/totp.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::accounts {
namespace {

/// Letters and digits that stand for what can be told apart.
class Key {
public:
    Key(const World& world, const Witness& witness) : world_(world), witness_(witness) {}

    std::string make() {
        name_passkeys();
        std::string key;
        for (const Account& account : world_.accounts) {
            key += of_account(account);
        }
        key += '|';
        for (const std::string& part : passkeys_) {
            key += part + '/';
        }
        key += '|';
        add_sorted(key, world_.sessions, [this](const Session& row) { return of_session(row); });
        add_sorted(key, world_.sign_ins, [this](const SignIn& row) { return of_sign_in(row); });
        add_sorted(key, world_.codes, [this](const EmailCode& row) { return of_code(row); });
        return key;
    }

private:
    static char bit(bool value) { return value ? '1' : '0'; }

    template <class Rows, class Describe>
    static void add_sorted(std::string& key, const Rows& rows, Describe describe) {
        std::vector<std::string> parts;
        for (const auto& row : rows) {
            parts.push_back(describe(row));
        }
        std::ranges::sort(parts);
        for (const std::string& part : parts) {
            key += '/' + part;
        }
        key += '|';
    }

    [[nodiscard]] bool is_marked(std::optional<TimePoint> recovered_at) const {
        return recovered_at && world_.now < *recovered_at + limits::recovered_mark;
    }

    [[nodiscard]] bool is_frozen(std::optional<TimePoint> recovered_at) const {
        return recovered_at && world_.now < *recovered_at + limits::freeze_after_recovery;
    }

    [[nodiscard]] std::string age(TimePoint time) const {
        return std::to_string(std::chrono::floor<std::chrono::minutes>(world_.now - time).count());
    }

    [[nodiscard]] char is_fresh(TimePoint proved_at) const {
        return bit(world_.now < proved_at + limits::step_up_lifetime);
    }

    static char of_person(const EmailAddress& email) { return email.canonical().front(); }

    [[nodiscard]] char of_owner(AccountId id) const {
        const Account* account = world_.find_account(id);
        return account == nullptr ? '?' : of_person(account->email);
    }

    /// Which subjects at the provider are linked to it.
    [[nodiscard]] std::string of_identities(AccountId account) const {
        std::string subjects;
        for (const LinkedIdentity& identity : world_.identities_of(account)) {
            subjects += identity.who.subject;
        }
        std::ranges::sort(subjects);
        return subjects;
    }

    [[nodiscard]] std::string of_account(const Account& account) const {
        const std::string stored{
            of_person(account.email),
            bit(account.epoch == 0),
            bit(is_marked(account.recovered_at)),
            bit(witness_.is_marked(account.id, world_.now)),
            bit(is_frozen(account)),
            bit(is_frozen(account.frozen_at)),
            of_app(account.id),
            static_cast<char>('0' + world_.steps_of(account.id).recovery_codes),
            of_hold(account.id),
        };
        return stored + of_identities(account.id);
    }

    [[nodiscard]] bool is_frozen(const Account& account) const {
        return account.recovered_at &&
               world_.now < *account.recovered_at + limits::freeze_after_recovery;
    }

    /// None; one whose code of now works; one whose code of now was used.
    [[nodiscard]] char of_app(AccountId account) const {
        const AuthenticatorApp* app = world_.find_app(account);
        if (app == nullptr) return '-';
        return app->last_step < totp_step(world_.now) ? 'a' : 'u';
    }

    /// None; one that runs, that opens, that is long over.
    [[nodiscard]] char of_hold(AccountId account) const {
        const auto hold = world_.steps_of(account).hold;
        if (!hold) return '-';
        if (world_.now < hold->ends_at) return 'r';
        return world_.now < hold->ends_at + limits::hold_stays_over ? 'o' : 'x';
    }

    static char of_second(std::optional<SecondStep> second) {
        return second ? static_cast<char>('0' + static_cast<int>(*second)) : '-';
    }

    [[nodiscard]] std::string of_passkey(const Passkey& passkey) const {
        const Witness::Key& key = witness_.keys().at(passkey.id);
        return {
            of_owner(passkey.account),
            bit(passkey.purpose == CredentialPurpose::second_factor),
            bit(passkey.status == CredentialStatus::active),
            bit(world_.now < passkey.created_at + limits::young_passkey),
            bit(is_marked(passkey.recovered_at)),
            bit(is_marked(key.recovered_at)),
            bit(was_marked(passkey)),
            bit(is_long_suspended(passkey)),
        };
    }

    /// When its account was frozen, or when it was suspended.
    [[nodiscard]] bool was_marked(const Passkey& passkey) const {
        const Account* account = world_.find_account(passkey.account);
        const TimePoint told = account->frozen_at.value_or(world_.now);
        const TimePoint then = std::min(told, passkey.suspended_at.value_or(world_.now));
        return passkey.recovered_at && then < *passkey.recovered_at + limits::recovered_mark;
    }

    [[nodiscard]] bool is_long_suspended(const Passkey& passkey) const {
        const auto since = passkey.suspended_at;
        return since && world_.now >= *since + limits::suspension;
    }

    /// Passkeys that nothing tells apart get neighbouring letters, whichever was made first.
    void name_passkeys() {
        std::vector<std::pair<std::string, PasskeyId>> sorted;
        for (const Passkey& passkey : world_.passkeys) {
            sorted.emplace_back(of_passkey(passkey), passkey.id);
        }
        std::ranges::sort(sorted);
        for (const auto& [part, id] : sorted) {
            letters_[id] = static_cast<char>('a' + letters_.size());
            passkeys_.push_back(part);
        }
    }

    [[nodiscard]] char letter(std::optional<PasskeyId> id) const {
        if (!id) return '-';
        const auto found = letters_.find(*id);
        return found == letters_.end() ? '?' : found->second;
    }

    [[nodiscard]] char letter(const std::optional<PublicId>& id) const {
        if (!id) return '-';
        for (const Passkey& passkey : world_.passkeys) {
            if (passkey.public_id == *id) return letter(passkey.id);
        }
        return '?';
    }

    [[nodiscard]] std::string of_proof(const Witness::Proof& proof) const {
        return {
            proof.account ? of_owner(*proof.account) : '-',
            letter(proof.passkey),
            letter(proof.device),
            proof.upstream ? proof.upstream->subject.front() : '-',
            bit(is_marked(proof.recovered_at)),
            of_second(proof.second),
            bit(proof.is_void),
            is_fresh(proof.at),
        };
    }

    /// A sign-in that a broken core left over after its end has none.
    [[nodiscard]] std::string of_proof_of(SignInId id) const {
        const auto proof = witness_.sign_ins().find(id);
        return proof == witness_.sign_ins().end() ? "over" : of_proof(proof->second);
    }

    [[nodiscard]] std::string of_session(const Session& session) const {
        const std::string stored{
            of_owner(session.account),
            letter(session.passkey),
            static_cast<char>('0' + static_cast<int>(session.assurance)),
            bit(session.recovered_at.has_value()),
            bit(is_marked(session.recovered_at)),
            is_fresh(session.authenticated_at),
        };
        return stored + of_proof(witness_.sessions().at(session.id));
    }

    [[nodiscard]] std::string of_sign_in(const SignIn& sign_in) const {
        const Account* account = sign_in.account ? world_.find_account(*sign_in.account) : nullptr;
        const std::string stored{
            of_person(sign_in.email),
            bit(sign_in.account.has_value()),
            bit(account != nullptr && account->epoch == sign_in.account_epoch),
            bit(sign_in.state == SignInState::second),
            static_cast<char>('0' + static_cast<int>(sign_in.intent)),
            bit(sign_in.proof == Proof::upstream),
            of_second(sign_in.second),
            bit(sign_in.proof == Proof::passkey),
            letter(sign_in.passkey),
            letter(sign_in.replaces),
            bit(sign_in.recovered),
            sign_in.identity ? sign_in.identity->subject.front() : '-',
        };
        return stored + age(sign_in.proved_at) + of_proof_of(sign_in.id);
    }

    [[nodiscard]] std::string of_code(const EmailCode& code) const {
        const Witness::Code& seen = witness_.codes().at(code.id);
        const Account* account = world_.find_account(address_of(code));
        const std::string stored{
            of_person(address_of(code)),
            bit(code.account.has_value()),
            bit(account != nullptr && account->epoch == code.account_epoch),
            bit(code.spent),
            bit(seen.is_won),
            bit(seen.is_void),
        };
        return stored + std::to_string(code.attempts) + ',' + std::to_string(seen.guesses) + ',' +
               age(code.created_at);
    }

    const World& world_;
    const Witness& witness_;
    std::map<PasskeyId, char> letters_;
    std::vector<std::string> passkeys_;
};

}  // namespace

std::string key_of(const World& world, const Witness& witness) {
    return Key(world, witness).make();
}

}  // namespace latchkey::accounts
