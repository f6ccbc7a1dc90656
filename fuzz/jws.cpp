// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "webauthn/certified_jws.hpp"

namespace latchkey::fuzz {

/// What is read as a JWS has the parts that it promises.
void run(ByteView input) {
    const auto certified = webauthn::parse_certified_jws(text_of(input), {});
    if (!certified) return;
    LATCHKEY_ASSERT(!certified->chain.empty());
    LATCHKEY_ASSERT(certified->jws.signing_input.size() < input.size());
    static_cast<void>(webauthn::verify_signature(*certified));
}

}  // namespace latchkey::fuzz
