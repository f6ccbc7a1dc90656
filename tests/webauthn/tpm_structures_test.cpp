// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/tpm_structures.hpp"

#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::webauthn::attestation::tpm {
namespace {

const auto ecc_key = test::PrivateKey::make(CoseAlgorithm::es384, 4'500);
const auto rsa_key = test::PrivateKey::make(CoseAlgorithm::rs256, 4'501);

}  // namespace

TEST_CASE("TPM 2.0 part 2, 12.2.4: the public area of an ECC key is read") {
    auto draft = test::TpmPublicArea::of(ecc_key);
    draft.name_algorithm = 0x000c;
    const Bytes bytes = draft.finish();
    const auto area = parse_public_area(bytes);
    REQUIRE(area);
    CHECK(area->name_algorithm == crypto::HashAlgorithm::sha384);
    const auto& key = std::get<EccKey>(area->key);
    CHECK(key.curve == crypto::SignatureAlgorithm::ecdsa_p384_sha384);
    CHECK(test::copy_of(key.x) == draft.first);
    CHECK(test::copy_of(key.y) == draft.second);
}

TEST_CASE("TPM 2.0 part 2, 12.2.4: the public area of an RSA key is read") {
    auto draft = test::TpmPublicArea::of(rsa_key);
    draft.exponent = 3;
    const Bytes bytes = draft.finish();
    const auto area = parse_public_area(bytes);
    REQUIRE(area);
    const auto& key = std::get<RsaKey>(area->key);
    CHECK(key.exponent == 3);
    CHECK(test::copy_of(key.modulus) == draft.first);
}

TEST_CASE("TPM 2.0 part 2, 10.12.8: what was attested is read") {
    const test::TpmCertInfo draft;
    const Bytes hash(20, std::byte{3});
    const Bytes name(34, std::byte{4});
    const Bytes bytes = draft.finish(hash, name);
    const auto attest = parse_attest(bytes);
    REQUIRE(attest);
    CHECK(attest->magic == generated_value);
    CHECK(attest->type == attest_certify);
    CHECK(test::copy_of(attest->extra_data) == hash);
    const auto certified = parse_certified_name(attest->attested);
    REQUIRE(certified);
    CHECK(test::copy_of(*certified) == name);
}

TEST_CASE("No structure of a TPM that is cut, or a byte longer, is one") {
    for (const auto& key : {ecc_key, rsa_key}) {
        Bytes bytes = test::TpmPublicArea::of(key).finish();
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            CHECK_FALSE(parse_public_area(ByteView(bytes).first(size)));
        }
        bytes.push_back(std::byte{0});
        CHECK_FALSE(parse_public_area(bytes));
    }
    const Bytes info = test::TpmCertInfo().finish(Bytes(32), Bytes(34));
    for (std::size_t size = 0; size < info.size(); ++size) {
        const auto attest = parse_attest(ByteView(info).first(size));
        CHECK_FALSE((attest && parse_certified_name(attest->attested)));
    }
    const auto whole = parse_attest(info);
    REQUIRE(whole);
    Bytes longer = test::copy_of(whole->attested);
    longer.push_back(std::byte{0});
    CHECK_FALSE(parse_certified_name(longer));
}

TEST_CASE("Property: whatever the bytes, reading them ends, and what is read lies inside of them") {
    const bool holds = rc::check([](const std::vector<std::uint8_t>& numbers) {
        Bytes bytes;
        for (const std::uint8_t number : numbers) {
            bytes.push_back(static_cast<std::byte>(number));
        }
        const auto is_inside = [&](ByteView view) {
            return view.empty() || (view.data() >= bytes.data() &&
                                    view.data() + view.size() <= bytes.data() + bytes.size());
        };
        if (const auto attest = parse_attest(bytes)) {
            RC_ASSERT(is_inside(attest->extra_data));
            RC_ASSERT(is_inside(attest->attested));
        }
        if (const auto name = parse_certified_name(bytes)) RC_ASSERT(is_inside(*name));
        RC_ASSERT(!parse_public_area(bytes));  // 60 bytes of the right kind are not found by chance
    });
    CHECK(holds);
}

}  // namespace latchkey::webauthn::attestation::tpm
