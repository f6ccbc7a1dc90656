// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/der.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/statement_cases.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using crypto::der::ContextTag;
using crypto::der::Tag;
using test::AppleStatement;
using test::StatementKind;

Bytes wrapped(Tag outer, std::uint32_t number, Tag inner, std::size_t size) {
    const Bytes nonce = crypto::der::write(inner, Bytes(size));
    return crypto::der::write(outer, crypto::der::write(ContextTag{number}, nonce));
}

const std::vector<StatementRow<AppleStatement>> rows{
    {"a certificate that is none",
     [](auto& s) { s.others = {Bytes(40)}; },
     1,
     Reason::certificate_malformed},
    {"more certificates than the limit",
     [](auto& s) { s.others = std::vector<Bytes>(8, s.authority.certificate); },
     1,
     Reason::statement_malformed},
    {"no nonce",
     [](auto& s) { s.extension_oid = "1.2.840.113635.100.8.3"; },
     4,
     Reason::certificate_requirements},
    {"the nonce of another ceremony",
     [](auto& s) { s.nonce = Bytes(32, std::byte{1}); },
     4,
     Reason::statement_not_of_ceremony},
    {"an empty nonce", [](auto& s) { s.nonce = Bytes(); }, 4, Reason::statement_not_of_ceremony},
    {"a nonce under another tag",
     [](auto& s) { s.extension = wrapped(Tag::sequence, 2, Tag::octet_string, 32); },
     4,
     Reason::certificate_requirements},
    {"a nonce of another type",
     [](auto& s) { s.extension = wrapped(Tag::sequence, 1, Tag::integer, 32); },
     4,
     Reason::certificate_requirements},
    {"a nonce in a set",
     [](auto& s) { s.extension = wrapped(Tag::set, 1, Tag::octet_string, 32); },
     4,
     Reason::certificate_requirements},
    {"an empty sequence",
     [](auto& s) { s.extension = crypto::der::write(Tag::sequence, Bytes()); },
     4,
     Reason::certificate_requirements},
    {"a member after the nonce",
     [](auto& s) {
         const auto value = crypto::der::write(Tag::octet_string, Bytes(32));
         const auto tagged = crypto::der::write(ContextTag{1}, value);
         s.extension = crypto::der::write(Tag::sequence, test::join({tagged, value}));
     },
     4,
     Reason::certificate_requirements},
    {"two nonces under one tag",
     [](auto& s) {
         const auto value = crypto::der::write(Tag::octet_string, Bytes(32));
         const auto tagged = crypto::der::write(ContextTag{1}, test::join({value, value}));
         s.extension = crypto::der::write(Tag::sequence, tagged);
     },
     4,
     Reason::certificate_requirements},
    {"a byte after the nonce",
     [](auto& s) {
         s.extension = wrapped(Tag::sequence, 1, Tag::octet_string, 32);
         s.extension->push_back(std::byte{0});
     },
     4,
     Reason::certificate_requirements},
    {"a certificate of another key",
     [](auto& s) { s.certified_key = test::PrivateKey::make(CoseAlgorithm::es256, 4'200); },
     5,
     Reason::attested_key_mismatch},
    {"a certificate of a key of another type",
     [](auto& s) { s.certified_key = test::PrivateKey::make(CoseAlgorithm::eddsa, 4'200); },
     5,
     Reason::attested_key_mismatch},
};

}  // namespace

TEST_CASE("8.8: an Apple statement is verified for a key of any algorithm") {
    for (const auto algorithm : test::available_algorithms()) {
        CHECK(judged(with_statement(StatementKind::apple, algorithm)) == "verified");
    }
    CHECK(judged(with_trusted_statement(StatementKind::apple)) == "attested");
}

TEST_CASE("8.8: an Apple statement that is wrong in one point is refused at its step") {
    for (const auto& row : rows) {
        CAPTURE(std::string(row.rule));
        auto registration = with_statement(StatementKind::apple);
        row.change(statement_of<AppleStatement>(registration));
        CHECK(judged(registration) == refused(8, row.step, row.reason));
    }
}

TEST_CASE("8.8 step 1: x5c alone, or with the alg that devices of the first years wrote") {
    auto registration = with_statement(StatementKind::apple);
    const Bytes encoded = encoded_statement(registration);
    const auto statement = cbor::parse(encoded).value();
    const auto x5c =
        std::pair(test::cbor::text("x5c"), test::copy_of(statement.find("x5c")->encoded()));
    const auto encoded_with = [&](const char* name, Bytes value) {
        return test::cbor::map({{test::cbor::text(name), std::move(value)}, x5c});
    };
    registration.draft.statement.encoded = encoded_with("alg", test::cbor::integer(-7));
    CHECK(judged(registration) == "verified");
    for (const Bytes& changed :
         {test::cbor::map({}),
          test::cbor::array({}),
          encoded_with("alg", test::cbor::text("ES256")),
          encoded_with("sig", test::cbor::bytes({}))}) {
        registration.draft.statement.encoded = changed;
        CHECK(judged(registration) == refused(8, 1, Reason::statement_malformed));
    }
}

}  // namespace latchkey::webauthn
