// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn.hpp"

namespace latchkey::pages {

/// The verifier of this thread: its key objects are reused from one ceremony to the next.
webauthn::Verifier& verifier();

}  // namespace latchkey::pages
