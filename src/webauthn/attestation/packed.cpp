// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"
#include "crypto/der.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/cose.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

using crypto::Certificate;
using crypto::NameAttribute;
using crypto::SignatureCheck;

// id-fido-gen-ce-aaguid (8.2.1)
const std::string aaguid_extension = "1.3.6.1.4.1.45724.1.1.4";

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

/// The AAGUID stands inside of two OCTET STRINGs: the one of every extension and one of its own.
bool is_wrapped(ByteView extension, const Aaguid& aaguid) {
    crypto::der::Reader reader(extension);
    const auto value = reader.read(crypto::der::Tag::octet_string);
    return value && reader.at_end() && std::ranges::equal(*value, aaguid.value());
}

Result<Evidence, Reason> verify_certified(
    const Input& input, const Statement& statement, const cbor::Item& x5c
) {
    auto certificates = read_certificates(x5c);
    if (!certificates) return Fail{certificates.error()};
    const Certificate& leaf = certificates->front();
    const auto algorithm = signature_algorithm(statement.algorithm);
    if (!algorithm) return Fail{Reason::statement_algorithm_not_supported};

    const auto check = leaf.verify(
        *algorithm, statement.signature, {input.authenticator_data.bytes, input.client_data_hash}
    );
    if (check == SignatureCheck::failed) return Fail{Reason::cryptography_failed};
    if (check == SignatureCheck::key_unusable) return Fail{Reason::statement_algorithm_mismatch};
    if (check == SignatureCheck::invalid) return Fail{Reason::bad_attestation_signature};
    if (!meets_requirements(leaf)) return Fail{Reason::certificate_requirements};

    if (const auto extension = leaf.extension(aaguid_extension)) {
        if (extension->critical) return Fail{Reason::certificate_requirements};
        if (!is_wrapped(extension->value, input.attested.aaguid)) {
            return Fail{Reason::aaguid_mismatch};
        }
    }
    return Evidence{
        .type = AttestationType::certified, .trust_path = std::move(certificates).value()
    };
}

Result<Evidence, Reason> verify_self(const Input& input, const Statement& statement) {
    if (statement.algorithm != input.credential_key.algorithm) {
        return Fail{Reason::statement_algorithm_mismatch};
    }
    const auto algorithm = signature_algorithm(statement.algorithm);
    if (!algorithm) return Fail{Reason::statement_algorithm_not_supported};
    const auto check = input.signatures.verify({
        .algorithm = *algorithm,
        .key = input.credential_key.material,
        .signature = statement.signature,
        .message = {input.authenticator_data.bytes, input.client_data_hash},
    });
    if (check == SignatureCheck::failed) return Fail{Reason::cryptography_failed};
    if (check != SignatureCheck::valid) return Fail{Reason::bad_attestation_signature};
    return Evidence{.type = AttestationType::self, .trust_path = {}};
}

}  // namespace

/// Section 8.2, "Packed Attestation Statement Format".
Result<Evidence, Reason> verify_packed(const Input& input) {
    const auto statement = read_statement(input.statement);
    if (!statement) return Fail{Reason::statement_malformed};
    if (!statement->x5c) return verify_self(input, *statement);
    return verify_certified(input, *statement, *statement->x5c);
}

}  // namespace latchkey::webauthn::attestation
