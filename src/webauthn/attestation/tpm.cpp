// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/attestation/tpm_structures.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/cose.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::webauthn::attestation {
namespace {

using crypto::Certificate;
using crypto::SignatureAlgorithm;

/// RSASSA-PKCS1-v1_5 with SHA-1: many TPMs sign with nothing better. No name, so that it cannot be
/// offered for a credential.
constexpr auto rs1 = static_cast<CoseAlgorithm>(-65535);

// TCG EK Credential Profile section 3.2.9: what a subject alternative name says of the TPM.
constexpr std::string_view tpm_manufacturer = "2.23.133.2.1";
constexpr std::string_view tpm_model = "2.23.133.2.2";
constexpr std::string_view tpm_version = "2.23.133.2.3";
constexpr std::string_view aik_certificate_usage = "2.23.133.8.3";  // tcg-kp-AIKCertificate

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 3, .step = step}, .reason = reason}};
}

struct Statement {
    CoseAlgorithm algorithm = CoseAlgorithm::es256;
    ByteView signature;
    ByteView cert_info;
    ByteView pub_area;
    std::optional<cbor::Item> x5c;
};

std::optional<ByteView> bytes_at(const cbor::Item& statement, std::string_view key) {
    const auto member = statement.find(key);
    return member ? member->as_bytes() : std::nullopt;
}

/// tpmStmtFormat: ver "2.0", alg, sig, certInfo, pubArea; x5c is looked for at step 4.
std::optional<Statement> read_statement(const cbor::Item& statement) {
    const auto ver = statement.find("ver");
    const auto alg = statement.find("alg");
    const auto algorithm = alg ? algorithm_from(*alg) : std::nullopt;
    const auto signature = bytes_at(statement, "sig");
    const auto cert_info = bytes_at(statement, "certInfo");
    const auto pub_area = bytes_at(statement, "pubArea");
    const auto x5c = statement.find("x5c");
    if (!ver || ver->as_text() != "2.0" || !algorithm || !signature || !cert_info || !pub_area ||
        statement.size() != (x5c ? 6U : 5U)) {
        return std::nullopt;
    }
    return Statement{*algorithm, *signature, *cert_info, *pub_area, x5c};
}

/// How the statement is signed; nullopt: by nothing that this build verifies.
std::optional<SignatureAlgorithm> statement_algorithm(CoseAlgorithm algorithm) {
    return algorithm == rs1 ? SignatureAlgorithm::rsa_pkcs1_sha1 : signature_algorithm(algorithm);
}

/// The key as a credential record holds it; nullopt: it is none.
std::optional<Bytes> material_of(const tpm::RsaKey& key) {
    const std::uint32_t exponent = key.exponent == 0 ? 65'537 : key.exponent;
    Bytes magnitude;
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        const auto octet = static_cast<std::byte>((exponent >> (shift - 8)) & 0xffU);
        if (!magnitude.empty() || octet != std::byte{0}) magnitude.push_back(octet);
    }
    return crypto::write_rsa_public_key({.modulus = key.modulus, .exponent = magnitude});
}

/// Some TPMs leave out the zeros that a coordinate begins with.
std::optional<Bytes> material_of(const tpm::EccKey& key, std::size_t point_size) {
    const std::size_t coordinate = point_size / 2;
    if (key.x.size() > coordinate || key.y.size() > coordinate) return std::nullopt;
    Bytes point(point_size);
    point[0] = std::byte{0x04};
    std::ranges::copy_backward(key.x, point.end() - static_cast<std::ptrdiff_t>(coordinate));
    std::ranges::copy_backward(key.y, point.end());
    return point;
}

bool is_credential_key(const tpm::PublicArea& area, const PublicKey& credential_key) {
    const Bytes& material = credential_key.material;
    if (const auto* rsa = std::get_if<tpm::RsaKey>(&area.key)) return material_of(*rsa) == material;
    const auto& ecc = std::get<tpm::EccKey>(area.key);
    return signature_algorithm(credential_key.algorithm) == ecc.curve &&
           material_of(ecc, material.size()) == material;
}

bool is_hexadecimal_id(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdefABCDEF";
    return text.starts_with("id:") && text.size() > 3 &&
           text.find_first_not_of(digits, 3) == std::string_view::npos;
}

