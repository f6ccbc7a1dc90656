// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/authenticator_data.hpp"

#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "webauthn/limits.hpp"

#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

namespace flag = test::flag;
using test::AuthenticatorDataDraft;

AuthenticatorDataDraft attested_draft() {
    return {
        .rp_id = "example.org",
        .flags = flag::up | flag::uv | flag::at | flag::ed,
        .sign_count = 0x01020304,
        .aaguid = Aaguid({std::byte{0xaa}, std::byte{1}}),
        .credential_id = Bytes(20, std::byte{0x1d}),
        .cose_key = test::PrivateKey::make(CoseAlgorithm::eddsa, 1).cose_key(),
        .extensions = test::cbor::map({{test::cbor::text("x"), test::cbor::integer(1)}})
    };
}

}  // namespace

TEST_CASE("6.1: authenticator data is read to its last byte") {
    const auto draft = attested_draft();
    const Bytes bytes = draft.finish();
    const auto data = parse_authenticator_data(bytes);
    REQUIRE(data);
    CHECK(data->rp_id_hash == crypto::sha256(bytes_of("example.org")));
    CHECK(data->sign_count == 0x01020304);
    CHECK(data->bytes.size() == bytes.size());
    REQUIRE(data->attested);
    CHECK(data->attested->aaguid == draft.aaguid);
    CHECK(data->attested->credential_id.value() == draft.credential_id);
    CHECK(data->attested->algorithm == CoseAlgorithm::eddsa);
    CHECK(test::copy_of(data->attested->public_key) == draft.cose_key);
}

TEST_CASE("6.1: each flag is its own bit, the reserved ones are ignored") {
    for (unsigned flags = 0; flags < 0x40; ++flags) {
        const AuthenticatorDataDraft draft{
            .rp_id = "example.org", .flags = static_cast<std::uint8_t>(flags)
        };
        const Bytes bytes = draft.finish();
        const auto data = parse_authenticator_data(bytes);
        REQUIRE(data);
        CHECK(data->flags.up == ((flags & 0x01U) != 0));
        CHECK(data->flags.uv == ((flags & 0x04U) != 0));
        CHECK(data->flags.be == ((flags & 0x08U) != 0));
        CHECK(data->flags.bs == ((flags & 0x10U) != 0));
        CHECK_FALSE(data->flags.at);
        CHECK_FALSE(data->flags.ed);
    }
}

TEST_CASE("6.1: authenticator data that is cut at any offset, or one byte longer, is refused") {
    const Bytes bytes = attested_draft().finish();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(parse_authenticator_data(ByteView(bytes).first(size)));
    }
    auto longer = attested_draft();
    longer.trailing = Bytes(1);
    CHECK_FALSE(parse_authenticator_data(longer.finish()));
}

TEST_CASE("6.1: flags and contents must agree") {
    auto draft = attested_draft();
    draft.flags = flag::up | flag::at;  // extensions follow, unannounced
    Bytes bytes = draft.finish();
    bytes = test::join({bytes, draft.extensions});
    CHECK(parse_authenticator_data(bytes).error() == AuthenticatorDataError::malformed);

    draft = attested_draft();
    draft.extensions = test::cbor::array({});  // not a map
    CHECK(parse_authenticator_data(draft.finish()).error() == AuthenticatorDataError::bad_cbor);

    draft = attested_draft();
    draft.extensions.clear();
    CHECK(parse_authenticator_data(draft.finish()).error() == AuthenticatorDataError::bad_cbor);
}

TEST_CASE("6.5.1: a credential id that is empty or longer than the data is refused") {
    auto draft = attested_draft();
    draft.credential_id.clear();
    CHECK(parse_authenticator_data(draft.finish()).error() == AuthenticatorDataError::malformed);

    Bytes bytes = attested_draft().finish();
    bytes.at(53) = std::byte{0xff};  // high byte of the length
    CHECK(parse_authenticator_data(bytes).error() == AuthenticatorDataError::malformed);
    for (const std::size_t size : {40U, 54U}) {  // inside of the AAGUID, and of the length
        const auto cut = parse_authenticator_data(ByteView(bytes).first(size));
        CHECK(cut.error() == AuthenticatorDataError::malformed);
    }
}

TEST_CASE("6.5.1: a credential public key that is no CBOR map with an algorithm is refused") {
    for (const Bytes& key :
         {Bytes(),
          test::cbor::integer(3),
          test::cbor::map({}),
          Bytes{std::byte{0xbf}, std::byte{0xff}}}) {
        auto draft = attested_draft();
        draft.cose_key = key;
        CHECK(parse_authenticator_data(draft.finish()).error() == AuthenticatorDataError::bad_cbor);
    }
}

TEST_CASE("Authenticator data beyond its limit is refused") {
    auto draft = attested_draft();
    const std::size_t rest = draft.finish().size();
    const auto with_padding = [&](std::size_t size) {
        draft.extensions =
            test::cbor::map({{test::cbor::text("x"), test::cbor::bytes(Bytes(size - rest - 2))}});
        return draft.finish();
    };
    CHECK(
        with_padding(limits::authenticator_data_bytes).size() == limits::authenticator_data_bytes
    );
    CHECK(parse_authenticator_data(with_padding(limits::authenticator_data_bytes)));
    const auto beyond =
        parse_authenticator_data(with_padding(limits::authenticator_data_bytes + 1));
    CHECK(beyond.error() == AuthenticatorDataError::malformed);
}

}  // namespace latchkey::webauthn
