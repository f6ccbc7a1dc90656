// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/verify.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/der.hpp"
#include "crypto/hash.hpp"
#include "crypto/rsa_key.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "support/private_key.hpp"
#include "support/vectors.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::crypto {
namespace {

using test::PrivateKey;
using webauthn::CoseAlgorithm;

/// The key of a Wycheproof group, as bytes of our form.
Bytes key_of(const json::Value& group, SignatureAlgorithm algorithm) {
    const char* member = algorithm == SignatureAlgorithm::ecdsa_p256_sha256 ? "uncompressed" : "pk";
    if (algorithm == SignatureAlgorithm::rsa_pkcs1_sha256) {
        return hex_decode(*group.find_string("publicKeyAsn")).value();
    }
    return hex_decode(*group.find("publicKey")->find_string(member)).value();
}

/// Every test of the file: valid ones verify, invalid ones do not, "acceptable" ones do not crash.
void check_wycheproof(const char* file, SignatureAlgorithm algorithm) {
    const auto data = test::test_data();
    if (!data) return;
    const auto suite = test::parse_record(test::read_file(*data / "sig" / file));
    REQUIRE(suite);
    SignatureVerifier verifier;
    std::int64_t judged = 0;
    for (const json::Value& group : *suite->find("testGroups")->as_array()) {
        const Bytes key = key_of(group, algorithm);
        for (const json::Value& item : *group.find("tests")->as_array()) {
            const Bytes message = hex_decode(*item.find_string("msg")).value();
            const Bytes signature = hex_decode(*item.find_string("sig")).value();
            const auto check = verifier.verify(
                {.algorithm = algorithm, .key = key, .signature = signature, .message = {message}}
            );
            INFO(file << ", tcId " << *item.find("tcId")->as_integer());
            const std::string& result = *item.find_string("result");
            if (result == "valid") CHECK(check == SignatureCheck::valid);
            if (result == "invalid") CHECK(check == SignatureCheck::invalid);
            ++judged;
        }
    }
    CHECK(judged == *suite->find("numberOfTests")->as_integer());
}

}  // namespace

TEST_CASE("Wycheproof: ECDSA on P-256 with SHA-256") {
    check_wycheproof("ecdsa_secp256r1_sha256_test.json", SignatureAlgorithm::ecdsa_p256_sha256);
}

TEST_CASE("Wycheproof: Ed25519") {
    check_wycheproof("ed25519_test.json", SignatureAlgorithm::ed25519);
}

TEST_CASE("Wycheproof: RSASSA-PKCS1-v1_5 with SHA-256") {
    check_wycheproof("rsa_signature_2048_sha256_test.json", SignatureAlgorithm::rsa_pkcs1_sha256);
}

TEST_CASE("Wycheproof with COSE keys: every record is judged as it says") {
    const auto data = test::test_data();
    if (!data) return;
    test::Judge judge;
    for (const json::Value& record : test::read_records(*data / "sig" / "wycheproof-cose.jsonl")) {
        const auto judgement = judge.judge(record);
        const std::string& expected = *record.find_string("expected");
        INFO(*record.find_string("id") << ": " << judgement.reason);
        if (expected != "either") CHECK(expected == name_of(judgement.verdict));
    }
}

TEST_CASE("A message may come in parts") {
    SignatureVerifier verifier;
    for (const auto cose : test::available_algorithms()) {
        const auto key = PrivateKey::make(cose, 7);
        const auto algorithm = key.signature_algorithm();
        const Bytes material = key.public_key().material;
        const Bytes signature = key.sign(bytes_of("one two"));
        const auto check = [&](std::initializer_list<ByteView> message) {
            return verifier.verify(
                {.algorithm = algorithm, .key = material, .signature = signature, .message = message
                }
            );
        };
        CHECK(check({bytes_of("one two")}) == SignatureCheck::valid);
        CHECK(check({bytes_of("one"), bytes_of(""), bytes_of(" two")}) == SignatureCheck::valid);
        CHECK(check({bytes_of("one")}) == SignatureCheck::invalid);
        CHECK(check({}) == SignatureCheck::invalid);
    }
}