/// Manufacturer, model and version of the TPM, each once.
bool names_tpm(const Certificate& certificate) {
    const auto manufacturer = certificate.alternative_name(tpm_manufacturer);
    const auto model = certificate.alternative_name(tpm_model);
    const auto version = certificate.alternative_name(tpm_version);
    return manufacturer.size() == 1 &&
           manufacturer[0].size() == std::string_view("id:").size() + 8 &&
           is_hexadecimal_id(manufacturer[0]) && model.size() == 1 && !model[0].empty() &&
           version.size() == 1 && is_hexadecimal_id(version[0]);
}

/// 8.3.1 "TPM Attestation Statement Certificate Requirements"
bool meets_requirements(const Certificate& certificate) {
    return certificate.version() == 3 && certificate.has_empty_subject() &&
           names_tpm(certificate) && certificate.has_usage(aik_certificate_usage) &&
           certificate.basic_constraints() == crypto::BasicConstraints::end_entity;
}

/// The name of an object: the identifier of its hash, and that hash of its public area (part 1,
/// section 16).
std::optional<Bytes> name_of(
    const tpm::PublicArea& area, ByteView pub_area, crypto::SignatureVerifier& signatures
) {
    const auto digest = signatures.hash(area.name_algorithm, {pub_area});
    if (!digest) return std::nullopt;
    const std::uint16_t identifier = tpm::identifier_of(area.name_algorithm);
    Bytes name{static_cast<std::byte>(identifier >> 8U), static_cast<std::byte>(identifier)};
    name.insert(name.end(), digest->begin(), digest->end());
    return name;
}

}  // namespace

// Section 8.3, "TPM Attestation Statement Format". The specification does not number the steps.
Result<Evidence, Refusal> verify_tpm(const Input& input) {
    const auto statement = read_statement(input.statement);
    if (!statement) return fail(1, Reason::statement_malformed);
    const auto area = tpm::parse_public_area(statement->pub_area);
    if (!area) return fail(2, Reason::tpm_structure_malformed);
    if (!is_credential_key(*area, input.credential_key)) {
        return fail(2, Reason::attested_key_mismatch);
    }

    // Step 3: attToBeSigned is authenticator data and client data hash, one after the other.
    if (!statement->x5c) return fail(4, Reason::statement_malformed);
    auto certificates = read_certificates(*statement->x5c);
    if (!certificates) return fail(4, certificates.error());
    const Certificate& leaf = certificates->front();
    if (!meets_requirements(leaf)) return fail(5, Reason::certificate_requirements);
    const auto aaguid = check_aaguid_extension(leaf, input.attested.aaguid);
    if (!aaguid) return fail(6, aaguid.error());
    const auto algorithm = statement_algorithm(statement->algorithm);
    if (!algorithm) return fail(7, Reason::statement_algorithm_not_supported);
    const auto signature =
        require_valid(leaf.verify(*algorithm, statement->signature, {statement->cert_info}));
    if (!signature) return fail(7, signature.error());

    const auto attest = tpm::parse_attest(statement->cert_info);
    if (!attest) return fail(8, Reason::tpm_structure_malformed);
    if (attest->magic != tpm::generated_value) return fail(8, Reason::tpm_not_certified);
    if (attest->type != tpm::attest_certify) return fail(9, Reason::tpm_not_certified);
    const auto hash = crypto::hash_of(*algorithm);
    if (!hash) return fail(10, Reason::statement_algorithm_not_supported);
    const auto digest =
        input.signatures.hash(*hash, {input.authenticator_data.bytes, input.client_data_hash});
    if (!digest) return fail(10, Reason::cryptography_failed);
    if (!std::ranges::equal(attest->extra_data, *digest)) {
        return fail(10, Reason::statement_not_of_ceremony);
    }
    const auto certified = tpm::parse_certified_name(attest->attested);
    if (!certified) return fail(11, Reason::tpm_structure_malformed);
    const auto name = name_of(*area, statement->pub_area, input.signatures);
    if (!name) return fail(11, Reason::cryptography_failed);
    if (!std::ranges::equal(*certified, *name)) return fail(11, Reason::tpm_name_mismatch);
    return certified_by(std::move(certificates).value());  // step 12
}

}  // namespace latchkey::webauthn::attestation
