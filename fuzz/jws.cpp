// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/jws.hpp"

#include "fuzz/target.hpp"

namespace latchkey::fuzz {

/// What is read as a JWS has the parts that it promises.
void run(ByteView input) {
    const auto jws = webauthn::parse_jws(text_of(input), 32'768);
    if (!jws) return;
    LATCHKEY_ASSERT(!jws->chain.empty());
    LATCHKEY_ASSERT(jws->signed_text.size() < input.size());
    static_cast<void>(webauthn::verify_signature(*jws));
}

}  // namespace latchkey::fuzz
