// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "webauthn/fixture.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::CertificateAuthority;
using test::CertificateFields;
using test::cbor::bytes;
using test::cbor::integer;
using test::cbor::text;

const test::PrivateKey root_key = test::PrivateKey::make(CoseAlgorithm::es256, 1'000);
const test::PrivateKey leaf_key = test::PrivateKey::make(CoseAlgorithm::es256, 1'001);
const test::Identity root = test::make_root(test::authority_fields("Packed Test Root"), root_key);

/// A registration with a packed statement signed by a certificate with these fields.
RegistrationCase certified_by(const CertificateFields& fields, const test::PrivateKey& key) {
    RegistrationCase registration;
    registration.draft.statement = {
        .format = "packed",
        .algorithm = static_cast<std::int64_t>(key.algorithm()),
        .key = key,
        .x5c = {test::issue(root, fields, key).certificate}
    };
    return registration;
}

RegistrationCase self_attested() {
    return RegistrationCase({.statement = test::StatementKind::packed_self});
}

std::string judged(const RegistrationCase& registration) {
    Verifier verifier;
    const auto verified = registration.verify(verifier);
    return verified ? "verified" : describe(verified.error());
}

/// Refused at this step of section 8.2.
std::string refused(std::uint8_t step, Reason reason) {
    return describe({Ceremony::registration, 22, reason, ProcedureStep{2, step}});
}

struct CertificateRow {
    const char* rule;
    std::function<void(CertificateFields&)> change;
    Reason reason = Reason::certificate_requirements;
    std::uint8_t step = 2;
};

const test::RawExtension aaguid_of_another_model =
    test::aaguid_extension(Aaguid({std::byte{0x66}}));

test::RawExtension own_aaguid() {
    return test::aaguid_extension(RegistrationCase().draft.data.aaguid);
}

const std::vector<CertificateRow> certificate_rows{
    {"version 1",
     [](auto& f) {
         f.version = 1;
         f.authority = CertificateAuthority::unsaid;
     }},
    {"version 2",
     [](auto& f) {
         f.version = 2;
         f.authority = CertificateAuthority::unsaid;
     }},
    {"no country", [](auto& f) { f.country = {}; }},
    {"a country in small letters", [](auto& f) { f.country = {"se"}; }},
    {"a country with a sign before A", [](auto& f) { f.country = {"@A"}; }},
    {"a country with a sign after Z", [](auto& f) { f.country = {"Z["}; }},
    {"two countries", [](auto& f) { f.country = {"SE", "NO"}; }},
    {"no organization", [](auto& f) { f.organization = {}; }},
    {"an empty organization before another",
     [](auto& f) { f.organization = {"", "Latchkey Tests"}; }},
    {"no organizational unit", [](auto& f) { f.unit = {}; }},
    {"another organizational unit", [](auto& f) { f.unit = {"Authenticator attestation"}; }},
    {"a second organizational unit", [](auto& f) { f.unit.emplace_back("Other"); }},
    {"no common name", [](auto& f) { f.common_name = {}; }},
    {"an empty common name before another",
     [](auto& f) { f.common_name = {"", "Software Authenticator"}; }},
    {"CA true", [](auto& f) { f.authority = CertificateAuthority::yes; }},
    {"no basic constraints", [](auto& f) { f.authority = CertificateAuthority::unsaid; }},
    {"the AAGUID of another model",
     [](auto& f) { f.extensions = {aaguid_of_another_model}; },
     Reason::aaguid_mismatch},
    {"the AAGUID in a critical extension",
     [](auto& f) {
         f.extensions = {own_aaguid()};
         f.extensions[0].critical = true;
     }},
    {"the AAGUID in one OCTET STRING only",
     [](auto& f) {
         f.extensions = {own_aaguid()};
         f.extensions[0].value.erase(
             f.extensions[0].value.begin(), f.extensions[0].value.begin() + 2
         );
     },
     Reason::aaguid_mismatch},
    {"bytes after the AAGUID",
     [](auto& f) {
         f.extensions = {own_aaguid()};
         f.extensions[0].value.push_back(std::byte{0});
     },
     Reason::aaguid_mismatch},
    {"the AAGUID extension twice",
     [](auto& f) { f.extensions = {own_aaguid(), own_aaguid()}; },
     Reason::certificate_malformed,
     1},
};

struct StatementRow {
    const char* rule;
    Bytes encoded;
    Reason reason = Reason::statement_malformed;
};

}  // namespace

TEST_CASE("8.2: a certified statement of each algorithm that its certificate may have is verified"
) {
    for (const auto algorithm : test::available_algorithms()) {
        const auto key = test::PrivateKey::make(algorithm, 1'002);
        auto registration = certified_by({}, key);
        CHECK(judged(registration) == "verified");
        registration.draft.statement.key = leaf_key;  // not the key of the certificate
        CHECK(judged(registration) == refused(2, Reason::bad_attestation_signature));
    }
}

TEST_CASE("8.2.1: a certificate that is wrong in one point is refused") {
    for (const auto& row : certificate_rows) {
        CAPTURE(std::string(row.rule));
        CertificateFields fields;
        row.change(fields);
        CHECK(judged(certified_by(fields, leaf_key)) == refused(row.step, row.reason));
    }
}

TEST_CASE("8.2.1: the AAGUID extension may be absent, or must be that of authenticator data") {
    CHECK(judged(certified_by({}, leaf_key)) == "verified");
    CHECK(judged(certified_by({.extensions = {own_aaguid()}}, leaf_key)) == "verified");
}

TEST_CASE("8.2.1: a country may have any two capital letters") {
    CHECK(judged(certified_by({.country = {"AZ"}}, leaf_key)) == "verified");
    CHECK(judged(certified_by({.country = {"ZA"}}, leaf_key)) == "verified");
}

TEST_CASE("8.2: the statement covers authenticator data and client data") {
    for (const bool is_self : {true, false}) {
        auto registration = is_self ? self_attested() : certified_by({}, leaf_key);
        CHECK(judged(registration) == "verified");
        registration.tamper = [](auto& made) {
            made.client_data_json.insert(made.client_data_json.end() - 1, std::byte{' '});
        };
        CHECK(judged(registration) == refused(is_self ? 3 : 2, Reason::bad_attestation_signature));
        registration.tamper = [&](auto& made) {
            // authData is the last member: its sign count is the four bytes after hash and flags.
            auto& object = made.attestation_object;
            const auto data_size = registration.draft.data.finish().size();
            object.at(object.size() - data_size + 36) ^= std::byte{1};
        };
        CHECK(judged(registration) == refused(is_self ? 3 : 2, Reason::bad_attestation_signature));
    }
}

TEST_CASE("8.2: the algorithm of a certified statement must fit the key of its certificate") {
    auto registration = certified_by({}, leaf_key);
    for (const std::int64_t algorithm : {-8, -257}) {
        registration.draft.statement.algorithm = algorithm;
        CHECK(judged(registration) == refused(2, Reason::statement_algorithm_mismatch));
    }
    for (const std::int64_t algorithm : {-9, -52, -65535}) {
        registration.draft.statement.algorithm = algorithm;
        CHECK(judged(registration) == refused(2, Reason::statement_algorithm_not_supported));
    }
}

TEST_CASE("8.2: the algorithm of a self attestation must be that of the credential") {
    auto registration = self_attested();
    for (const std::int64_t algorithm : {-8, -9, -257}) {
        registration.draft.statement.algorithm = algorithm;
        CHECK(judged(registration) == refused(3, Reason::statement_algorithm_mismatch));
    }
}

TEST_CASE("8.2: a self attestation by another key is refused") {
    auto registration = self_attested();
    registration.draft.statement.key = leaf_key;
    CHECK(judged(registration) == refused(3, Reason::bad_attestation_signature));
}

TEST_CASE("8.2: a statement by the credential key does not pass for a certified one") {
    auto registration = certified_by({}, leaf_key);
    registration.draft.statement.key = *self_attested().draft.statement.key;
    CHECK(judged(registration) == refused(2, Reason::bad_attestation_signature));
}

TEST_CASE("8.2: a statement of another syntax is refused") {
    const auto alg = std::pair(text("alg"), integer(-7));
    const auto sig = std::pair(text("sig"), bytes(Bytes(70)));
    const Bytes certificate = test::issue(root, {}, leaf_key).certificate;
    const auto x5c = [](Bytes value) { return std::pair(text("x5c"), std::move(value)); };
    const std::vector<StatementRow> rows{
        {"an empty map", test::cbor::map({})},
        {"no map", test::cbor::array({})},
        {"no alg", test::cbor::map({sig})},
        {"alg as text", test::cbor::map({{text("alg"), text("ES256")}, sig})},
        {"no sig", test::cbor::map({alg})},
        {"sig as text", test::cbor::map({alg, {text("sig"), text("x")}})},
        {"ecdaaKeyId", test::cbor::map({alg, sig, {text("ecdaaKeyId"), bytes({})}})},
        {"an empty x5c", test::cbor::map({alg, sig, x5c(test::cbor::array({}))})},
        {"x5c as bytes", test::cbor::map({alg, sig, x5c(bytes(certificate))})},
        {"x5c with text", test::cbor::map({alg, sig, x5c(test::cbor::array({text("x")}))})},
        {"x5c with nine certificates",
         test::cbor::map(
             {alg, sig, x5c(test::cbor::array(std::vector<Bytes>(9, bytes(certificate))))}
         )},
        {"x5c with what is no certificate",
         test::cbor::map({alg, sig, x5c(test::cbor::array({bytes(Bytes(40))}))}),
         Reason::certificate_malformed},
        {"bytes after a certificate",
         test::cbor::map(
             {alg, sig, x5c(test::cbor::array({bytes(test::join({certificate, Bytes(1)}))}))}
         ),
         Reason::certificate_malformed},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.rule));
        auto registration = self_attested();
        registration.draft.statement.encoded = row.encoded;
        CHECK(judged(registration) == refused(1, row.reason));
    }
}

}  // namespace latchkey::webauthn
