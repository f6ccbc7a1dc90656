// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/jws.hpp"
#include "crypto/jws_reader.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto keys = crypto::parse_jwk_set(text_of(input));
    if (!keys) return;
    const crypto::Jws jws{
        .algorithm = crypto::JwsAlgorithm::es256,
        .header = {},
        .signing_input = "a.b",
        .payload = {},
        .signature = Bytes(64),
    };
    for (const crypto::JsonWebKey& key : *keys) {
        LATCHKEY_ASSERT(crypto::verify_jws(jws, {key}) != crypto::JwsCheck::valid);
    }
}

}  // namespace latchkey::fuzz
