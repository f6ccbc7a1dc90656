// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/scene.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/verifier.hpp"

namespace latchkey::fuzz {

/// Goes through all steps of a registration: what precedes the attestation object is right.
void run(ByteView input) {
    static webauthn::Verifier verifier;
    static const Scene scene;
    const auto response = webauthn::parse_registration_response(webauthn::RegistrationParts{
        .client_data_json = scene.registration_client_data,
        .attestation_object = Bytes(input.begin(), input.end())
    });
    if (!response) return;
    const auto verified = verifier.verify_registration(
        scene.rp, scene.policy, scene.registration, *response, scene.now
    );
    // Nobody finds a certificate of the root by chance.
    LATCHKEY_ASSERT(!verified || !verified->attested);
}

}  // namespace latchkey::fuzz
