// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "app/log.hpp"
#include "app/origin.hpp"
#include "base/clock.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "pages/passkey_policy.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::app {

/// The certificates of a PEM file, in order, as DER. Fails in words if there is none.
Result<std::vector<Bytes>, Wrong> read_certificates(const std::string& path);

/// The BLOB of the file, verified at `now`; refused if its serial number is below `serial_min`.
Result<webauthn::Metadata, Wrong> read_metadata(
    const MetadataConfig& config, std::uint64_t serial_min, TimePoint now
);

/// Keeps what is known of authenticator models as new as the file that the configuration names. A
/// BLOB that cannot be used is told in the log, and the one before stays. The highest serial number
/// that was seen is kept in the database, so that an older BLOB never comes back.
class MetadataFile {
public:
    /// All of it outlives this.
    struct Parts {
        const MetadataConfig& config;
        store::Store& store;
        pages::PasskeyPolicy& policy;
        Log& log;
        const Clock& clock;
    };

    explicit MetadataFile(Parts parts) : parts_(parts) {}

    /// Reads the file if it has changed since the last call. One thread at a time.
    void refresh();

private:
    void take(webauthn::Metadata metadata);

    Parts parts_;
    std::optional<std::filesystem::file_time_type> seen_;
    std::optional<TimePoint> stale_told_;
    std::chrono::sys_days next_update_{};
};

}  // namespace latchkey::app
