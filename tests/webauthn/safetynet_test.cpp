// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
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

#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::SafetyNetStatement;
using test::StatementKind;

const auto other_key = test::PrivateKey::make(CoseAlgorithm::es256, 4'600);

/// A certificate of the signer with this extension instead of the name of the service.
void certify(SafetyNetStatement& statement, const test::CertificateFields& fields) {
    statement.x5c = {test::issue(test_authority(), fields, statement.signer).certificate};
}

const std::vector<StatementRow<SafetyNetStatement>> rows{
    {"no version", [](auto& s) { s.ver = ""; }, 1, Reason::statement_malformed},
    {"a header that is no JSON",
     [](auto& s) { s.header = "{"; },
     2,
     Reason::safetynet_response_malformed},
    {"a header without x5c",
     [](auto& s) { s.header = R"({"alg":"ES256"})"; },
     2,
     Reason::safetynet_response_malformed},
    {"a header with an empty x5c",
     [](auto& s) { s.x5c.clear(); },
     2,
     Reason::safetynet_response_malformed},
    {"a certificate that is none",
     [](auto& s) { s.x5c = {Bytes(40)}; },
     2,
     Reason::safetynet_response_malformed},
    {"the algorithm none",
     [](auto& s) { s.algorithm_name = "none"; },
     2,
     Reason::safetynet_response_malformed},
    {"a symmetric algorithm",
     [](auto& s) { s.algorithm_name = "HS256"; },
     2,
     Reason::safetynet_response_malformed},
    {"an algorithm that does not fit the certificate",
     [](auto& s) { s.algorithm_name = "RS256"; },
     2,
     Reason::statement_algorithm_mismatch},
    {"a payload that is no JSON",
     [](auto& s) { s.payload = "nonce"; },
     2,
     Reason::safetynet_response_malformed},
    {"a signature of another key",
     [](auto& s) { s.signer = other_key; },
     2,
     Reason::bad_attestation_signature},
    {"a device that is not compatible",
     [](auto& s) { s.cts_profile_match = "false"; },
     2,
     Reason::device_integrity_failed},
    {"a device that is compatible in text",
     [](auto& s) { s.cts_profile_match = "\"true\""; },
     2,
     Reason::device_integrity_failed},
    {"an empty payload", [](auto& s) { s.payload = "{}"; }, 2, Reason::device_integrity_failed},
    {"the nonce of another ceremony",
     [](auto& s) { s.nonce = base64_encode(Bytes(32)); },
     3,
     Reason::statement_not_of_ceremony},
    {"no nonce",
     [](auto& s) { s.payload = R"({"ctsProfileMatch":true})"; },
     3,
     Reason::statement_not_of_ceremony},
    {"another host",
     [](auto& s) { certify(s, {.extensions = {test::dns_name("attest.android.com.example")}}); },
     4,
     Reason::certificate_requirements},
    {"a wildcard",
     [](auto& s) { certify(s, {.extensions = {test::dns_name("*.android.com")}}); },
     4,
     Reason::certificate_requirements},
    {"the host in the common name, another in the alternative",
     [](auto& s) {
         certify(
             s,
             {.common_name = {"attest.android.com"},
              .extensions = {test::dns_name("www.example.org")}}
         );
     },
     4,
     Reason::certificate_requirements},
};

}  // namespace

TEST_CASE("8.5: a SafetyNet statement is verified where the policy takes it, of each algorithm") {
    for (const auto algorithm : {CoseAlgorithm::es256, CoseAlgorithm::rs256}) {
        RegistrationCase registration(
            {.statement = StatementKind::android_safetynet, .attestation_algorithm = algorithm}
        );
        CHECK(judged(registration) == "7.1 step 21: format_refused");
        registration.policy.refused_formats.clear();
        CHECK(judged(registration) == "verified");
    }
    CHECK(judged(with_trusted_statement(StatementKind::android_safetynet)) == "attested");
}

TEST_CASE("8.5: a certificate without alternative names is of whom its common name says") {
    auto registration = with_statement(StatementKind::android_safetynet);
    auto& statement = statement_of<SafetyNetStatement>(registration);
    certify(statement, {.common_name = {"attest.android.com"}});
    CHECK(judged(registration) == "verified");
    certify(statement, {.common_name = {"attest.android.co"}});
    CHECK(judged(registration) == refused(5, 4, Reason::certificate_requirements));
}

TEST_CASE("8.5: a SafetyNet statement that is wrong in one point is refused at its step") {
    for (const auto& row : rows) {
        CAPTURE(std::string(row.rule));
        auto registration = with_statement(StatementKind::android_safetynet);
        row.change(statement_of<SafetyNetStatement>(registration));
        CHECK(judged(registration) == refused(5, row.step, row.reason));
    }
}

TEST_CASE("8.5 step 1: a member missing, of another type or too many is refused") {
    auto registration = with_statement(StatementKind::android_safetynet);
    const Bytes statement = encoded_statement(registration);
    for (const Bytes& changed :
         {without(statement, "ver"), without(statement, "response"), test::cbor::map({})}) {
        registration.draft.statement.encoded = changed;
        CHECK(judged(registration) == refused(5, 1, Reason::statement_malformed));
    }
    for (const auto* response :
         {"", ".", "..", "a.b", "e30.e30.", "e30.e30.AA.AA", "e30=.e30.AA"}) {
        registration.draft.statement.encoded = test::cbor::map(
            {{test::cbor::text("ver"), test::cbor::text("1")},
             {test::cbor::text("response"),
              test::cbor::bytes(test::copy_of(std::string_view(response)))}}
        );
        CHECK(judged(registration) == refused(5, 2, Reason::safetynet_response_malformed));
    }
}

}  // namespace latchkey::webauthn
