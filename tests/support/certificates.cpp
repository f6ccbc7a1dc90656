// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/certificates.hpp"

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "crypto/der.hpp"
#include "crypto/openssl.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/private_key.hpp"
#include "webauthn/cose.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

namespace latchkey::test {
namespace {

using crypto::octets;
using crypto::Owned;
using crypto::require;

void add_names(X509_NAME* name, int attribute, const std::vector<std::string>& values) {
    // C must be a PrintableString, the others are UTF8String (8.2.1).
    const int form = attribute == NID_countryName ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
    for (const std::string& value : values) {
        require(X509_NAME_add_entry_by_NID(
            name, attribute, form, octets(bytes_of(value)), static_cast<int>(value.size()), -1, 0
        ));
    }
}

void add_extension(X509* certificate, const RawExtension& extension) {
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    require(ASN1_OCTET_STRING_set(
        value, octets(extension.value), static_cast<int>(extension.value.size())
    ));
    const Owned<ASN1_OBJECT> oid(OBJ_txt2obj(extension.oid.c_str(), 1));
    X509_EXTENSION* made =
        X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), extension.critical ? 1 : 0, value);
    require(X509_add_ext(certificate, made, -1));
    X509_EXTENSION_free(made);
    ASN1_OCTET_STRING_free(value);
}

RawExtension basic_constraints(CertificateAuthority authority) {
    // SEQUENCE of nothing, or of BOOLEAN TRUE.
    const Bytes is_authority{
        std::byte{0x30}, std::byte{3}, std::byte{1}, std::byte{1}, std::byte{0xff}
    };
    const Bytes is_not{std::byte{0x30}, std::byte{0}};
    const bool yes = authority == CertificateAuthority::yes;
    return {.oid = "2.5.29.19", .value = yes ? is_authority : is_not, .critical = true};
}

std::int64_t to_seconds(TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Bytes der_of(const X509* certificate) {
    Bytes der(static_cast<std::size_t>(i2d_X509(certificate, nullptr)));
    unsigned char* position = crypto::writable_octets(der);
    LATCHKEY_ASSERT(i2d_X509(certificate, &position) == static_cast<int>(der.size()));
    return der;
}

Owned<X509> unsigned_certificate(const CertificateFields& fields, const PrivateKey& key) {
    Owned<X509> certificate(X509_new());
    require(X509_set_version(certificate.get(), fields.version - 1));
    require(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1));
    LATCHKEY_ASSERT(
        ASN1_TIME_set(X509_getm_notBefore(certificate.get()), to_seconds(fields.not_before)) !=
        nullptr
    );
    LATCHKEY_ASSERT(
        ASN1_TIME_set(X509_getm_notAfter(certificate.get()), to_seconds(fields.not_after)) !=
        nullptr
    );
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    add_names(subject, NID_countryName, fields.country);
    add_names(subject, NID_organizationName, fields.organization);
    add_names(subject, NID_organizationalUnitName, fields.unit);
    add_names(subject, NID_commonName, fields.common_name);
    require(X509_set_pubkey(certificate.get(), key.handle()));
    if (fields.authority != CertificateAuthority::unsaid) {
        add_extension(certificate.get(), basic_constraints(fields.authority));
    }
    for (const RawExtension& extension : fields.extensions) {
        add_extension(certificate.get(), extension);
    }
    return certificate;
}

Identity sign(Owned<X509> certificate, const PrivateKey& issuer_key, const PrivateKey& key) {
    const auto algorithm = webauthn::signature_algorithm(issuer_key.algorithm()).value();
    const EVP_MD* digest = crypto::hash_of(algorithm) ? EVP_sha256() : nullptr;
    LATCHKEY_ASSERT(X509_sign(certificate.get(), issuer_key.handle(), digest) > 0);
    return {.certificate = der_of(certificate.get()), .key = key};
}

}  // namespace

RawExtension aaguid_extension(const webauthn::Aaguid& aaguid) {
    return {
        .oid = "1.3.6.1.4.1.45724.1.1.4",
        .value = crypto::der::write(crypto::der::Tag::octet_string, aaguid.value())
    };
}

CertificateFields authority_fields(const std::string& common_name) {
    return {.unit = {}, .common_name = {common_name}, .authority = CertificateAuthority::yes};
}

Identity make_root(const CertificateFields& fields, const PrivateKey& key) {
    auto certificate = unsigned_certificate(fields, key);
    require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())));
    return sign(std::move(certificate), key, key);
}

Identity issue(const Identity& issuer, const CertificateFields& fields, const PrivateKey& key) {
    auto certificate = unsigned_certificate(fields, key);
    const unsigned char* position = octets(issuer.certificate);
    const Owned<X509> parent(
        d2i_X509(nullptr, &position, static_cast<long>(issuer.certificate.size()))
    );
    LATCHKEY_ASSERT(parent != nullptr);
    require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(parent.get())));
    return sign(std::move(certificate), issuer.key, key);
}

std::string pem_of(const Bytes& certificate) {
    constexpr std::size_t line = 64;
    std::string text = "-----BEGIN CERTIFICATE-----\n";
    const std::string encoded = base64_encode(certificate);
    for (std::size_t i = 0; i < encoded.size(); i += line) {
        text += encoded.substr(i, line) + "\n";
    }
    return text + "-----END CERTIFICATE-----\n";
}

}  // namespace latchkey::test
