// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace latchkey::store::sqlite {

/// An account with all its credentials, oldest first, as one snapshot had them. Without last uses.
struct ReadAccount {
    accounts::Account account;
    std::vector<accounts::Passkey> passkeys;               // that a RowGuard let through
    std::vector<webauthn::CredentialId> credential_ids{};  // of all rows, refused ones too
};

/// Shared by the cache and whoever is just reading it.
using ReadAccountPtr = std::shared_ptr<const ReadAccount>;

/// A setting as it was read; nullopt: never set.
struct ReadSetting {
    std::optional<std::string> value;
};

/// Accounts and settings that were read a short while ago. A sign-in asks for its account four
/// times (before it verifies, twice for preconditions of its commit, once for the answer), and
/// reads it from the database once.
///
/// What is here is what the database holds: the writer takes out what a change concerns before it
/// makes the change, and a read that did not begin and end between two transactions with such
/// changes is not kept. Nobody else writes to the database (folder_lock.hpp).
class ReadCache {
public:
    /// Keeps at most `limit` accounts, of which those asked for lately stay; about 1 KB each.
    explicit ReadCache(std::size_t limit) : limit_(limit) {}

    // ---- thread-safe

    /// nullptr: not here.
    [[nodiscard]] ReadAccountPtr find(const webauthn::CredentialId& credential);
    [[nodiscard]] ReadAccountPtr find(accounts::AccountId account);

    /// nullopt: not here.
    [[nodiscard]] std::optional<ReadSetting> find_setting(std::string_view name);

    /// Which transaction with changes was the last one.
    using Moment = std::uint64_t;

    /// Call before a read that shall be kept.
    [[nodiscard]] Moment begin();

    /// Call after it. Does nothing if the writer has changed something in the meantime.
    void keep(Moment begun, const ReadAccountPtr& account);
    void keep_setting(Moment begun, std::string_view name, const ReadSetting& setting);

    // ---- by the writer's thread

    /// Call inside the transaction, before the change is made. (accounts::UsePasskey is the
    /// exception: it seldom changes more than what is not here, and says so by forget().)
    void prepare_for(const Change& change);
    void forget(accounts::AccountId account);
    void forget_setting(const std::string& name);

    /// Call when the transaction was committed or rolled back, before anything is answered.
    void settle();

private:
    /// Two of these, so that what was not asked for while the younger one filled up goes at once.
    struct Generation {
        std::unordered_map<std::int64_t, ReadAccountPtr> accounts;
        std::map<Bytes, ReadAccountPtr> by_credential;  // ids are chosen by strangers: no hashes

        void add(const ReadAccountPtr& account);
        void remove(const ReadAccountPtr& account);
    };

    void add(const ReadAccountPtr& account);
    void begin_change();

    std::size_t limit_;
    std::mutex mutex_;  // guards all below
    Generation young_;
    Generation old_;
    std::map<std::string, ReadSetting, std::less<>> settings_;
    Moment moment_ = 0;
    bool is_changing_ = false;
};

}  // namespace latchkey::store::sqlite
