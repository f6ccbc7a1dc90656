// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"
#include "webauthn/statement_cases.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::FidoU2fStatement;
using test::StatementKind;

const auto other_key = test::PrivateKey::make(CoseAlgorithm::es256, 4'100);

Bytes certified(const test::PrivateKey& key) {
    return test::issue(test_authority(), {}, key).certificate;
}

const std::vector<StatementRow<FidoU2fStatement>> rows{
    {"two certificates",
     [](auto& s) { s.x5c.push_back(test_authority().certificate); },
     2,
     Reason::statement_malformed},
    {"a certificate of a key on P-384",
     [](auto& s) {
         const auto key = test::PrivateKey::make(CoseAlgorithm::es384, 4'101);
         s.x5c = {certified(key)};
     },
     2,
     Reason::certificate_requirements},
    {"a certificate of an Ed25519 key",
     [](auto& s) {
         const auto key = test::PrivateKey::make(CoseAlgorithm::eddsa, 4'102);
         s.x5c = {certified(key)};
     },
     2,
     Reason::certificate_requirements},
    {"no certificate", [](auto& s) { s.x5c.clear(); }, 1, Reason::statement_malformed},
    {"a certificate that is none",
     [](auto& s) { s.x5c = {Bytes(40)}; },
     1,
     Reason::certificate_malformed},
    {"a signature of another key",
     [](auto& s) { s.signer = other_key; },
     6,
     Reason::bad_attestation_signature},
    {"another first byte",
     [](auto& s) { s.reserved = std::byte{5}; },
     6,
     Reason::bad_attestation_signature},
    {"another public key",
     [](auto& s) { s.point = other_key.public_key().material; },
     6,
     Reason::bad_attestation_signature},
};

}  // namespace

TEST_CASE("8.6: a FIDO U2F statement is verified, with whatever AAGUID") {
    CHECK(judged(with_statement(StatementKind::fido_u2f)) == "verified");
    CHECK(judged(with_trusted_statement(StatementKind::fido_u2f)) == "attested");
    auto zero = with_statement(StatementKind::fido_u2f);
    zero.draft.data.aaguid = Aaguid();
    CHECK(judged(zero) == "verified");
}

TEST_CASE("8.6: a FIDO U2F statement that is wrong in one point is refused at its step") {
    for (const auto& row : rows) {
        CAPTURE(std::string(row.rule));
        auto registration = with_statement(StatementKind::fido_u2f);
        row.change(statement_of<FidoU2fStatement>(registration));
        CHECK(judged(registration) == refused(6, row.step, row.reason));
    }
}

TEST_CASE("8.6 step 1: a member missing, of another type or too many is refused") {
    auto registration = with_statement(StatementKind::fido_u2f);
    const Bytes statement = encoded_statement(registration);
    const auto sig = member_of(statement, "sig");
    const auto x5c = member_of(statement, "x5c");
    const auto alg = std::pair(test::cbor::text("alg"), test::cbor::integer(-7));
    for (const Bytes& changed :
         {without(statement, "sig"),
          without(statement, "x5c"),
          test::cbor::map({}),
          test::cbor::array({statement}),
          test::cbor::map({{test::cbor::text("sig"), test::cbor::text("x")}, x5c}),
          test::cbor::map({sig, {test::cbor::text("x5c"), test::cbor::array({})}}),
          test::cbor::map({sig, alg}),
          test::cbor::map({sig, x5c, alg})}) {
        registration.draft.statement.encoded = changed;
        CHECK(judged(registration) == refused(6, 1, Reason::statement_malformed));
    }
}

TEST_CASE("8.6 step 4: a FIDO U2F statement is about keys of ES256 only") {
    for (const auto algorithm : {CoseAlgorithm::eddsa, CoseAlgorithm::es384}) {
        const auto registration = with_statement(StatementKind::fido_u2f, algorithm);
        CHECK(judged(registration) == refused(6, 4, Reason::statement_algorithm_mismatch));
    }
}

TEST_CASE("8.6 step 5: the AAGUID is not signed, so no trust path makes it an allowed one") {
    auto registration = with_trusted_statement(StatementKind::fido_u2f);
    registration.policy.allowed_aaguids = {registration.draft.data.aaguid};
    CHECK(judged(registration) == "7.1 step 24: aaguid_not_allowed");
}

TEST_CASE("8.6 step 5: the statement covers RP ID, client data, credential id and key") {
    auto registration = with_statement(StatementKind::fido_u2f);
    registration.tamper = [](auto& made) {
        made.client_data_json.insert(made.client_data_json.end() - 1, std::byte{' '});
    };
    CHECK(judged(registration) == refused(6, 6, Reason::bad_attestation_signature));
    registration.tamper = [](auto& made) {
        // authData is the last member; the credential id stands after 37 + 16 + 2 bytes of it.
        auto& object = made.attestation_object;
        const auto size = RegistrationCase().draft.data.finish().size();
        object.at(object.size() - size + 55) ^= std::byte{1};
    };
    CHECK(judged(registration) == refused(6, 6, Reason::bad_attestation_signature));
}

}  // namespace latchkey::webauthn
