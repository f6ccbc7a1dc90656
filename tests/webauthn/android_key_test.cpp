// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "crypto/der.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"
#include "webauthn/attestation/android_key_description.hpp"
#include "webauthn/statement_cases.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::AndroidKeyStatement;
using test::StatementKind;

const auto other_key = test::PrivateKey::make(CoseAlgorithm::es256, 4'300);

const std::vector<StatementRow<AndroidKeyStatement>> rows{
    {"a signature of another key",
     [](auto& s) { s.signer = other_key; },
     2,
     Reason::bad_attestation_signature},
    {"an algorithm that does not fit the certificate",
     [](auto& s) { s.algorithm = -8; },
     2,
     Reason::statement_algorithm_mismatch},
    {"an algorithm that nobody knows",
     [](auto& s) { s.algorithm = -65535; },
     2,
     Reason::statement_algorithm_not_supported},
    {"a certificate and signature of another key",
     [](auto& s) { s.signer = s.certified_key = other_key; },
     3,
     Reason::attested_key_mismatch},
    {"no key description",
     [](auto& s) { s.extension_oid = "1.3.6.1.4.1.11129.2.1.18"; },
     4,
     Reason::certificate_requirements},
    {"a key description that is none",
     [](auto& s) { s.extension = Bytes{std::byte{0x30}, std::byte{0}}; },
     4,
     Reason::certificate_requirements},
    {"the challenge of another ceremony",
     [](auto& s) { s.challenge = Bytes(32, std::byte{1}); },
     4,
     Reason::statement_not_of_ceremony},
    {"an empty challenge",
     [](auto& s) { s.challenge = Bytes(); },
     4,
     Reason::statement_not_of_ceremony},
    {"a key for all applications, by software",
     [](auto& s) { s.software.all_applications = true; },
     5,
     Reason::key_authorization_refused},
    {"a key for all applications, by the trusted environment",
     [](auto& s) { s.tee.all_applications = true; },
     5,
     Reason::key_authorization_refused},
    {"an imported key, by the trusted environment",
     [](auto& s) { s.tee.origin = 2; },
     6,
     Reason::key_authorization_refused},
    {"an imported key, by software",
     [](auto& s) { s.software.origin = 2; },
     6,
     Reason::key_authorization_refused},
    {"a key that only decrypts",
     [](auto& s) { s.tee.purposes = {1U}; },
     7,
     Reason::key_authorization_refused},
    {"a key that is for nothing",
     [](auto& s) { s.tee.purposes.emplace().clear(); },
     7,
     Reason::key_authorization_refused},
    {"a key that only verifies, by software",
     [](auto& s) { s.software.purposes = {3U}; },
     7,
     Reason::key_authorization_refused},
};

namespace der = crypto::der;
using attestation::android::parse_key_description;

Bytes sequence(const std::vector<Bytes>& members) {
    return der::write(der::Tag::sequence, test::join(members));
}

// The members of a key description.
const Bytes versions = hex_decode("0201040a01010201040a0101").value();
const Bytes challenge = der::write(der::Tag::octet_string, Bytes(32, std::byte{7}));
const Bytes unique_id = der::write(der::Tag::octet_string, {});
const Bytes empty_list = test::AuthorizationDraft().finish();

}  // namespace

TEST_CASE("8.4: an Android key statement is verified for a key of any algorithm") {
    for (const auto algorithm : test::available_algorithms()) {
        CHECK(judged(with_statement(StatementKind::android_key, algorithm)) == "verified");
    }
    CHECK(judged(with_trusted_statement(StatementKind::android_key)) == "attested");
}

TEST_CASE("8.4: an Android key statement that is wrong in one point is refused at its step") {
    for (const auto& row : rows) {
        CAPTURE(std::string(row.rule));
        auto registration = with_statement(StatementKind::android_key);
        row.change(statement_of<AndroidKeyStatement>(registration));
        CHECK(judged(registration) == refused(4, row.step, row.reason));
    }
}

TEST_CASE("8.4 steps 6 and 7: what software says counts unless the policy wants the environment") {
    auto registration = with_statement(StatementKind::android_key);
    auto& statement = statement_of<AndroidKeyStatement>(registration);
    std::swap(statement.software, statement.tee);
    CHECK(judged(registration) == "verified");
    registration.policy.android_keys = AndroidKeys::trusted_environment;
    CHECK(judged(registration) == refused(4, 6, Reason::key_authorization_refused));
    statement.tee.origin = 0;
    CHECK(judged(registration) == refused(4, 7, Reason::key_authorization_refused));
    statement.tee.purposes = {2U};
    CHECK(judged(registration) == "verified");
}

TEST_CASE("8.4 steps 6 and 7: lists that say nothing pass, unless the policy wants more") {
    auto registration = with_statement(StatementKind::android_key);
    auto& statement = statement_of<AndroidKeyStatement>(registration);
    statement.tee = statement.software = {};
    CHECK(judged(registration) == "verified");
    registration.policy.android_keys = AndroidKeys::trusted_environment;
    CHECK(judged(registration) == refused(4, 6, Reason::key_authorization_refused));
}

