// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"
#include "webauthn/fixture.hpp"
#include "webauthn/statement_cases.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using crypto::SignatureAlgorithm;
using test::CertificateFields;
using test::StatementKind;
using test::TpmStatement;

const auto other_key = test::PrivateKey::make(CoseAlgorithm::es256, 4'400);
const test::Identity authority = test_authority();

/// Replaces the AIK certificate by one with these fields.
void certify(TpmStatement& statement, const CertificateFields& fields) {
    statement.x5c = {test::issue(authority, fields, statement.aik).certificate};
}

const std::vector<StatementRow<TpmStatement>> rows{
    {"version 1.2", [](auto& s) { s.ver = "1.2"; }, 1, Reason::statement_malformed},
    {"another key",
     [](auto& s) { s.pub_area.first[5] ^= std::byte{1}; },
     2,
     Reason::attested_key_mismatch},
    {"another y",
     [](auto& s) { s.pub_area.second[5] ^= std::byte{1}; },
     2,
     Reason::attested_key_mismatch},
    {"an x that is too long",
     [](auto& s) { s.pub_area.first.insert(s.pub_area.first.begin(), std::byte{4}); },
     2,
     Reason::attested_key_mismatch},
    {"a y that is too long",
     [](auto& s) { s.pub_area.second.insert(s.pub_area.second.begin(), s.pub_area.first.back()); },
     2,
     Reason::attested_key_mismatch},
    {"another curve", [](auto& s) { s.pub_area.curve = 4; }, 2, Reason::attested_key_mismatch},
    {"a curve that is none",
     [](auto& s) { s.pub_area.curve = 0x10; },
     2,
     Reason::tpm_structure_malformed},
    {"a key derivation", [](auto& s) { s.pub_area.kdf = 0x20; }, 2, Reason::tpm_structure_malformed
    },
    {"a type that is none", [](auto& s) { s.pub_area.type = 8; }, 2, Reason::tpm_structure_malformed
    },
    {"a name of a hash that is none",
     [](auto& s) { s.pub_area.name_algorithm = 0x12; },
     2,
     Reason::tpm_structure_malformed},
    {"a scheme for encryption",
     [](auto& s) { s.pub_area.scheme = 0x15; },
     2,
     Reason::tpm_structure_malformed},
    {"a symmetric cipher that is none",
     [](auto& s) { s.pub_area.symmetric = 0x0a; },
     2,
     Reason::tpm_structure_malformed},
    {"a byte after pubArea",
     [](auto& s) { s.pub_area.trailing = Bytes(1); },
     2,
     Reason::tpm_structure_malformed},
    {"no x5c", [](auto& s) { s.x5c.clear(); }, 4, Reason::statement_malformed},
    {"a certificate that is none",
     [](auto& s) { s.x5c = {Bytes(40)}; },
     4,
     Reason::certificate_malformed},
    {"a signature of another key",
     [](auto& s) { s.aik = other_key; },
     7,
     Reason::bad_attestation_signature},
    {"an algorithm that does not fit the certificate",
     [](auto& s) { s.algorithm = -257; },
     7,
     Reason::statement_algorithm_mismatch},
    {"RS1 with a key that is not RSA",
     [](auto& s) { s.algorithm = -65535; },
     7,
     Reason::statement_algorithm_mismatch},
    {"an algorithm that nobody knows",
     [](auto& s) { s.algorithm = -9; },
     7,
     Reason::statement_algorithm_not_supported},
    {"a certInfo that is too short",
     [](auto& s) { s.cert_info.encoded = Bytes(34); },
     8,
     Reason::tpm_structure_malformed},
    {"a certInfo that no TPM made",
     [](auto& s) { s.cert_info.magic = 0xff544346; },
     8,
     Reason::tpm_not_certified},
    {"a byte after certInfo",
     [](auto& s) { s.cert_info.trailing = Bytes(1); },
     11,
     Reason::tpm_structure_malformed},
    {"a certInfo of TPM2_Quote",
     [](auto& s) { s.cert_info.type = 0x8018; },
     9,
     Reason::tpm_not_certified},
    {"the hash of another ceremony",
     [](auto& s) { s.cert_info.extra_data = Bytes(32); },
     10,
     Reason::statement_not_of_ceremony},
    {"no hash",
     [](auto& s) { s.cert_info.extra_data = Bytes(); },
     10,
     Reason::statement_not_of_ceremony},
    {"the name of another object",
     [](auto& s) { s.cert_info.name = Bytes(34); },
     11,
     Reason::tpm_name_mismatch},
    {"no name", [](auto& s) { s.cert_info.name = Bytes(); }, 11, Reason::tpm_name_mismatch},
};

struct CertificateRow {
    const char* rule;
    void (*change)(CertificateFields&);
    std::uint8_t step = 5;
    Reason reason = Reason::certificate_requirements;
};

void rename(
    CertificateFields& fields, const char* manufacturer, const char* model, const char* version
) {
    fields.extensions[0] = test::tpm_alternative_name(manufacturer, model, version);
}

const std::vector<CertificateRow> certificate_rows{
    {"version 1",
     [](auto& f) {
         f.version = 1;
         f.authority = test::CertificateAuthority::unsaid;
     }},
    {"a subject", [](auto& f) { f.common_name = {"TPM"}; }},
    {"no subject alternative name", [](auto& f) { f.extensions.erase(f.extensions.begin()); }},
    {"no manufacturer", [](auto& f) { rename(f, "", "Model", "id:0001"); }},
    {"a manufacturer in another form", [](auto& f) { rename(f, "LTCH", "Model", "id:0001"); }},
    {"a manufacturer of seven digits", [](auto& f) { rename(f, "id:4C54434", "Model", "id:0001"); }
    },
    {"a manufacturer of other digits", [](auto& f) { rename(f, "id:4C54434G", "Model", "id:0001"); }
    },
    {"no model", [](auto& f) { rename(f, "id:4C544348", "", "id:0001"); }},
    {"no version", [](auto& f) { rename(f, "id:4C544348", "Model", ""); }},
    {"a version in another form", [](auto& f) { rename(f, "id:4C544348", "Model", "1.0"); }},
    {"a version without its prefix", [](auto& f) { rename(f, "id:4C544348", "Model", "1.00"); }},
    {"a version that begins with another sign",
     [](auto& f) { rename(f, "id:4C544348", "Model", "id:G1"); }},
    {"a version of no digits", [](auto& f) { rename(f, "id:4C544348", "Model", "id:"); }},
    {"a subject alternative name of a host",
     [](auto& f) { f.extensions[0] = test::dns_name("tpm.example"); }},
    {"no extended key usage", [](auto& f) { f.extensions.pop_back(); }},
    {"another extended key usage",
     [](auto& f) { f.extensions[1] = test::key_usage(hex_decode("6781050801").value()); }},
    {"CA true", [](auto& f) { f.authority = test::CertificateAuthority::yes; }},
    {"no basic constraints", [](auto& f) { f.authority = test::CertificateAuthority::unsaid; }},
    {"the AAGUID of another model",
     [](auto& f) { f.extensions.push_back(test::aaguid_extension(Aaguid({std::byte{0x66}}))); },
     6,
     Reason::aaguid_mismatch},
};

RegistrationCase signed_with(CoseAlgorithm algorithm) {
    RegistrationCase registration(
        {.statement = StatementKind::tpm, .attestation_algorithm = algorithm}
    );
    return registration;
}

}  // namespace

