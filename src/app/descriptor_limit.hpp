// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/origin.hpp"
#include "latchkey/result.hpp"

#include <cstddef>

namespace latchkey::app {

/// Descriptors for all that is no connection of a client: the database (three for each thread that
/// reads), mail, logs, the control socket.
inline constexpr std::size_t reserved_descriptors = 256;

/// Raises this process' limit of open files as far as it may, and says how many of the `wanted`
/// connections fit: who comes when they are taken is turned away, and the database still has what
/// it needs. Refuses in words if not even 64 fit.
Result<std::size_t, Wrong> fit_connections(std::size_t wanted);

}  // namespace latchkey::app
