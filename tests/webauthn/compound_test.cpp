// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"
#include "webauthn/limits.hpp"
#include "webauthn/statement_cases.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::CompoundStatement;
using test::StatementKind;

test::StatementDraft statement_of_kind(StatementKind kind) {
    return with_statement(kind).draft.statement;
}

/// Two statements with a trust path each.
RegistrationCase compound() {
    auto registration = with_trusted_statement(StatementKind::compound);
    statement_of<CompoundStatement>(registration).members[0] =
        statement_of_kind(StatementKind::packed_certified);
    return registration;
}

}  // namespace

TEST_CASE("8.9: a compound statement of two that verify leads to the root of either") {
    CHECK(judged(compound()) == "attested");
    auto registration = compound();
    auto& members = statement_of<CompoundStatement>(registration).members;
    members = {statement_of_kind(StatementKind::none), statement_of_kind(StatementKind::tpm)};
    CHECK(judged(registration) == "attested");
    members = {
        statement_of_kind(StatementKind::none), statement_of_kind(StatementKind::packed_self)
    };
    CHECK(judged(registration) == "7.1 step 24: attestation_missing");
    registration.policy.attestation = Attestation::preferred;
    CHECK(judged(registration) == "verified");
}

TEST_CASE("8.9: one path that leads to a root is enough, and none is not") {
    auto registration = compound();
    auto& members = statement_of<CompoundStatement>(registration).members;
    auto& android = *members[1].write.target<test::AndroidKeyStatement>();
    android.authority = test_authority();
    CHECK(judged(registration) == "attested");
    registration.policy.roots = {test_authority().certificate};
    CHECK(judged(registration) == "attested");
    registration.policy.roots = {test::make_root(
                                     test::authority_fields("Other"),
                                     test::PrivateKey::make(CoseAlgorithm::es256, 4'700)
    )
                                     .certificate};
    CHECK(judged(registration) == "7.1 step 24: attestation_not_trusted");
}

TEST_CASE("8.9: a path that leads to a root counts after one that is expired") {
    auto registration = compound();
    registration.policy.roots.push_back(test_authority().certificate);
    auto& first = statement_of<CompoundStatement>(registration).members[0];
    const auto yesterday = registration.now - std::chrono::hours(24);
    first.x5c = {test::issue(test_authority(), {.not_after = yesterday}, *first.key).certificate};
    CHECK(judged(registration) == "attested");
    registration.policy.roots = {test_authority().certificate};
    CHECK(judged(registration) == "7.1 step 24: certificate_not_valid_now");
}

TEST_CASE("8.9: with a FIDO U2F statement inside, no trust path makes the AAGUID an allowed one") {
    auto registration = compound();
    registration.policy.allowed_aaguids = {registration.draft.data.aaguid};
    CHECK(judged(registration) == "attested");
    auto& members = statement_of<CompoundStatement>(registration).members;
    for (const std::size_t place : {0U, 1U}) {
        const auto held = std::exchange(members[place], statement_of_kind(StatementKind::fido_u2f));
        CHECK(judged(registration) == "7.1 step 24: aaguid_not_allowed");
        members[place] = held;
    }
}

TEST_CASE("8.9 step 1: one statement that does not verify refuses all, under its own step") {
    for (const std::size_t first : {0U, 1U}) {
        auto registration = compound();
        auto& members = statement_of<CompoundStatement>(registration).members;
        std::swap(members[0], members[first]);
        members[first].key = test::PrivateKey::make(CoseAlgorithm::es256, 4'701);
        members[first].write = {};
        members[first].format = "packed";
        CHECK(judged(registration) == refused(2, 2, Reason::bad_attestation_signature));
    }
    auto registration = compound();
    auto& members = statement_of<CompoundStatement>(registration).members;
    members[1].write.target<test::AndroidKeyStatement>()->challenge = Bytes(32);
    CHECK(judged(registration) == refused(4, 4, Reason::statement_not_of_ceremony));
}

TEST_CASE("8.9 step 1: formats that the policy refuses, or nobody knows, are refused inside too") {
    auto registration = compound();
    auto& members = statement_of<CompoundStatement>(registration).members;
    members[1] = statement_of_kind(StatementKind::android_safetynet);
    CHECK(judged(registration) == "attested");
    registration.policy.refused_formats = {"android-safetynet"};
    CHECK(judged(registration) == refused(9, 1, Reason::format_refused));
    members[1].format = "Packed";
    CHECK(judged(registration) == refused(9, 1, Reason::format_unknown));
}

TEST_CASE("8.9 step 1: an array of two to the limit, of maps of fmt and attStmt, not compound") {
    auto registration = compound();
    auto& members = statement_of<CompoundStatement>(registration).members;
    const auto both = members;
    const std::string malformed = refused(9, 1, Reason::statement_malformed);
    members = {both[0]};
    CHECK(judged(registration) == malformed);
    members = {};
    CHECK(judged(registration) == malformed);
    members = std::vector(limits::compound_statements, both[0]);
    CHECK(judged(registration) == "attested");
    members.push_back(both[0]);
    CHECK(judged(registration) == malformed);
    members = {both[0], {.format = "compound", .write = CompoundStatement{both}}};
    CHECK(judged(registration) == malformed);

    const auto fmt = std::pair(test::cbor::text("fmt"), test::cbor::text("none"));
    const auto statement = std::pair(test::cbor::text("attStmt"), test::cbor::map({}));
    const auto none = test::cbor::map({fmt, statement});
    for (const Bytes& second :
         {test::cbor::map({fmt}),
          test::cbor::map({statement}),
          test::cbor::map({{test::cbor::text("fmt"), test::cbor::integer(1)}, statement}),
          test::cbor::map({fmt, statement, {test::cbor::text("x"), test::cbor::integer(1)}}),
          test::cbor::text("none")}) {
        registration.draft.statement.encoded = test::cbor::array({none, second});
        CHECK(judged(registration) == malformed);
    }
    registration.draft.statement.encoded = test::cbor::map({});
    CHECK(judged(registration) == malformed);
}

}  // namespace latchkey::webauthn
