// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/key_file.hpp"
#include "app/origin.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "latchkey/result.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace latchkey::app {

/// The keys of the key file while Latchkey runs. They can be exchanged meanwhile: a new first key
/// seals from then on, and what the database holds is brought under it little by little. What lives
/// for minutes (cookies, challenges, codes on their way) is not: it ends. Thread-safe.
class Keyring {
public:
    struct Parts {
        std::string key_file;
        store::Store& store;
        const Clock& clock;
        Random& random;
    };

    /// Loads the key file; makes it if neither it nor anything sealed is there yet. Refuses keys
    /// that do not open what this database sealed at its first start. From then on the store reads
    /// and writes rows under their MACs and chains audit events; a database from before there were
    /// such gets them here.
    static Result<std::unique_ptr<Keyring>, Wrong> open(Parts parts);

    [[nodiscard]] const crypto::Sealer& sealer() const { return sealer_; }

    /// The same for as long as the database lives.
    [[nodiscard]] const SecretKey& pepper() const { return pepper_; }

    /// Reads the key file again. Refuses one that does not open what the database holds; then
    /// nothing changes.
    Result<void, Wrong> reload();

    enum class Renewal : std::uint8_t {
        nothing_left,  // everything was under the first key, as with a single key
        completed,     // now it is
        begun,
        failed,  // could not be written: try again
    };

    /// Brings at most `rows` rows under the first key. Begins some seconds after an exchange, when
    /// nothing is on its way to the database that was sealed before it.
    Renewal renew(std::size_t rows);

    struct KeyUse {
        std::uint8_t id = 0;
        bool seals = false;
        bool is_needed = false;  // what the database holds is under it, or may be
    };

    /// As in the file.
    [[nodiscard]] std::vector<KeyUse> list();

    [[nodiscard]] std::uint8_t first_key() const { return sealer_.key_id(); }

private:
    Keyring(Parts parts, MasterKeys keys, SecretKey pepper);

    [[nodiscard]] bool is_renewed();
    Result<void, Wrong> reseal_settings();

    Parts parts_;
    crypto::Sealer sealer_;
    SecretKey pepper_;
    std::mutex mutex_;  // guards all below, and that one exchange or renewal goes on at a time
    MasterKeys keys_;
    store::RenewalPlace place_;
    TimePoint may_begin_at_{};
};

}  // namespace latchkey::app
