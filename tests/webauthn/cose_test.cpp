// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/cose.hpp"

#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "support/private_key.hpp"
#include "webauthn/cbor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::cbor::bytes;
using test::cbor::integer;
using Parameters = std::vector<std::pair<std::int64_t, Bytes>>;

Bytes key_of(const Parameters& parameters) {
    std::vector<std::pair<Bytes, Bytes>> pairs;
    for (const auto& [label, value] : parameters) {
        pairs.emplace_back(integer(label), value);
    }
    return test::cbor::map(pairs);
}

/// The parameters of a key of the software authenticator, to be changed.
Parameters parameters_of(CoseAlgorithm algorithm) {
    const Bytes encoded = test::PrivateKey::make(algorithm, 1).cose_key();
    const auto key = cbor::parse(encoded);
    Parameters parameters;
    auto children = key->children();
    while (const auto label = children.next()) {
        parameters.emplace_back(
            label->as_integer().value(), test::copy_of(children.next()->encoded())
        );
    }
    return parameters;
}

void set(Parameters& parameters, std::int64_t label, Bytes value) {
    for (auto& [existing, held] : parameters) {
        if (existing == label) held = value;
    }
}

struct Refusal {
    const char* rule;
    CoseAlgorithm algorithm;
    std::function<void(Parameters&)> change;
    Reason reason = Reason::credential_key_malformed;
};

const Bytes zeros_32 = Bytes(32);

/// The field prime of P-256: a coordinate that is not reduced.
const Bytes field_prime =
    hex_decode("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff").value();

