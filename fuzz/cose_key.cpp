// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/verify.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/cose.hpp"

namespace latchkey::fuzz {

/// A key that was accepted can be verified with, and does not verify just anything.
void run(ByteView input) {
    static crypto::SignatureVerifier verifier;
    const auto key = webauthn::public_key_from_cose(input);
    if (!key) return;
    const Bytes signature(64);
    const auto check = verifier.verify(
        {.algorithm = webauthn::signature_algorithm(key->algorithm).value(),
         .key = key->material,
         .signature = signature,
         .message = {input}}
    );
    LATCHKEY_ASSERT(check == crypto::SignatureCheck::invalid);
}

}  // namespace latchkey::fuzz
