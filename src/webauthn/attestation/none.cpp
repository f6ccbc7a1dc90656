// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"

#include <cstdint>

namespace latchkey::webauthn::attestation {
namespace {

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 7, .step = step}, .reason = reason}};
}

}  // namespace

// Section 8.7, "None Attestation Statement Format".
Result<Evidence, Refusal> verify_none(const Input& input) {
    const bool is_empty_map =
        input.statement.type() == cbor::Type::map && input.statement.size() == 0;
    if (!is_empty_map) return fail(1, Reason::statement_malformed);
    return Evidence{.type = AttestationType::none, .trust_paths = {}};
}

}  // namespace latchkey::webauthn::attestation
