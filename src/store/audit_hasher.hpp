// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace latchkey::store {

using AuditHash = crypto::Sha256;

/// An audit event as its row has it; borrowed.
struct AuditRow {
    std::int64_t id = 0;
    TimePoint at;
    std::string_view kind;
    std::optional<std::int64_t> account;
    std::string_view network;
    std::string_view browser;
    std::string_view detail;
    ByteView operation;
};

/// The end of the chain: of nothing at first.
struct AuditHead {
    std::int64_t position = 0;
    AuditHash hash{};
};

/// The keyed hashes by which audit events hang together: who has not the key can neither change one
/// nor make one. Thread-safe.
class AuditHasher {
public:
    explicit AuditHasher(SecretKey key) : key_(std::move(key)) {}

    /// The head after `row` was added to the chain that ends with `head`.
    [[nodiscard]] AuditHead append(const AuditHead& head, const AuditRow& row) const;

    /// Says that the chain ended with `head` at that time.
    [[nodiscard]] AuditHash seal(const AuditHead& head, TimePoint at) const;

private:
    SecretKey key_;
};

using AuditHasherPtr = std::shared_ptr<const AuditHasher>;

}  // namespace latchkey::store
