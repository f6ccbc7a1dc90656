// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "pages/site.hpp"

#include <cstddef>

namespace latchkey::pages {

/// Deletes accounts whose owners asked for it and did not sign in since. Bounded work per call;
/// returns how many went. What could not be written is due again.
std::size_t delete_due_accounts(const Services& services);

/// Deletes passkeys that nobody restored within limits::suspension. Likewise.
std::size_t delete_lapsed_passkeys(const Services& services);

}  // namespace latchkey::pages
