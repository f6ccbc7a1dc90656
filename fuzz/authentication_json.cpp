// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/scene.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/verifier.hpp"

namespace latchkey::fuzz {

/// The record takes the credential id and owner that the response claims, so that the later steps
/// are reached; its key signed the seeds only, so nothing else verifies.
void run(ByteView input) {
    static webauthn::Verifier verifier;
    static const Scene scene;
    const auto response = webauthn::parse_authentication_response(text_of(input));
    if (!response) return;
    auto record = scene.record;
    record.id = response->id();
    if (response->user_handle()) record.user_handle = *response->user_handle();
    record.backup_eligible = response->authenticator_data().flags.be;
    static_cast<void>(
        verifier.verify_authentication(scene.rp, scene.authentication, record, *response)
    );
}

}  // namespace latchkey::fuzz
