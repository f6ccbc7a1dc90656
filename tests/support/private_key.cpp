// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/private_key.hpp"

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "support/cbor_writer.hpp"

#include <array>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>

namespace latchkey::test {
namespace {

using crypto::octets;
using crypto::Owned;
using crypto::require;
using crypto::writable_octets;
using webauthn::CoseAlgorithm;

constexpr std::size_t p256_point_size = 65;
constexpr std::size_t coordinate_size = 32;

crypto::Sha256 secret_from(std::uint64_t seed) {
    return crypto::sha256(bytes_of("latchkey test key " + std::to_string(seed)));
}

/// The secret is below the order of P-256 but for one hash in 2^32, which EC_POINT_mul reduces.
EVP_PKEY* make_p256(std::uint64_t seed) {
    const auto secret = secret_from(seed);
    const Owned<BIGNUM> scalar(BN_bin2bn(octets(secret), 32, nullptr));
    const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const Owned<EC_POINT> point(EC_POINT_new(group.get()));
    require(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr));
    std::array<unsigned char, p256_point_size> encoded{};
    LATCHKEY_ASSERT(
        EC_POINT_point2oct(
            group.get(),
            point.get(),
            POINT_CONVERSION_UNCOMPRESSED,
            encoded.data(),
            encoded.size(),
            nullptr
        ) == encoded.size()
    );
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    require(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0));
    require(OSSL_PARAM_BLD_push_octet_string(
        builder.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size()
    ));
    require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get()));
    const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    require(EVP_PKEY_fromdata_init(context.get()));
    require(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()));
    return key;
}

EVP_PKEY* make_ed25519(std::uint64_t seed) {
    const auto secret = secret_from(seed);
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(secret), secret.size());
}

EVP_PKEY* make_key(CoseAlgorithm algorithm, std::uint64_t seed) {
    switch (algorithm) {
        case CoseAlgorithm::es256:
            return make_p256(seed);
        case CoseAlgorithm::eddsa:
            return make_ed25519(seed);
        case CoseAlgorithm::rs256:
            return EVP_RSA_gen(2048U);
    }
    return nullptr;
}

Bytes octet_parameter(const EVP_PKEY* key, const char* name) {
    std::size_t size = 0;
    require(EVP_PKEY_get_octet_string_param(key, name, nullptr, 0, &size));
    Bytes value(size);
    require(EVP_PKEY_get_octet_string_param(key, name, writable_octets(value), value.size(), &size)
    );
    return value;
}

Bytes number_parameter(const EVP_PKEY* key, const char* name) {
    BIGNUM* read = nullptr;
    require(EVP_PKEY_get_bn_param(key, name, &read));
    const Owned<BIGNUM> number(read);
    Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), writable_octets(magnitude));
    return magnitude;
}

}  // namespace

PrivateKey::PrivateKey(CoseAlgorithm algorithm, std::shared_ptr<evp_pkey_st> key)
    : algorithm_(algorithm), key_(std::move(key)) {}

PrivateKey PrivateKey::make(CoseAlgorithm algorithm, std::uint64_t seed) {
    std::shared_ptr<evp_pkey_st> key(make_key(algorithm, seed), crypto::OpensslDelete());
    LATCHKEY_ASSERT(key != nullptr);
    return {algorithm, std::move(key)};
}

Bytes PrivateKey::sign(ByteView message) const {
    const char* digest = algorithm_ == CoseAlgorithm::eddsa ? nullptr : "SHA2-256";
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    require(
        EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key_.get(), nullptr)
    );
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, octets(message), message.size()));
    Bytes signature(size);
    require(EVP_DigestSign(
        context.get(), writable_octets(signature), &size, octets(message), message.size()
    ));
    signature.resize(size);
    return signature;
}

Bytes PrivateKey::cose_key() const {
    const auto pair = [](std::int64_t label, Bytes value) {
        return std::pair(cbor::integer(label), std::move(value));
    };
    const auto alg = pair(3, cbor::integer(static_cast<std::int64_t>(algorithm_)));
    if (algorithm_ == CoseAlgorithm::eddsa) {
        const Bytes x = octet_parameter(key_.get(), OSSL_PKEY_PARAM_PUB_KEY);
        return cbor::map(
            {pair(1, cbor::integer(1)), alg, pair(-1, cbor::integer(6)), pair(-2, cbor::bytes(x))}
        );
    }
    if (algorithm_ == CoseAlgorithm::rs256) {
        const Bytes n = number_parameter(key_.get(), OSSL_PKEY_PARAM_RSA_N);
        const Bytes e = number_parameter(key_.get(), OSSL_PKEY_PARAM_RSA_E);
        return cbor::map(
            {pair(1, cbor::integer(3)), alg, pair(-1, cbor::bytes(n)), pair(-2, cbor::bytes(e))}
        );
    }
    const Bytes point = octet_parameter(key_.get(), OSSL_PKEY_PARAM_PUB_KEY);
    const ByteView coordinates = ByteView(point).subspan(1);
    return cbor::map(
        {pair(1, cbor::integer(2)),
         alg,
         pair(-1, cbor::integer(1)),
         pair(-2, cbor::bytes(coordinates.first(coordinate_size))),
         pair(-3, cbor::bytes(coordinates.last(coordinate_size)))}
    );
}

webauthn::PublicKey PrivateKey::public_key() const {
    return webauthn::public_key_from_cose(cose_key()).value();
}

}  // namespace latchkey::test
