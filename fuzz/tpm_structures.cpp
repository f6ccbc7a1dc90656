// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/tpm_structures.hpp"

#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <variant>

namespace latchkey::fuzz {

/// What is read lies inside of the input.
void run(ByteView input) {
    namespace tpm = webauthn::attestation::tpm;
    const auto is_inside = [&](ByteView view) {
        return view.empty() || (view.data() >= input.data() &&
                                view.data() + view.size() <= input.data() + input.size());
    };
    if (const auto area = tpm::parse_public_area(input)) {
        if (const auto* rsa = std::get_if<tpm::RsaKey>(&area->key)) {
            LATCHKEY_ASSERT(is_inside(rsa->modulus));
        } else {
            const auto& ecc = std::get<tpm::EccKey>(area->key);
            LATCHKEY_ASSERT(is_inside(ecc.x) && is_inside(ecc.y));
        }
    }
    const auto attest = tpm::parse_attest(input);
    if (!attest) return;
    LATCHKEY_ASSERT(is_inside(attest->extra_data) && is_inside(attest->attested));
    const auto name = tpm::parse_certified_name(attest->attested);
    LATCHKEY_ASSERT(!name || is_inside(*name));
}

}  // namespace latchkey::fuzz
