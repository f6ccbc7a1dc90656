// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/jwt.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/der.hpp"
#include "crypto/rsa_key.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/private_key.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace latchkey::test {
namespace {

using webauthn::CoseAlgorithm;

constexpr std::size_t coordinate_size = 32;

/// r and s with their leading zeros, from the two numbers of an Ecdsa-Sig-Value.
Bytes side_by_side(ByteView der) {
    crypto::der::Reader outer(der);
    const auto sequence = outer.read(crypto::der::Tag::sequence);
    LATCHKEY_ASSERT(sequence.has_value());
    crypto::der::Reader numbers(*sequence);
    Bytes joined;
    for (int i = 0; i < 2; ++i) {
        const auto number = numbers.read_unsigned();
        LATCHKEY_ASSERT(number && number->size() <= coordinate_size);
        joined.resize(joined.size() + coordinate_size - number->size());
        joined.insert(joined.end(), number->begin(), number->end());
    }
    return joined;
}

}  // namespace

json::Value jwk_of(const PrivateKey& key, std::string_view key_id) {
    json::Value jwk = json::object({{"use", "sig"}});
    if (!key_id.empty()) jwk.set("kid", key_id);
    const Bytes material = key.public_key().material;
    if (key.algorithm() == CoseAlgorithm::es256) {
        jwk.set("kty", "EC");
        jwk.set("crv", "P-256");
        jwk.set("x", base64url_encode(ByteView(material).subspan(1, coordinate_size)));
        jwk.set("y", base64url_encode(ByteView(material).subspan(1 + coordinate_size)));
        return jwk;
    }
    const auto rsa = crypto::read_rsa_public_key(material);
    LATCHKEY_ASSERT(rsa.has_value());
    jwk.set("kty", "RSA");
    jwk.set("n", base64url_encode(rsa->modulus));
    jwk.set("e", base64url_encode(rsa->exponent));
    return jwk;
}

std::string jwk_set(json::Array keys) {
    return json::write(json::object({{"keys", std::move(keys)}}));
}

std::string sign_jws(const PrivateKey& key, const json::Value& header, std::string_view payload) {
    std::string text = base64url_encode(bytes_of(json::write(header)));
    text += '.';
    text += base64url_encode(bytes_of(payload));
    const Bytes signature = key.sign(bytes_of(text));
    const bool is_ecdsa = key.algorithm() == CoseAlgorithm::es256;
    return text + '.' + base64url_encode(is_ecdsa ? side_by_side(signature) : signature);
}

std::string sign_token(const PrivateKey& key, std::string_view key_id, const json::Value& claims) {
    const bool is_ecdsa = key.algorithm() == CoseAlgorithm::es256;
    json::Value header = json::object({{"alg", is_ecdsa ? "ES256" : "RS256"}});
    if (!key_id.empty()) header.set("kid", key_id);
    return sign_jws(key, header, json::write(claims));
}

}  // namespace latchkey::test
