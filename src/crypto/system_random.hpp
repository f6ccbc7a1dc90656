// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/random.hpp"

namespace latchkey::crypto {

/// OpenSSL's generator for secrets (RAND_priv_bytes). Stops the process if it fails.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override;
};

}  // namespace latchkey::crypto
