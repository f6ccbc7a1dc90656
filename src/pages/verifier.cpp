// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/verifier.hpp"

#include "latchkey/webauthn/verifier.hpp"

namespace latchkey::pages {

webauthn::Verifier& verifier() {
    static thread_local webauthn::Verifier verifier_of_thread;
    return verifier_of_thread;
}

}  // namespace latchkey::pages
