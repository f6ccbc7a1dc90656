// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace latchkey::app {

/// What one look at the surroundings of Latchkey found.
struct Finding {
    enum class Kind : std::uint8_t { good, odd, wrong };

    Kind kind = Kind::good;
    std::string subject;  // "disk"
    std::string what;
    std::string mend;  // empty if it is good
};

/// Looks at everything around a checked configuration that must be right for it to work: files,
/// disk, clock, the running server as people reach it, the well-known documents at the RP ID's
/// host, the mail server. Sends no mail and changes nothing. Takes up to a minute.
std::vector<Finding> examine(const Config& config);

}  // namespace latchkey::app
