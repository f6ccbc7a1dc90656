// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "webauthn/attestation/android_key_description.hpp"

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto description = webauthn::attestation::android::parse_key_description(input);
    if (!description) return;
    const ByteView challenge = description->challenge;
    LATCHKEY_ASSERT(
        challenge.empty() || (challenge.data() > input.data() &&
                              challenge.data() + challenge.size() <= input.data() + input.size())
    );
}

}  // namespace latchkey::fuzz
