// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/cose.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

using crypto::Certificate;
using crypto::NameAttribute;

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 2, .step = step}, .reason = reason}};
}

struct Statement {
    CoseAlgorithm algorithm = CoseAlgorithm::es256;
    ByteView signature;
    std::optional<cbor::Item> x5c;
};

/// packedStmtFormat: alg and sig, and x5c or nothing else.
std::optional<Statement> read_statement(const cbor::Item& statement) {
    const auto alg = statement.find("alg");
    const auto sig = statement.find("sig");
    const auto x5c = statement.find("x5c");
    const auto algorithm = alg ? algorithm_from(*alg) : std::nullopt;
    const auto signature = sig ? sig->as_bytes() : std::nullopt;
    if (!algorithm || !signature || statement.size() != (x5c ? 3U : 2U)) return std::nullopt;
    return Statement{.algorithm = *algorithm, .signature = *signature, .x5c = x5c};
}

/// A country of ISO 3166: two capital letters.
bool is_country_code(const std::string& text) {
    const auto is_capital = [](char character) { return character >= 'A' && character <= 'Z'; };
    return text.size() == 2 && std::ranges::all_of(text, is_capital);
}

/// 8.2.1 "Certificate Requirements for Packed Attestation Statements"
bool meets_requirements(const Certificate& certificate) {
    const auto country = certificate.subject(NameAttribute::country);
    const auto organization = certificate.subject(NameAttribute::organization);
    const auto unit = certificate.subject(NameAttribute::organizational_unit);
    const auto name = certificate.subject(NameAttribute::common_name);
    if (certificate.version() != 3) return false;
    if (country.size() != 1 || !is_country_code(country[0])) return false;
    if (organization.empty() || organization[0].empty()) return false;
    if (unit.size() != 1 || unit[0] != "Authenticator Attestation") return false;
    if (name.empty() || name[0].empty()) return false;
    return certificate.basic_constraints() == crypto::BasicConstraints::end_entity;
}

Result<void, Reason> check_signature(
    const Input& input, const Statement& statement, const Certificate& leaf
) {
    const auto algorithm = signature_algorithm(statement.algorithm);
    if (!algorithm) return Fail{Reason::statement_algorithm_not_supported};
    return require_valid(leaf.verify(
        *algorithm, statement.signature, {input.authenticator_data.bytes, input.client_data_hash}
    ));
}

Result<void, Reason> check_self_signature(const Input& input, const Statement& statement) {
    const auto algorithm = signature_algorithm(statement.algorithm);
    if (!algorithm) return Fail{Reason::statement_algorithm_not_supported};
    return require_valid(input.signatures.verify({
        .algorithm = *algorithm,
        .key = input.credential_key.material,
        .signature = statement.signature,
        .message = {input.authenticator_data.bytes, input.client_data_hash},
    }));
}

}  // namespace

// Section 8.2, "Packed Attestation Statement Format".
Result<Evidence, Refusal> verify_packed(const Input& input) {
    const auto statement = read_statement(input.statement);
    if (!statement) return fail(1, Reason::statement_malformed);
    if (statement->x5c) {
        auto certificates = read_certificates(*statement->x5c);
        if (!certificates) return fail(1, certificates.error());
        const Certificate& leaf = certificates->front();
        const auto signature = check_signature(input, *statement, leaf);
        if (!signature) return fail(2, signature.error());
        if (!meets_requirements(leaf)) return fail(2, Reason::certificate_requirements);
        const auto aaguid = check_aaguid_extension(leaf, input.attested.aaguid);
        if (!aaguid) return fail(2, aaguid.error());
        return certified_by(std::move(certificates).value());
    }
    if (statement->algorithm != input.credential_key.algorithm) {
        return fail(3, Reason::statement_algorithm_mismatch);
    }
    const auto signature = check_self_signature(input, *statement);
    if (!signature) return fail(3, signature.error());
    return Evidence{.type = AttestationType::self, .trust_paths = {}};
}

}  // namespace latchkey::webauthn::attestation
