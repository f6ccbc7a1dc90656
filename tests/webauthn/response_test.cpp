// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/response.hpp"

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "webauthn/fixture.hpp"
#include "webauthn/limits.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::cbor::text;
using Members = std::vector<std::pair<Bytes, Bytes>>;

template <class Response>
std::string described(const Result<Response, Failure>& parsed) {
    return parsed ? "parsed" : describe(parsed.error());
}

/// A registration that is well-formed, with another attestation object.
std::string parsed_with(Bytes attestation_object) {
    auto parts = RegistrationCase().made().parts();
    parts.attestation_object = std::move(attestation_object);
    return described(parse_registration_response(std::move(parts)));
}

/// fmt, attStmt and authData.
Members members_of_object() {
    return {
        {text("fmt"), text("none")},
        {text("attStmt"), test::cbor::map({})},
        {text("authData"), test::cbor::bytes(RegistrationCase().draft.data.finish())}
    };
}

/// An assertion that is well-formed, changed in one point.
template <class Change>
std::string parsed_after(Change change) {
    auto parts = AuthenticationCase().made().parts();
    change(parts);
    return described(parse_authentication_response(std::move(parts)));
}

}  // namespace

TEST_CASE("7.1 step 13: an attestation object without one of its members is refused") {
    const std::string malformed = "7.1 step 13: attestation_object_malformed";
    const Members all = members_of_object();
    CHECK(parsed_with(test::cbor::map(all)) == "parsed");
    for (std::size_t i = 0; i < all.size(); ++i) {
        Members fewer = all;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(parsed_with(test::cbor::map(fewer)) == malformed);
    }
    for (const std::size_t of_one_type : {0U, 2U}) {
        Members changed = all;
        changed[of_one_type].second = test::cbor::integer(1);
        CHECK(parsed_with(test::cbor::map(changed)) == malformed);
    }
}

TEST_CASE("8.1: a format identifier has 32 bytes at most") {
    Members members = members_of_object();
    members[0].second = text(std::string(limits::format_bytes, 'x'));
    CHECK(parsed_with(test::cbor::map(members)) == "parsed");
    members[0].second = text(std::string(limits::format_bytes + 1, 'x'));
    CHECK(parsed_with(test::cbor::map(members)) == "7.1 step 13: attestation_object_malformed");
}

TEST_CASE("7.1 step 13: an attestation object has a size limit") {
    Members members = members_of_object();
    const auto padded = [&](std::size_t padding) {
        members[1].second = test::cbor::map({{text("pad"), test::cbor::bytes(Bytes(padding))}});
        return test::cbor::map(members);
    };
    const std::size_t others = padded(60'000).size() - 60'000;
    CHECK(parsed_with(padded(limits::attestation_object_bytes - others)) == "parsed");
    CHECK(
        parsed_with(padded(limits::attestation_object_bytes - others + 1)) ==
        "7.1 step 13: response_too_large"
    );
}

TEST_CASE("7.2 step 3: a credential id has 1 to 1023 bytes, a user handle at most 64") {
    const auto with_id = [](std::size_t size) {
        return parsed_after([size](auto& parts) { parts.id = CredentialId(repeated(1, size)); });
    };
    const auto with_handle = [](std::size_t size) {
        return parsed_after([size](auto& parts) {
            parts.user_handle = UserHandle(repeated(1, size));
        });
    };
    const std::string malformed = "7.2 step 3: response_malformed";
    CHECK(with_id(0) == malformed);
    CHECK(with_id(1) == "parsed");
    CHECK(with_id(limits::credential_id_bytes) == "parsed");
    CHECK(with_id(limits::credential_id_bytes + 1) == malformed);
    CHECK(with_handle(limits::user_handle_bytes) == "parsed");
    CHECK(with_handle(limits::user_handle_bytes + 1) == malformed);
}

TEST_CASE("7.2 step 7: a signature has a size limit") {
    const auto with_signature = [](std::size_t size) {
        return parsed_after([size](auto& parts) { parts.signature = Bytes(size); });
    };
    CHECK(with_signature(limits::signature_bytes) == "parsed");
    CHECK(with_signature(limits::signature_bytes + 1) == "7.2 step 7: response_too_large");
}

TEST_CASE("7.2 step 7: authenticator data that is cut, or is not CBOR, is refused by name") {
    CHECK(parsed_after([](auto& parts) {
              parts.authenticator_data.pop_back();
          }) == "7.2 step 7: authenticator_data_malformed");
    CHECK(parsed_after([](auto& parts) {
              parts.authenticator_data[32] |= std::byte{0x80};  // extensions follow
              parts.authenticator_data.push_back(std::byte{0xff});
          }) == "7.2 step 7: cbor_malformed");
}

}  // namespace latchkey::webauthn
