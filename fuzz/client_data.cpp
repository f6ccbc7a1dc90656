// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/client_data.hpp"

#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto client = webauthn::parse_client_data(input);
    if (!client) return;
    const webauthn::Challenge challenge(Bytes(32));
    static_cast<void>(webauthn::has_challenge(*client, challenge));
}

}  // namespace latchkey::fuzz