TEST_CASE("8.3: a TPM statement is verified for RSA keys, and keys on each curve of a TPM") {
    using enum CoseAlgorithm;
    for (const auto algorithm : {es256, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512}) {
        CHECK(judged(with_statement(StatementKind::tpm, algorithm)) == "verified");
    }
    CHECK(judged(with_trusted_statement(StatementKind::tpm)) == "attested");
}

TEST_CASE("8.3: the AIK may sign with any algorithm that hashes, RS1 of old TPMs included") {
    using enum CoseAlgorithm;
    for (const auto algorithm : {es256, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512}) {
        CHECK(judged(signed_with(algorithm)) == "verified");
    }
    CHECK(judged(signed_with(eddsa)) == refused(3, 10, Reason::statement_algorithm_not_supported));
    auto old = signed_with(rs256);
    auto& statement = statement_of<TpmStatement>(old);
    statement.algorithm = -65535;
    CHECK(judged(old) == refused(3, 7, Reason::bad_attestation_signature));
    statement.signed_with = SignatureAlgorithm::rsa_pkcs1_sha1;
    CHECK(judged(old) == "verified");
}

TEST_CASE("8.3: a TPM statement that is wrong in one point is refused at its step") {
    for (const auto& row : rows) {
        CAPTURE(std::string(row.rule));
        auto registration = with_statement(StatementKind::tpm);
        row.change(statement_of<TpmStatement>(registration));
        CHECK(judged(registration) == refused(3, row.step, row.reason));
    }
}

