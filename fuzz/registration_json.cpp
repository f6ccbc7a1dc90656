// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/scene.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/verifier.hpp"

namespace latchkey::fuzz {

void run(ByteView input) {
    static webauthn::Verifier verifier;
    static const Scene scene;
    const auto response = webauthn::parse_registration_response(text_of(input));
    if (!response) return;
    static_cast<void>(verifier.verify_registration(
        scene.rp, scene.policy, scene.registration, *response, scene.now
    ));
}

}  // namespace latchkey::fuzz
