// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"

namespace latchkey::webauthn::attestation {

/// Section 8.7, "None Attestation Statement Format".
Result<Evidence, Reason> verify_none(const Input& input) {
    const bool is_empty_map =
        input.statement.type() == cbor::Type::map && input.statement.size() == 0;
    if (!is_empty_map) return Fail{Reason::statement_malformed};
    return Evidence{.type = AttestationType::none, .trust_path = {}};
}

}  // namespace latchkey::webauthn::attestation
