// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/statements.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/der.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

namespace der = crypto::der;

Bytes write(unsigned tag, const Bytes& contents) {
    return der::write(static_cast<der::Tag>(tag), contents);
}

Bytes small_integer(unsigned value) {
    return der::write_unsigned(Bytes{static_cast<std::byte>(value)});
}

Bytes enumerated(unsigned value) {
    return der::write(der::Tag::enumerated, Bytes{static_cast<std::byte>(value)});
}

Bytes certificates(const std::vector<Bytes>& x5c) {
    std::vector<Bytes> items;
    for (const Bytes& certificate : x5c) {
        items.push_back(cbor::bytes(certificate));
    }
    return cbor::array(items);
}

/// The leaf that vouches for a credential key, with an extension about the ceremony.
Bytes leaf_for(const Identity& authority, const PrivateKey& key, RawExtension extension) {
    return issue(authority, {.extensions = {std::move(extension)}}, key).certificate;
}

/// RFC 7518 section 3.4: two numbers of 32 bytes each.
Bytes jose_signature(const PrivateKey& key, const std::string& text) {
    const Bytes signature = key.sign(bytes_of(text));
    if (key.algorithm() != webauthn::CoseAlgorithm::es256) return signature;
    der::Reader outer(signature);
    const auto sequence = outer.read(der::Tag::sequence).value();
    der::Reader numbers(sequence);
    Bytes both(64);
    std::ranges::copy_backward(numbers.read_unsigned().value(), both.begin() + 32);
    std::ranges::copy_backward(numbers.read_unsigned().value(), both.end());
    return both;
}

}  // namespace

Bytes Attested::to_be_signed() const {
    return join({authenticator_data, client_data_hash});
}

Bytes FidoU2fStatement::operator()(const Attested& attested) const {
    const Bytes message = join(
        {Bytes{reserved},
         attested.rp_id_hash,
         attested.client_data_hash,
         attested.credential_id,
         point}
    );
    return cbor::map(
        {{cbor::text("sig"), cbor::bytes(signer.sign(message))},
         {cbor::text("x5c"), certificates(x5c)}}
    );
}

Bytes AppleStatement::operator()(const Attested& attested) const {
    const Bytes hash = nonce.value_or(copy_of(crypto::sha256(attested.to_be_signed())));
    const Bytes value = der::write(
        der::Tag::sequence, der::write(der::ContextTag{1}, der::write(der::Tag::octet_string, hash))
    );
    std::vector<Bytes> x5c{leaf_for(
        authority, certified_key, {.oid = extension_oid, .value = extension.value_or(value)}
    )};
    x5c.insert(x5c.end(), others.begin(), others.end());
    return cbor::map({{cbor::text("x5c"), certificates(x5c)}});
}

Bytes AuthorizationDraft::finish() const {
    Bytes list;
    if (purposes) {
        Bytes numbers;
        for (const unsigned purpose : *purposes) {
            numbers = join({numbers, small_integer(purpose)});
        }
        list = der::write(der::ContextTag{1}, der::write(der::Tag::set, numbers));
    }
    // Like a real one: the algorithm, which nobody asks for.
    list = join({list, der::write(der::ContextTag{2}, small_integer(3))});
    if (all_applications) {
        list = join({list, der::write(der::ContextTag{600}, der::write(der::Tag::null, {}))});
    }
    if (origin) list = join({list, der::write(der::ContextTag{702}, small_integer(*origin))});
    return der::write(der::Tag::sequence, list);
}

Bytes AndroidKeyStatement::operator()(const Attested& attested) const {
    const Bytes description = der::write(
        der::Tag::sequence,
        join(
            {small_integer(4),
             enumerated(1),
             small_integer(4),
             enumerated(1),
             der::write(der::Tag::octet_string, challenge.value_or(attested.client_data_hash)),
             der::write(der::Tag::octet_string, {}),
             software.finish(),
             tee.finish()}
        )
    );
    const Bytes leaf = leaf_for(
        authority, certified_key, {.oid = extension_oid, .value = extension.value_or(description)}
    );
    return cbor::map(
        {{cbor::text("alg"), cbor::integer(algorithm)},
         {cbor::text("sig"), cbor::bytes(signer.sign(attested.to_be_signed()))},
         {cbor::text("x5c"), certificates({leaf})}}
    );
}

Bytes SafetyNetStatement::operator()(const Attested& attested) const {
    const bool is_ecdsa = signer.algorithm() == webauthn::CoseAlgorithm::es256;
    const std::string own_name = is_ecdsa ? "ES256" : "RS256";
    json::Array chain;
    for (const Bytes& certificate : x5c) {
        chain.emplace_back(base64_encode(certificate));
    }
    const std::string own_header = json::write(json::object(
        {{"alg", algorithm_name.empty() ? own_name : algorithm_name}, {"x5c", std::move(chain)}}
    ));
    const std::string own_nonce = base64_encode(crypto::sha256(attested.to_be_signed()));
    const std::string own_payload = R"({"nonce":")" + nonce.value_or(own_nonce) +
                                    R"(","timestampMs":1780272000000,"ctsProfileMatch":)" +
                                    cts_profile_match + R"(,"basicIntegrity":true})";
    std::string jws = base64url_encode(bytes_of(header.value_or(own_header))) + "." +
                      base64url_encode(bytes_of(payload.value_or(own_payload)));
    jws += "." + base64url_encode(jose_signature(signer, jws));
    return cbor::map(
        {{cbor::text("ver"), cbor::text(ver)}, {cbor::text("response"), cbor::bytes(copy_of(jws))}}
    );
}

RawExtension dns_name(const std::string& name) {
    return {
        .oid = "2.5.29.17", .value = der::write(der::Tag::sequence, write(0x82, copy_of(name)))
    };
}

RawExtension key_usage(const Bytes& purpose) {
    return {.oid = "2.5.29.37", .value = der::write(der::Tag::sequence, write(0x06, purpose))};
}

}  // namespace latchkey::test
