// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace latchkey::accounts {

/// A table. Copies share their rows until one of them is written to: worlds are copied by the
/// million, and a step writes to few tables.
template <class Row>
class Rows {
public:
    Rows() = default;

    Rows(std::initializer_list<Row> rows) : rows_(std::make_shared<std::vector<Row>>(rows)) {}

    [[nodiscard]] auto begin() const { return read().begin(); }

    [[nodiscard]] auto end() const { return read().end(); }

    [[nodiscard]] bool empty() const { return read().empty(); }

    [[nodiscard]] std::size_t size() const { return read().size(); }

    [[nodiscard]] const Row& back() const { return read().back(); }

    void push_back(Row row) { write().push_back(std::move(row)); }

    /// The row with that id, which is there, to be changed.
    template <class Id>
    Row& at(Id id) {
        return *std::ranges::find(write(), id, &Row::id);
    }

    template <class Match>
    void erase_if(Match match) {
        if (std::ranges::any_of(read(), match)) std::erase_if(write(), match);
    }

private:
    [[nodiscard]] const std::vector<Row>& read() const {
        static const std::vector<Row> none;
        return rows_ ? *rows_ : none;
    }

    std::vector<Row>& write() {
        if (rows_.use_count() != 1) rows_ = std::make_shared<std::vector<Row>>(read());
        return *rows_;
    }

    std::shared_ptr<std::vector<Row>> rows_;
};

/// What a store keeps, in memory: the changes of changes.hpp with the preconditions that stand
/// there, and nothing else that could keep a wrong decision from being written.
struct World {
    TimePoint now;
    std::int64_t last_id = 0;
    Rows<Account> accounts;
    Rows<Passkey> passkeys;
    Rows<LinkedIdentity> identities;
    Rows<Session> sessions;
    Rows<SignIn> sign_ins;
    Rows<EmailCode> codes;
    Rows<AuthenticatorApp> apps;
    std::vector<std::pair<AccountId, Hash>> recovery_codes;
    std::vector<Hold> holds;

    [[nodiscard]] const Account* find_account(AccountId id) const;
    [[nodiscard]] const Account* find_account(const EmailAddress& email) const;
    [[nodiscard]] const Passkey* find_passkey(PasskeyId id) const;
    [[nodiscard]] const Session* find_session(SessionId id) const;
    [[nodiscard]] const SignIn* find_sign_in(SignInId id) const;
    [[nodiscard]] const EmailCode* find_code(CodeId id) const;
    [[nodiscard]] const LinkedIdentity* find_identity(const Identity& who) const;
    [[nodiscard]] std::vector<Passkey> passkeys_of(AccountId account) const;
    [[nodiscard]] std::vector<LinkedIdentity> identities_of(AccountId account) const;
    [[nodiscard]] const AuthenticatorApp* find_app(AccountId account) const;
    [[nodiscard]] SecondSteps steps_of(AccountId account) const;
};

/// The world after all changes; nullopt: a precondition does not hold.
std::optional<World> commit(const World& world, const std::vector<Change>& changes);

/// Deletes what has expired.
void purge(World& world);

/// The row with that id, or nullptr.
template <class Row, class Id>
const Row* find_row(const Rows<Row>& rows, Id id) {
    const auto found = std::ranges::find(rows, id, &Row::id);
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace latchkey::accounts