const std::vector<Refusal> refusals{
    {"no kty", CoseAlgorithm::es256, [](auto& p) { p.erase(p.begin()); }},
    {"another kty", CoseAlgorithm::es256, [](auto& p) { set(p, 1, integer(1)); }},
    {"kty as text", CoseAlgorithm::es256, [](auto& p) { set(p, 1, test::cbor::text("EC2")); }},
    {"no alg", CoseAlgorithm::es256, [](auto& p) { p.erase(p.begin() + 1); }},
    {"the alg of another key type", CoseAlgorithm::es256, [](auto& p) { set(p, 3, integer(-257)); }
    },
    {"no crv", CoseAlgorithm::es256, [](auto& p) { p.erase(p.begin() + 2); }},
    {"the curve P-384 with ES256", CoseAlgorithm::es256, [](auto& p) { set(p, -1, integer(2)); }},
    {"the curve secp256k1 with ES256", CoseAlgorithm::es256, [](auto& p) { set(p, -1, integer(8)); }
    },
    {"x of 31 bytes", CoseAlgorithm::es256, [](auto& p) { set(p, -2, bytes(Bytes(31))); }},
    {"x of 33 bytes", CoseAlgorithm::es256, [](auto& p) { set(p, -2, bytes(Bytes(33))); }},
    {"an empty x", CoseAlgorithm::es256, [](auto& p) { set(p, -2, bytes({})); }},
    {"y as the sign of a compressed point",
     CoseAlgorithm::es256,
     [](auto& p) { set(p, -3, test::cbor::boolean(true)); }},
    {"no y", CoseAlgorithm::es256, [](auto& p) { p.pop_back(); }},
    {"a point that is not on the curve",
     CoseAlgorithm::es256,
     [](auto& p) { p.back().second.back() ^= std::byte{1}; }},
    {"x and y zero",
     CoseAlgorithm::es256,
     [](auto& p) {
         set(p, -2, bytes(zeros_32));
         set(p, -3, bytes(zeros_32));
     }},
    {"x that is not reduced", CoseAlgorithm::es256, [](auto& p) { set(p, -2, bytes(field_prime)); }
    },
    {"a private key", CoseAlgorithm::es256, [](auto& p) { p.emplace_back(-4, bytes(zeros_32)); }},
    {"a key id", CoseAlgorithm::es256, [](auto& p) { p.insert(p.begin() + 1, {2, bytes({})}); }},
    {"parameters out of order", CoseAlgorithm::es256, [](auto& p) { std::swap(p[0], p[1]); }},
    {"a parameter twice",
     CoseAlgorithm::es256,
     [](auto& p) { p.push_back(p.back()); },
     Reason::cbor_malformed},
    {"X25519", CoseAlgorithm::eddsa, [](auto& p) { set(p, -1, integer(4)); }},
    {"Ed448 with EdDSA", CoseAlgorithm::eddsa, [](auto& p) { set(p, -1, integer(7)); }},
    {"an Ed25519 x of 31 bytes", CoseAlgorithm::eddsa, [](auto& p) { set(p, -2, bytes(Bytes(31))); }
    },
    {"an Ed25519 key with y",
     CoseAlgorithm::eddsa,
     [](auto& p) { p.emplace_back(-3, bytes(zeros_32)); }},
    {"the curve P-256 with ES384", CoseAlgorithm::es384, [](auto& p) { set(p, -1, integer(1)); }},
    {"an ES384 x of 32 bytes", CoseAlgorithm::es384, [](auto& p) { set(p, -2, bytes(zeros_32)); }},
    {"a point that is not on P-384",
     CoseAlgorithm::es384,
     [](auto& p) { p.back().second.back() ^= std::byte{1}; }},
    {"an ES512 x of 65 bytes", CoseAlgorithm::es512, [](auto& p) { set(p, -2, bytes(Bytes(65))); }},
    {"a point that is not on P-521",
     CoseAlgorithm::es512,
     [](auto& p) { p.back().second.back() ^= std::byte{1}; }},
    {"the curve P-256 with ES256K", CoseAlgorithm::es256k, [](auto& p) { set(p, -1, integer(1)); }},
    {"a point that is not on secp256k1",
     CoseAlgorithm::es256k,
     [](auto& p) { p.back().second.back() ^= std::byte{1}; }},
    {"Ed25519 with Ed448", CoseAlgorithm::ed448, [](auto& p) { set(p, -1, integer(6)); }},
    {"an Ed448 x of 32 bytes", CoseAlgorithm::ed448, [](auto& p) { set(p, -2, bytes(zeros_32)); }},
    {"an even RSA exponent with PS384",
     CoseAlgorithm::ps384,
     [](auto& p) { set(p, -2, bytes(Bytes{std::byte{4}})); }},
    {"an RSA modulus of 2040 bits with RS512",
     CoseAlgorithm::rs512,
     [](auto& p) { set(p, -1, bytes(Bytes(255, std::byte{0xff}))); }},
    {"an RSA modulus of 2040 bits",
     CoseAlgorithm::rs256,
     [](auto& p) { set(p, -1, bytes(Bytes(255, std::byte{0xff}))); }},
    {"an even RSA modulus",
     CoseAlgorithm::rs256,
     [](auto& p) { p[2].second.back() = std::byte{0x10}; }},
    {"an RSA modulus of 16,392 bits",
     CoseAlgorithm::rs256,
     [](auto& p) { set(p, -1, bytes(Bytes(2049, std::byte{0xff}))); }},
    {"an RSA modulus with a leading zero",
     CoseAlgorithm::rs256,
     [](auto& p) {
         Bytes n(257, std::byte{0xff});
         n[0] = std::byte{0};
         set(p, -1, bytes(n));
     }},
    {"an empty RSA modulus", CoseAlgorithm::rs256, [](auto& p) { set(p, -1, bytes({})); }},
    {"the RSA exponent 1",
     CoseAlgorithm::rs256,
     [](auto& p) { set(p, -2, bytes(Bytes{std::byte{1}})); }},
    {"an even RSA exponent",
     CoseAlgorithm::rs256,
     [](auto& p) { set(p, -2, bytes(Bytes{std::byte{4}})); }},
    {"an empty RSA exponent", CoseAlgorithm::rs256, [](auto& p) { set(p, -2, bytes({})); }},
    {"an RSA key of another kty", CoseAlgorithm::rs256, [](auto& p) { set(p, 1, integer(2)); }},
    {"an RSA private key", CoseAlgorithm::rs256, [](auto& p) { p.emplace_back(-3, bytes({})); }},
    {"an RSA modulus that is no bytes",
     CoseAlgorithm::rs256,
     [](auto& p) { set(p, -1, integer(65'537)); }},
    {"an RSA exponent that is no bytes",
     CoseAlgorithm::rs256,
     [](auto& p) { set(p, -2, integer(65'537)); }},
    {"an RSA exponent of 9 bytes",
     CoseAlgorithm::rs256,
     [](auto& p) { set(p, -2, bytes(Bytes(9, std::byte{0xff}))); }},
};

}  // namespace

TEST_CASE("COSE keys of each algorithm are read, in the form that verifies fastest") {
    for (const auto algorithm : test::available_algorithms()) {
        const auto key = public_key_from_cose(key_of(parameters_of(algorithm)));
        REQUIRE(key);
        CHECK(key->algorithm == algorithm);
    }
    const auto p256 = public_key_from_cose(key_of(parameters_of(CoseAlgorithm::es256)));
    CHECK(p256->material.size() == 65);
    CHECK(p256->material[0] == std::byte{0x04});
    const auto ed25519 = public_key_from_cose(key_of(parameters_of(CoseAlgorithm::eddsa)));
    CHECK(ed25519->material.size() == 32);
}

TEST_CASE("A COSE key that is wrong in one point is refused") {
    for (const Refusal& refusal : refusals) {
        CAPTURE(std::string(refusal.rule));
        auto parameters = parameters_of(refusal.algorithm);
        refusal.change(parameters);
        const auto key = public_key_from_cose(key_of(parameters));
        REQUIRE_FALSE(key);
        CHECK(key.error() == refusal.reason);
    }
}

TEST_CASE("The RSA exponent 3 and a modulus of 16,384 bits are read") {
    auto parameters = parameters_of(CoseAlgorithm::rs256);
    set(parameters, -1, bytes(Bytes(2048, std::byte{0xff})));
    set(parameters, -2, bytes(Bytes{std::byte{3}}));
    CHECK(public_key_from_cose(key_of(parameters)));
}

TEST_CASE("A COSE key of an algorithm that is not built in is refused by name") {
    for (const std::int64_t algorithm : {-9, -19, -51, -52, -260, -65535, 0}) {
        auto parameters = parameters_of(CoseAlgorithm::es256);
        set(parameters, 3, integer(algorithm));
        const auto key = public_key_from_cose(key_of(parameters));
        REQUIRE_FALSE(key);
        CHECK(key.error() == Reason::algorithm_not_supported);
    }
}

TEST_CASE("An algorithm identifier beyond 32 bits is none") {
    auto parameters = parameters_of(CoseAlgorithm::es256);
    // -7 after truncation to 32 bits
    set(parameters, 3, integer((std::int64_t{1} << 32) - 7));
    const auto key = public_key_from_cose(key_of(parameters));
    REQUIRE_FALSE(key);
    CHECK(key.error() == Reason::credential_key_malformed);
}

TEST_CASE("An algorithm identifier of 32 bits is one, of text is none") {
    const auto refusal = [](Bytes identifier) {
        auto parameters = parameters_of(CoseAlgorithm::es256);
        set(parameters, 3, std::move(identifier));
        return public_key_from_cose(key_of(parameters)).error();
    };
    using Range = std::numeric_limits<std::int32_t>;
    CHECK(refusal(integer(Range::max())) == Reason::algorithm_not_supported);
    CHECK(refusal(integer(Range::min())) == Reason::algorithm_not_supported);
    CHECK(refusal(integer(Range::max() + std::int64_t{1})) == Reason::credential_key_malformed);
    CHECK(refusal(integer(Range::min() - std::int64_t{1})) == Reason::credential_key_malformed);
    CHECK(refusal(test::cbor::text("ES256")) == Reason::credential_key_malformed);
}

TEST_CASE("RFC 9964: a key of ML-DSA is read where OpenSSL has it, else refused by name") {
    struct Row {
        CoseAlgorithm algorithm;
        std::size_t size;
    };

    for (const auto& [algorithm, size] : std::vector<Row>{
             {CoseAlgorithm::ml_dsa_44, 1'312},
             {CoseAlgorithm::ml_dsa_65, 1'952},
             {CoseAlgorithm::ml_dsa_87, 2'592}
         }) {
        const Parameters akp{
            {1, integer(7)},
            {3, integer(static_cast<std::int64_t>(algorithm))},
            {-1, bytes(Bytes(size, std::byte{5}))}
        };
        auto okp = akp;
        set(okp, 1, integer(1));
        auto shorter = akp;
        set(shorter, -1, bytes(Bytes(size - 1)));
        auto with_private = akp;
        with_private.emplace_back(-2, bytes(zeros_32));
        if (!signature_algorithm(algorithm)) {
            CHECK(public_key_from_cose(key_of(akp)).error() == Reason::algorithm_not_supported);
            continue;
        }
        CHECK(public_key_from_cose(key_of(akp))->material.size() == size);
        for (const auto& wrong : {okp, shorter, with_private}) {
            CHECK(public_key_from_cose(key_of(wrong)).error() == Reason::credential_key_malformed);
        }
    }
}

TEST_CASE("What is no CBOR map is no COSE key") {
    CHECK(public_key_from_cose({}).error() == Reason::cbor_malformed);
    CHECK(public_key_from_cose(integer(3)).error() == Reason::credential_key_malformed);
    Bytes longer = test::PrivateKey::make(CoseAlgorithm::es256, 1).cose_key();
    longer.push_back(std::byte{0});
    CHECK(public_key_from_cose(longer).error() == Reason::cbor_malformed);
}

}  // namespace latchkey::webauthn
