// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <filesystem>

namespace latchkey::test {

/// Four threads of people and one of upkeep, until the process is killed: says on standard output,
/// a Line each, what was acknowledged.
[[noreturn]] void run_load(const std::filesystem::path& database, std::uint64_t seed);

}  // namespace latchkey::test