TEST_CASE("A key that was put into the reused object leaves nothing behind") {
    SignatureVerifier verifier;
    std::vector<PrivateKey> keys;
    for (std::uint64_t seed = 0; seed < 16; ++seed) {
        keys.push_back(PrivateKey::make(CoseAlgorithm::es256, seed));
    }
    const auto message = bytes_of("message");
    for (const PrivateKey& signer : keys) {
        const Bytes signature = signer.sign(message);
        for (const PrivateKey& holder : keys) {
            const Bytes material = holder.public_key().material;
            const auto check = verifier.verify(
                {.algorithm = SignatureAlgorithm::ecdsa_p256_sha256,
                 .key = material,
                 .signature = signature,
                 .message = {message}}
            );
            CHECK((check == SignatureCheck::valid) == (&signer == &holder));
        }
    }
}

TEST_CASE("Bytes that are no key of the algorithm are unusable, and do not spoil the next key") {
    SignatureVerifier verifier;
    const auto key = PrivateKey::make(CoseAlgorithm::es256, 1);
    const Bytes good = key.public_key().material;
    const Bytes signature = key.sign(bytes_of("message"));
    const auto check = [&](const Bytes& material, SignatureAlgorithm algorithm) {
        return verifier.verify(
            {.algorithm = algorithm,
             .key = material,
             .signature = signature,
             .message = {bytes_of("message")}}
        );
    };
    constexpr auto es256 = SignatureAlgorithm::ecdsa_p256_sha256;
    Bytes off_curve = good;
    off_curve.back() ^= std::byte{1};
    const bool is_odd = (good.back() & std::byte{1}) == std::byte{1};
    Bytes compressed(good.begin(), good.begin() + 33);
    compressed[0] = is_odd ? std::byte{3} : std::byte{2};
    Bytes hybrid = good;
    hybrid[0] = is_odd ? std::byte{7} : std::byte{6};
    const Bytes infinity{std::byte{0}};
    const Bytes origin = test::join({Bytes{std::byte{4}}, Bytes(64)});
    Bytes longer = good;
    longer.push_back(std::byte{0});
    for (const Bytes& material :
         {off_curve, compressed, hybrid, infinity, origin, longer, Bytes()}) {
        INFO(hex_encode(material));
        CHECK_FALSE(is_curve_point(es256, material));
        CHECK(check(material, es256) == SignatureCheck::key_unusable);
        CHECK(check(good, es256) == SignatureCheck::valid);
    }
    CHECK(is_curve_point(es256, good));
    CHECK(check(good, SignatureAlgorithm::ed25519) == SignatureCheck::key_unusable);
    CHECK(check(good, SignatureAlgorithm::rsa_pkcs1_sha256) == SignatureCheck::key_unusable);
}

TEST_CASE("RFC 8017 A.1.1: an RSA key is written in DER and read again, strictly") {
    const Bytes modulus(256, std::byte{0xc1});
    const Bytes exponent{std::byte{1}, std::byte{0}, std::byte{1}};
    const auto der = write_rsa_public_key({.modulus = modulus, .exponent = exponent});
    REQUIRE(der);
    const auto read = read_rsa_public_key(*der);
    REQUIRE(read);
    CHECK(test::copy_of(read->modulus) == modulus);
    CHECK(test::copy_of(read->exponent) == exponent);

    for (std::size_t size = 0; size < der->size(); ++size) {
        CHECK_FALSE(read_rsa_public_key(ByteView(*der).first(size)));
    }
    Bytes longer = *der;
    longer.push_back(std::byte{0});
    CHECK_FALSE(read_rsa_public_key(longer));
    const Bytes third = der::write(
        der::Tag::sequence,
        test::join(
            {der::write_unsigned(modulus), der::write_unsigned(exponent), der::write_unsigned({})}
        )
    );
    CHECK_FALSE(read_rsa_public_key(third));
}

TEST_CASE("SHA-256 of a verifier is that of everybody") {
    SignatureVerifier verifier;
    CHECK(verifier.sha256({bytes_of("a"), bytes_of("bc")}) == sha256(bytes_of("abc")));
    CHECK(verifier.sha256({}) == sha256(ByteView()));
}

}  // namespace latchkey::crypto
