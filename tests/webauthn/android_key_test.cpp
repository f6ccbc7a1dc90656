// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/der.hpp"
#include "webauthn/attestation/android_key_description.hpp"
#include "webauthn/statement_cases.hpp"

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
    for (const Bytes& changed :
         {without(statement, "alg"),
          without(statement, "sig"),
          without(statement, "x5c"),
          test::cbor::map({}),
          test::cbor::array({statement})}) {
        registration.draft.statement.encoded = changed;
        CHECK(judged(registration) == refused(4, 1, Reason::statement_malformed));
    }
}

TEST_CASE("8.4.1: a key description is read whole: no truncation of it is one") {
    namespace der = crypto::der;
    const auto member = [](der::Tag tag, unsigned value) {
        return der::write(tag, Bytes{static_cast<std::byte>(value)});
    };
    const test::AuthorizationDraft list{
        .purposes = {{2U, 3U}}, .origin = 1U, .all_applications = true
    };
    const Bytes description = der::write(
        der::Tag::sequence,
        test::join(
            {member(der::Tag::integer, 4),
             member(der::Tag::enumerated, 1),
             member(der::Tag::integer, 4),
             member(der::Tag::enumerated, 1),
             der::write(der::Tag::octet_string, Bytes(32, std::byte{7})),
             der::write(der::Tag::octet_string, {}),
             test::AuthorizationDraft().finish(),
             list.finish()}
        )
    );
    const auto parsed = attestation::android::parse_key_description(description);
    REQUIRE(parsed);
    CHECK(test::copy_of(parsed->challenge) == Bytes(32, std::byte{7}));
    CHECK_FALSE(parsed->software_enforced.purposes);
    CHECK_FALSE(parsed->software_enforced.origin);
    CHECK_FALSE(parsed->software_enforced.all_applications);
    CHECK(parsed->tee_enforced.purposes == std::vector<std::uint64_t>{2, 3});
    CHECK(parsed->tee_enforced.origin == 1U);
    CHECK(parsed->tee_enforced.all_applications);
    for (std::size_t size = 0; size < description.size(); ++size) {
        CHECK_FALSE(attestation::android::parse_key_description(ByteView(description).first(size)));
    }
    Bytes longer = description;
    longer.push_back(std::byte{0});
    CHECK_FALSE(attestation::android::parse_key_description(longer));
}

}  // namespace latchkey::webauthn
