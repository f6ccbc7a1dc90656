// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Rows to store in tests: every member has a value that no other has by default, so that a
/// column that is mixed up or forgotten shows.
namespace latchkey::test {

/// 32 bytes made of `seed`.
accounts::Hash hash_of(std::uint64_t seed);

accounts::EmailAddress address(const std::string& text);

/// An account with ids from the store, version 3, epoch 5 and one factor.
accounts::Account sample_account(store::Store& store);

/// An active passkey of the account.
accounts::Passkey sample_passkey(store::Store& store, const accounts::Account& account);

/// An identity of the account at a provider.
accounts::LinkedIdentity sample_identity(store::Store& store, const accounts::Account& account);

/// A session of the account, of a day from `now` on.
accounts::Session sample_session(
    store::Store& store, const accounts::Account& account, TimePoint now
);

/// A sign-in of the account (or of a new person), of a quarter of an hour from `now` on.
accounts::SignIn sample_sign_in(
    store::Store& store, const std::optional<accounts::Account>& account, TimePoint now
);

/// An app that was turned on `now`.
accounts::AuthenticatorApp sample_app(
    store::Store& store, const accounts::Account& account, TimePoint now
);

/// A phone with two guesses since its last use.
accounts::Phone sample_phone(store::Store& store, const accounts::Account& account, TimePoint now);

/// A code that was sent `now` and lives ten minutes; its mac is hash_of(id).
accounts::EmailCode sample_code(store::Store& store, TimePoint now);

accounts::Event sample_event(store::Store& store, const accounts::Account& account, TimePoint now);

/// Stores an account with one passkey.
struct Person {
    accounts::Account account;
    accounts::Passkey passkey;
};

Person sign_up(store::Store& store);

}  // namespace latchkey::test
