// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/random.hpp"

namespace latchkey::crypto {

/// The kernel's generator (getrandom): a third of the price of OpenSSL's RAND_priv_bytes, and no
/// state in this process that could leak or be forked. Stops the process if it fails.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override;
};

}  // namespace latchkey::crypto
