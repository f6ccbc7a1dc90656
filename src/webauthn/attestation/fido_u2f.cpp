// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

constexpr auto ecdsa = crypto::SignatureAlgorithm::ecdsa_p256_sha256;

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 6, .step = step}, .reason = reason}};
}

struct Statement {
    ByteView signature;
    cbor::Item x5c;
};

/// u2fStmtFormat: x5c and sig.
std::optional<Statement> read_statement(const cbor::Item& statement) {
    const auto sig = statement.find("sig");
    const auto x5c = statement.find("x5c");
    const auto signature = sig ? sig->as_bytes() : std::nullopt;
    if (!signature || !x5c || statement.size() != 2) return std::nullopt;
    return Statement{.signature = *signature, .x5c = *x5c};
}

}  // namespace

// Section 8.6, "FIDO U2F Attestation Statement Format".
Result<Evidence, Refusal> verify_fido_u2f(const Input& input) {
    const auto statement = read_statement(input.statement);
    if (!statement) return fail(1, Reason::statement_malformed);
    auto certificates = read_certificates(statement->x5c);
    if (!certificates) return fail(1, certificates.error());
    if (certificates->size() != 1) return fail(2, Reason::statement_malformed);
    const crypto::Certificate& certificate = certificates->front();
    if (!certificate.public_key(ecdsa)) return fail(2, Reason::certificate_requirements);

    // Step 3: the authenticator data is parsed. Step 4: the credential key was read as a point of
    // P-256, which is stored in the form of ALG_KEY_ECC_X962_RAW.
    if (input.credential_key.algorithm != CoseAlgorithm::es256) {
        return fail(4, Reason::statement_algorithm_mismatch);
    }
    constexpr std::array reserved{std::byte{0}};
    const auto signature = require_valid(certificate.verify(
        ecdsa,
        statement->signature,
        {reserved,  // step 5: the message of a U2F registration
         input.authenticator_data.rp_id_hash,
         input.client_data_hash,
         input.attested.credential_id.value(),
         input.credential_key.material}
    ));
    if (!signature) return fail(6, signature.error());
    // Step 7: which of the two types it is cannot be told from the statement.
    Evidence evidence = certified_by(std::move(certificates).value());
    evidence.covers_aaguid = false;  // step 5 leaves it out of what is signed
    return evidence;                 // step 8
}

}  // namespace latchkey::webauthn::attestation