TEST_CASE("8.3.1: an AIK certificate that is wrong in one point is refused") {
    for (const auto& row : certificate_rows) {
        CAPTURE(std::string(row.rule));
        auto registration = with_statement(StatementKind::tpm);
        auto fields = test::aik_fields();
        row.change(fields);
        certify(statement_of<TpmStatement>(registration), fields);
        CHECK(judged(registration) == refused(3, row.step, row.reason));
    }
}

TEST_CASE("8.3.1: the AAGUID extension may be absent; any manufacturer will do") {
    auto registration = with_statement(StatementKind::tpm);
    auto fields = test::aik_fields();
    rename(fields, "id:00000000", "x", "id:1");
    certify(statement_of<TpmStatement>(registration), fields);
    CHECK(judged(registration) == "verified");
}

TEST_CASE("8.3 step 2: pubArea may name a scheme, a cipher or the usual exponent") {
    auto registration = with_statement(StatementKind::tpm, CoseAlgorithm::rs256);
    auto& area = statement_of<TpmStatement>(registration).pub_area;
    area.exponent = 65'537;
    area.scheme = 0x0014;
    area.symmetric = 0x0006;
    CHECK(judged(registration) == "verified");
    area.scheme = 0x0016;
    CHECK(judged(registration) == "verified");
    area.scheme = 0x0015;
    CHECK(judged(registration) == refused(3, 2, Reason::tpm_structure_malformed));
    area.scheme = 0x0014;
    area.scheme_hash = 0x0012;
    CHECK(judged(registration) == refused(3, 2, Reason::tpm_structure_malformed));
    area.scheme_hash = 0x000b;
    area.exponent = 3;
    CHECK(judged(registration) == refused(3, 2, Reason::attested_key_mismatch));
    area.exponent = 0;
    area.key_bits = 1'024;
    CHECK(judged(registration) == refused(3, 2, Reason::tpm_structure_malformed));
}

TEST_CASE("8.3 step 2: pubArea may name the scheme of a key on a curve") {
    auto registration = with_statement(StatementKind::tpm);
    auto& area = statement_of<TpmStatement>(registration).pub_area;
    area.scheme = 0x0018;
    CHECK(judged(registration) == "verified");
    area.scheme = 0x0019;
    CHECK(judged(registration) == refused(3, 2, Reason::tpm_structure_malformed));
}

TEST_CASE("8.3 step 11: the name is made with the hash that pubArea names") {
    for (const std::uint16_t hash :
         std::to_array<std::uint16_t>({0x0004, 0x000b, 0x000c, 0x000d})) {
        auto registration = with_statement(StatementKind::tpm);
        statement_of<TpmStatement>(registration).pub_area.name_algorithm = hash;
        CHECK(judged(registration) == "verified");
    }
}

TEST_CASE("8.3 step 2: a key of a TPM does not pass for a key of another type") {
    auto registration = with_statement(StatementKind::tpm);
    auto& statement = statement_of<TpmStatement>(registration);
    statement.pub_area =
        test::TpmPublicArea::of(test::PrivateKey::make(CoseAlgorithm::rs256, 4'401));
    CHECK(judged(registration) == refused(3, 2, Reason::attested_key_mismatch));
}

TEST_CASE("8.3 step 1: a member missing, of another type or too many is refused") {
    auto registration = with_statement(StatementKind::tpm);
    const Bytes statement = encoded_statement(registration);
    for (const Bytes& changed :
         {without(statement, "ver"),
          without(statement, "alg"),
          without(statement, "sig"),
          without(statement, "certInfo"),
          without(statement, "pubArea"),
          test::cbor::map({}),
          test::cbor::array({statement})}) {
        registration.draft.statement.encoded = changed;
        CHECK(judged(registration) == refused(3, 1, Reason::statement_malformed));
    }
}

}  // namespace latchkey::webauthn
