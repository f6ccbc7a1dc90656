// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "crypto/seal.hpp"
#include "latchkey/webauthn.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace latchkey::pages {

/// A challenge on its way through a browser, with what the person is here for.
struct Ceremony {
    webauthn::Challenge challenge;
    SteadyPoint expires_at;
    accounts::Purpose purpose;
    bool is_alive = false;  // made by this process and not expired; the purpose holds either way
};

/// What is issued: sealed for this use only, and for so long.
struct CeremonyKind {
    std::string_view what = "field: ceremony";
    std::chrono::seconds lifetime = accounts::limits::challenge_lifetime;
};

/// Issues challenges without writing anything: each travels sealed in a form field, bound to the
/// browser's cookie. Each is good once: what was spent is kept until it would have expired. A
/// restart forgets that list, so challenges of another process are dead. Thread-safe.
class Ceremonies {
public:
    Ceremonies(
        const crypto::Sealer& sealer, const Clock& clock, Random& random, CeremonyKind kind = {}
    );

    struct Issued {
        webauthn::Challenge challenge;
        std::string sealed;  // for the field `ceremony`
    };

    [[nodiscard]] Issued issue(std::string_view browser_id, const accounts::Purpose& purpose);

    /// nullopt: not ours, of another browser, or changed.
    [[nodiscard]] std::optional<Ceremony> open(std::string_view sealed, std::string_view browser_id)
        const;

    /// True exactly once for each challenge. Called after the signature verified, so that
    /// strangers cannot fill the list.
    [[nodiscard]] bool spend(const Ceremony& ceremony);

    /// How many challenges are kept as spent.
    [[nodiscard]] std::size_t spent_count();

private:
    const crypto::Sealer& sealer_;
    const Clock& clock_;
    Random& random_;
    CeremonyKind kind_;
    std::array<std::byte, 16> process_;

    /// Challenges are random and ours (they were sealed): any of their bits make a good hash.
    using Spent = std::array<std::byte, 32>;

    struct FirstBytes {
        std::size_t operator()(const Spent& challenge) const {
            std::size_t hash = 0;
            std::memcpy(&hash, challenge.data(), sizeof hash);
            return hash;
        }
    };

    using SpentSet = std::unordered_set<Spent, FirstBytes>;

    void forget_expired(SteadyPoint now);

    std::mutex mutex_;
    SpentSet spent_;          // guarded by mutex_; since begun_at_
    SpentSet spent_before_;   // guarded by mutex_; in the lifetime of a challenge before that
    SteadyPoint begun_at_{};  // guarded by mutex_
};

/// Requests to other providers: there, people type passwords and second factors.
inline constexpr CeremonyKind upstream_state_kind{
    .what = "state: upstream", .lifetime = std::chrono::minutes(15)
};

}  // namespace latchkey::pages
