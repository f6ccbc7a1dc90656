// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/der.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

namespace der = crypto::der;
using webauthn::CoseAlgorithm;

template <class Number>
Bytes number(Number value) {
    Bytes bytes;
    for (std::size_t i = sizeof(Number); i > 0; --i) {
        bytes.push_back(static_cast<std::byte>((value >> (8 * (i - 1))) & 0xffU));
    }
    return bytes;
}

Bytes sized(const Bytes& contents) {
    return join({number(static_cast<std::uint16_t>(contents.size())), contents});
}

/// The hash with this TPM_ALG_ID; SHA-256 for those that are none.
crypto::HashAlgorithm hash_with(std::uint16_t identifier) {
    switch (identifier) {
        case 0x0004:
            return crypto::HashAlgorithm::sha1;
        case 0x000c:
            return crypto::HashAlgorithm::sha384;
        case 0x000d:
            return crypto::HashAlgorithm::sha512;
        default:
            return crypto::HashAlgorithm::sha256;
    }
}

Bytes hash(crypto::HashAlgorithm algorithm, const Bytes& message) {
    return crypto::SignatureVerifier().hash(algorithm, {message}).value();
}

/// AttributeTypeAndValue with an OID of the TCG, 2.23.133.2.number.
Bytes attribute(unsigned arc, const std::string& value) {
    if (value.empty()) return {};
    const Bytes oid{
        std::byte{0x67},
        std::byte{0x81},
        std::byte{0x05},
        std::byte{0x02},
        static_cast<std::byte>(arc)
    };
    const Bytes pair = join(
        {der::write(static_cast<der::Tag>(0x06), oid),
         der::write(static_cast<der::Tag>(0x0c), copy_of(value))}
    );
    return der::write(der::Tag::set, der::write(der::Tag::sequence, pair));
}

}  // namespace

TpmPublicArea TpmPublicArea::of(const PrivateKey& key) {
    const Bytes material = key.public_key().material;
    TpmPublicArea area;
    if (const auto rsa = crypto::read_rsa_public_key(material)) {
        area.first = copy_of(rsa->modulus);
        area.key_bits = static_cast<std::uint16_t>(area.first.size() * 8);
        return area;
    }
    const ByteView coordinates = ByteView(material).subspan(1);
    area.type = 0x0023;
    area.first = copy_of(coordinates.first(coordinates.size() / 2));
    area.second = copy_of(coordinates.last(coordinates.size() / 2));
    if (key.algorithm() == CoseAlgorithm::es384) area.curve = 0x0004;
    if (key.algorithm() == CoseAlgorithm::es512) area.curve = 0x0005;
    return area;
}

Bytes TpmPublicArea::finish() const {
    const Bytes bytes = join(
        {number(type),
         number(name_algorithm),
         number(attributes),
         sized(policy),
         number(symmetric),
         symmetric == 0x0010 ? Bytes() : join({number(std::uint16_t{128}), number(symmetric)}),
         number(scheme),
         scheme == 0x0010 ? Bytes() : number(scheme_hash)}
    );
    if (type == 0x0023) {
        return join({bytes, number(curve), number(kdf), sized(first), sized(second), trailing});
    }
    return join({bytes, number(key_bits), number(exponent), sized(first), trailing});
}

Bytes TpmCertInfo::finish(const Bytes& hash, const Bytes& object_name) const {
    if (encoded) return *encoded;
    return join(
        {number(magic),
         number(type),
         sized(Bytes(34, std::byte{0x0b})),  // qualifiedSigner
         sized(extra_data.value_or(hash)),
         Bytes(17, std::byte{0x07}),  // clockInfo
         Bytes(8, std::byte{0x05}),   // firmwareVersion
         sized(name.value_or(object_name)),
         sized(Bytes(34, std::byte{0x0b})),  // qualifiedName
         trailing}
    );
}

Bytes TpmStatement::operator()(const Attested& attested) const {
    const Bytes area = pub_area.finish();
    const Bytes object_name =
        join({number(pub_area.name_algorithm), hash(hash_with(pub_area.name_algorithm), area)});
    const auto signed_hash = crypto::hash_of(signed_with).value_or(crypto::HashAlgorithm::sha256);
    const Bytes info = cert_info.finish(hash(signed_hash, attested.to_be_signed()), object_name);
    std::vector<Bytes> certificates;
    for (const Bytes& certificate : x5c) {
        certificates.push_back(cbor::bytes(certificate));
    }
    std::vector<std::pair<Bytes, Bytes>> members{
        {cbor::text("alg"), cbor::integer(algorithm)},
        {cbor::text("sig"), cbor::bytes(aik.sign(info, signed_with))},
        {cbor::text("ver"), cbor::text(ver)},
        {cbor::text("pubArea"), cbor::bytes(area)},
        {cbor::text("certInfo"), cbor::bytes(info)}
    };
    if (!x5c.empty()) {
        members.insert(members.begin() + 3, {cbor::text("x5c"), cbor::array(certificates)});
    }
    return cbor::map(members);
}

RawExtension tpm_alternative_name(
    const std::string& manufacturer, const std::string& model, const std::string& version
) {
    const Bytes attributes =
        join({attribute(1, manufacturer), attribute(2, model), attribute(3, version)});
    const Bytes directory_name =
        der::write(der::ContextTag{4}, der::write(der::Tag::sequence, attributes));
    return {
        .oid = "2.5.29.17",
        .value = der::write(der::Tag::sequence, directory_name),
        .critical = true
    };
}

CertificateFields aik_fields() {
    const Bytes aik_purpose{
        std::byte{0x67}, std::byte{0x81}, std::byte{0x05}, std::byte{0x08}, std::byte{0x03}
    };
    return {
        .country = {},
        .organization = {},
        .unit = {},
        .common_name = {},
        .extensions =
            {tpm_alternative_name("id:4C544348", "Software TPM", "id:00010002"),
             key_usage(aik_purpose)}
    };
}

}  // namespace latchkey::test
