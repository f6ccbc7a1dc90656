// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/private_key.hpp"

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/scheme.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "webauthn/cose.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

namespace latchkey::test {
namespace {

using crypto::KeyKind;
using crypto::octets;
using crypto::Owned;
using crypto::require;
using crypto::Scheme;
using crypto::writable_octets;
using webauthn::CoseAlgorithm;

const Scheme& scheme_of(CoseAlgorithm algorithm) {
    return crypto::scheme_of(webauthn::signature_algorithm(algorithm).value());
}

/// As many bytes as are asked for (at most 64), always the same for a seed.
Bytes secret_from(std::uint64_t seed, std::size_t size) {
    const std::string text = "latchkey test key " + std::to_string(seed);
    Bytes secret = copy_of(crypto::sha256(bytes_of(text)));
    if (size > secret.size()) {
        secret = join({secret, copy_of(crypto::sha256(bytes_of(text + "/2")))});
    }
    secret.resize(size);
    return secret;
}

EVP_PKEY* key_from(const char* type, OSSL_PARAM_BLD* values) {
    const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(values));
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    require(EVP_PKEY_fromdata_init(context.get()));
    require(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()));
    return key;
}

/// The secret is below the order of the curve: 32 bytes are, but for one hash in 2^32 (which
/// EC_POINT_mul reduces), and for larger curves it is shorter than the order.
EVP_PKEY* make_on_curve(const Scheme& scheme, std::uint64_t seed) {
    const std::size_t coordinate = scheme.key_size / 2;
    const Bytes secret = secret_from(seed, coordinate == 32 ? 32 : 40);
    const Owned<BIGNUM> scalar(BN_bin2bn(octets(secret), static_cast<int>(secret.size()), nullptr));
    const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(OBJ_sn2nid(scheme.group)));
    const Owned<EC_POINT> point(EC_POINT_new(group.get()));
    require(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr));
    Bytes encoded(scheme.key_size);
    LATCHKEY_ASSERT(
        EC_POINT_point2oct(
            group.get(),
            point.get(),
            POINT_CONVERSION_UNCOMPRESSED,
            writable_octets(encoded),
            encoded.size(),
            nullptr
        ) == encoded.size()
    );
    const Owned<OSSL_PARAM_BLD> values(OSSL_PARAM_BLD_new());
    require(
        OSSL_PARAM_BLD_push_utf8_string(values.get(), OSSL_PKEY_PARAM_GROUP_NAME, scheme.group, 0)
    );
    require(OSSL_PARAM_BLD_push_octet_string(
        values.get(), OSSL_PKEY_PARAM_PUB_KEY, octets(encoded), encoded.size()
    ));
    require(OSSL_PARAM_BLD_push_BN(values.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get()));
    return key_from(scheme.type, values.get());
}

/// OpenSSL takes no seed for RSA and is slow: each key is made once a process.
EVP_PKEY* make_rsa(std::uint64_t seed) {
    static std::mutex mutex;
    static std::map<std::uint64_t, Owned<EVP_PKEY>> made;
    const std::scoped_lock lock(mutex);
    auto& key = made[seed];
    if (!key) key.reset(EVP_RSA_gen(2048U));
    require(EVP_PKEY_up_ref(key.get()));
    return key.get();
}

EVP_PKEY* make_ml_dsa(const Scheme& scheme, std::uint64_t seed) {
    const Bytes secret = secret_from(seed, 32);
    const Owned<OSSL_PARAM_BLD> values(OSSL_PARAM_BLD_new());
    // OSSL_PKEY_PARAM_ML_DSA_SEED, which the headers of OpenSSL 3.0 do not have.
    require(OSSL_PARAM_BLD_push_octet_string(values.get(), "seed", octets(secret), secret.size()));
    return key_from(scheme.type, values.get());
}

EVP_PKEY* make_key(const Scheme& scheme, std::uint64_t seed) {
    switch (scheme.kind) {
        case KeyKind::curve_point:
            return make_on_curve(scheme, seed);
        case KeyKind::edwards: {
            const Bytes secret = secret_from(seed, scheme.key_size);
            return EVP_PKEY_new_raw_private_key_ex(
                nullptr, scheme.type, nullptr, octets(secret), secret.size()
            );
        }
        case KeyKind::rsa:
            return make_rsa(seed);
        case KeyKind::ml_dsa:
            return make_ml_dsa(scheme, seed);
    }
    return nullptr;
}