TEST_CASE("8.4 step 1: a member missing, of another type or too many is refused") {
    auto registration = with_statement(StatementKind::android_key);
    const Bytes statement = encoded_statement(registration);
    const auto alg = member_of(statement, "alg");
    const auto sig = member_of(statement, "sig");
    const auto x5c = member_of(statement, "x5c");
    const auto ver = std::pair(test::cbor::text("ver"), test::cbor::text("1"));
    for (const Bytes& changed :
         {without(statement, "alg"),
          without(statement, "sig"),
          without(statement, "x5c"),
          test::cbor::map({}),
          test::cbor::array({statement}),
          test::cbor::map({{test::cbor::text("alg"), test::cbor::text("ES256")}, sig, x5c}),
          test::cbor::map({alg, {test::cbor::text("sig"), test::cbor::text("x")}, x5c}),
          test::cbor::map({alg, sig, ver}),
          test::cbor::map({alg, sig, x5c, ver})}) {
        registration.draft.statement.encoded = changed;
        CHECK(judged(registration) == refused(4, 1, Reason::statement_malformed));
    }
    const Bytes no_certificate = test::cbor::array({test::cbor::bytes(Bytes(40))});
    registration.draft.statement.encoded =
        test::cbor::map({alg, sig, {test::cbor::text("x5c"), no_certificate}});
    CHECK(judged(registration) == refused(4, 1, Reason::certificate_malformed));
}

TEST_CASE("8.4.1: a key description is read whole: no truncation of it is one") {
    const test::AuthorizationDraft list{
        .purposes = {{2U, 3U}}, .origin = 1U, .all_applications = true
    };
    const Bytes description = sequence({versions, challenge, unique_id, empty_list, list.finish()});
    const auto parsed = parse_key_description(description);
    REQUIRE(parsed);
    CHECK(test::copy_of(parsed->challenge) == Bytes(32, std::byte{7}));
    CHECK_FALSE(parsed->software_enforced.purposes);
    CHECK_FALSE(parsed->software_enforced.origin);
    CHECK_FALSE(parsed->software_enforced.all_applications);
    CHECK(parsed->tee_enforced.purposes == std::vector<std::uint64_t>{2, 3});
    CHECK(parsed->tee_enforced.origin == 1U);
    CHECK(parsed->tee_enforced.all_applications);
    for (std::size_t size = 0; size < description.size(); ++size) {
        CHECK_FALSE(parse_key_description(ByteView(description).first(size)));
    }
    Bytes longer = description;
    longer.push_back(std::byte{0});
    CHECK_FALSE(parse_key_description(longer));
}

TEST_CASE("8.4.1: a key description without one of its members is none") {
    CHECK(parse_key_description(sequence({versions, challenge, unique_id, empty_list, empty_list}))
    );
    for (const Bytes& wrong :
         {sequence({challenge, unique_id, empty_list, empty_list}),
          sequence({versions, challenge, empty_list, empty_list}),
          sequence({versions, challenge, unique_id, empty_list})}) {
        CHECK_FALSE(parse_key_description(wrong));
    }
}

TEST_CASE("8.4.1: an element of a list that is not what its tag says makes it none") {
    const auto parsed_with = [](const std::vector<Bytes>& elements) {
        return parse_key_description(
            sequence({versions, challenge, unique_id, empty_list, sequence(elements)})
        );
    };
    const auto tagged = [](std::uint32_t tag, const std::vector<Bytes>& contents) {
        return der::write(der::ContextTag{tag}, test::join(contents));
    };
    const Bytes one = der::write(der::Tag::integer, Bytes{std::byte{1}});
    const Bytes null = der::write(der::Tag::null, {});
    const Bytes purposes = tagged(1, {der::write(der::Tag::set, one)});
    const Bytes origin = tagged(702, {one});
    CHECK(parsed_with({purposes, tagged(600, {null}), origin}));
    for (const auto& wrong : std::vector<std::vector<Bytes>>{
             {purposes, purposes},
             {tagged(1, {one})},
             {tagged(1, {der::write(der::Tag::set, one), null})},
             {tagged(1, {der::write(der::Tag::set, null)})},
             {tagged(600, {one})},
             {tagged(600, {null, null})},
             {tagged(600, {der::write(der::Tag::null, Bytes(1))})},
             {origin, origin},
             {tagged(702, {null})},
             {tagged(702, {one, null})},
             {tagged(702, {der::write(der::Tag::integer, Bytes(9, std::byte{1}))})},
         }) {
        CHECK_FALSE(parsed_with(wrong));
    }
}

TEST_CASE("8.4.1: a number of 64 bits is read") {
    const Bytes number = hex_decode("0102030405060708").value();
    const Bytes origin = der::write(der::ContextTag{702}, der::write(der::Tag::integer, number));
    const auto parsed = parse_key_description(
        sequence({versions, challenge, unique_id, empty_list, sequence({origin})})
    );
    REQUIRE(parsed);
    CHECK(parsed->tee_enforced.origin == 0x0102'0304'0506'0708U);
}

}  // namespace latchkey::webauthn
