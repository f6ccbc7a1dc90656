// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/format.hpp"

namespace latchkey::webauthn::attestation {

/// Section 8.7, "None Attestation Statement Format".
Result<Evidence, Reason> verify_none(const Input& input) {
    const bool is_empty_map =
        input.statement.type() == cbor::Type::map && input.statement.size() == 0;
    if (!is_empty_map) return Fail{Reason::statement_malformed};
    return Evidence{.type = AttestationType::none, .trust_path = {}};
}

}  // namespace latchkey::webauthn::attestation