/// The curve of a key of type EC2 or OKP in the IANA COSE registry.
std::int64_t curve_of(CoseAlgorithm algorithm) {
    switch (algorithm) {
        case CoseAlgorithm::es384:
            return 2;
        case CoseAlgorithm::es512:
            return 3;
        case CoseAlgorithm::eddsa:
            return 6;
        case CoseAlgorithm::ed448:
            return 7;
        case CoseAlgorithm::es256k:
            return 8;
        default:
            return 1;
    }
}

}  // namespace

std::vector<CoseAlgorithm> available_algorithms() {
    using enum CoseAlgorithm;
    std::vector<CoseAlgorithm> algorithms{
        es256,
        eddsa,
        rs256,
        es384,
        es512,
        es256k,
        ed448,
        ps256,
        ps384,
        ps512,
        ml_dsa_44,
        ml_dsa_65,
        ml_dsa_87,
        rs384,
        rs512
    };
    std::erase_if(algorithms, [](CoseAlgorithm algorithm) {
        return !webauthn::signature_algorithm(algorithm);
    });
    return algorithms;
}

PrivateKey::PrivateKey(CoseAlgorithm algorithm, std::shared_ptr<evp_pkey_st> key)
    : algorithm_(algorithm), key_(std::move(key)) {}

PrivateKey PrivateKey::make(CoseAlgorithm algorithm, std::uint64_t seed) {
    std::shared_ptr<evp_pkey_st> key(make_key(scheme_of(algorithm), seed), crypto::OpensslDelete());
    LATCHKEY_ASSERT(key != nullptr);
    return {algorithm, std::move(key)};
}

crypto::SignatureAlgorithm PrivateKey::signature_algorithm() const {
    return scheme_of(algorithm_).algorithm;
}

Bytes PrivateKey::sign(ByteView message) const {
    return sign(message, signature_algorithm());
}

Bytes PrivateKey::sign(ByteView message, crypto::SignatureAlgorithm algorithm) const {
    const Scheme& scheme = crypto::scheme_of(algorithm);
    const char* digest = scheme.hash ? crypto::name_of(*scheme.hash) : nullptr;
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    require(EVP_DigestSignInit_ex(
        context.get(), &parameters, digest, nullptr, nullptr, key_.get(), nullptr
    ));
    if (scheme.padding != 0) require(EVP_PKEY_CTX_set_rsa_padding(parameters, scheme.padding));
    if (scheme.padding == RSA_PKCS1_PSS_PADDING) {
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST));
    }
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
    const Scheme& scheme = scheme_of(algorithm_);
    const Bytes material = crypto::key_bytes(key_.get(), scheme).value();
    const auto alg = pair(3, cbor::integer(static_cast<std::int64_t>(algorithm_)));
    const auto crv = pair(-1, cbor::integer(curve_of(algorithm_)));
    switch (scheme.kind) {
        case KeyKind::edwards:
            return cbor::map({pair(1, cbor::integer(1)), alg, crv, pair(-2, cbor::bytes(material))}
            );
        case KeyKind::rsa: {
            const auto key = crypto::read_rsa_public_key(material).value();
            return cbor::map(
                {pair(1, cbor::integer(3)),
                 alg,
                 pair(-1, cbor::bytes(key.modulus)),
                 pair(-2, cbor::bytes(key.exponent))}
            );
        }
        case KeyKind::ml_dsa:
            return cbor::map({pair(1, cbor::integer(7)), alg, pair(-1, cbor::bytes(material))});
        case KeyKind::curve_point:
            break;
    }
    const ByteView coordinates = ByteView(material).subspan(1);
    const std::size_t size = coordinates.size() / 2;
    return cbor::map(
        {pair(1, cbor::integer(2)),
         alg,
         crv,
         pair(-2, cbor::bytes(coordinates.first(size))),
         pair(-3, cbor::bytes(coordinates.last(size)))}
    );
}

webauthn::PublicKey PrivateKey::public_key() const {
    return webauthn::public_key_from_cose(cose_key()).value();
}

}  // namespace latchkey::test
