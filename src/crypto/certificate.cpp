// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"

#include "base/clock.hpp"
#include "crypto/der.hpp"
#include "crypto/limits.hpp"
#include "crypto/openssl.hpp"
#include "crypto/scheme.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/safestack.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace latchkey::crypto {
namespace {

ByteView view_of(const ASN1_STRING* text) {
    return std::as_bytes(
        std::span(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text)))
    );
}

/// The contents of an OBJECT IDENTIFIER.
ByteView identifier_of(const ASN1_OBJECT* object) {
    return std::as_bytes(std::span(OBJ_get0_data(object), OBJ_length(object)));
}

/// RFC 5280 section 4.2: a certificate has each extension at most once.
bool has_each_extension_once(const X509* certificate) {
    const int count = X509_get_ext_count(certificate);
    if (count > limits::certificate_extensions) return false;
    for (int i = 0; i < count; ++i) {
        const ASN1_OBJECT* name = X509_EXTENSION_get_object(X509_get_ext(certificate, i));
        if (X509_get_ext_by_OBJ(certificate, name, i) >= 0) return false;
    }
    return true;
}

/// The contents of the OBJECT IDENTIFIER of an attribute: 2.5.4 and a number (X.520).
std::array<std::byte, 3> identifier_of(NameAttribute attribute) {
    constexpr std::byte joint{0x55};
    constexpr std::byte attribute_type{0x04};
    switch (attribute) {
        case NameAttribute::country:
            return {joint, attribute_type, std::byte{6}};
        case NameAttribute::organization:
            return {joint, attribute_type, std::byte{10}};
        case NameAttribute::organizational_unit:
            return {joint, attribute_type, std::byte{11}};
        case NameAttribute::common_name:
            return {joint, attribute_type, std::byte{3}};
    }
    return {};
}

/// All values of an attribute, given as the contents of its OBJECT IDENTIFIER, as UTF-8, in order.
std::vector<std::string> values_of(const X509_NAME* name, ByteView attribute) {
    std::vector<std::string> values;
    for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        if (!std::ranges::equal(identifier_of(X509_NAME_ENTRY_get_object(entry)), attribute)) {
            continue;
        }
        std::string& value = values.emplace_back();  // empty if it cannot be read
        unsigned char* text = nullptr;
        const int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
        if (length < 0) continue;
        const auto bytes = std::span(text, static_cast<std::size_t>(length));
        value = text_of(std::as_bytes(bytes));
        OPENSSL_free(text);
    }
    return values;
}

ChainCheck chain_check_of(int error) {
    switch (error) {
        case X509_V_ERR_CERT_NOT_YET_VALID:
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return ChainCheck::not_valid_now;
        case X509_V_ERR_OUT_OF_MEM:
        case X509_V_ERR_UNSPECIFIED:
            return ChainCheck::failed;
        default:
            return ChainCheck::not_trusted;
    }
}

void configure(X509_STORE_CTX* context, TimePoint now) {
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    X509_VERIFY_PARAM_set_time(parameters, seconds.count());
    // An anchor is trusted because it was given, not because it signed itself.
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_depth(parameters, limits::chain_depth);
    X509_VERIFY_PARAM_set_auth_level(parameters, 1);
}

}  // namespace

void Certificate::Delete::operator()(x509_st* object) const {
    X509_free(object);
}

std::optional<Certificate> Certificate::parse(ByteView der) {
    if (der.size() > limits::certificate_bytes) return std::nullopt;
    const ErrorScope errors;
    const unsigned char* position = octets(der);
    Certificate parsed(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
    X509* object = parsed.object_.get();
    if (object == nullptr || position != octets(der) + der.size()) return std::nullopt;
    if (parsed.version() < 1 || parsed.version() > 3) return std::nullopt;
    if (!has_each_extension_once(object)) return std::nullopt;
    if ((X509_get_extension_flags(object) & EXFLAG_INVALID) != 0) return std::nullopt;
    return parsed;
}

int Certificate::version() const {
    return static_cast<int>(X509_get_version(object_.get())) + 1;
}

std::vector<std::string> Certificate::subject(NameAttribute attribute) const {
    const ErrorScope errors;
    return values_of(X509_get_subject_name(object_.get()), identifier_of(attribute));
}

bool Certificate::has_empty_subject() const {
    return X509_NAME_entry_count(X509_get_subject_name(object_.get())) == 0;
}

std::vector<std::string> Certificate::alternative_name(std::string_view oid) const {
    const ErrorScope errors;
    std::vector<std::string> values;
    const Bytes attribute = der::write_object_identifier(oid);
    const Owned<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(object_.get(), NID_subject_alt_name, nullptr, nullptr)
    ));
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DIRNAME) continue;
        for (std::string& value : values_of(name->d.directoryName, attribute)) {
            values.push_back(std::move(value));
        }
    }
    return values;
}

bool Certificate::has_usage(std::string_view oid) const {
    const ErrorScope errors;
    const Bytes purpose = der::write_object_identifier(oid);
    const Owned<EXTENDED_KEY_USAGE> usages(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(object_.get(), NID_ext_key_usage, nullptr, nullptr)
    ));
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
        const ASN1_OBJECT* usage = sk_ASN1_OBJECT_value(usages.get(), i);
        if (std::ranges::equal(identifier_of(usage), purpose)) return true;
    }
    return false;
}

std::vector<std::string> Certificate::dns_names() const {
    const ErrorScope errors;
    std::vector<std::string> names;
    int presence = 0;
    const Owned<GENERAL_NAMES> alternatives(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(object_.get(), NID_subject_alt_name, &presence, nullptr)
    ));
    constexpr int absent = -1;
    if (alternatives == nullptr && presence != absent) names.emplace_back();
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type == GEN_DNS) names.emplace_back(text_of(view_of(name->d.dNSName)));
    }
    return names;
}

BasicConstraints Certificate::basic_constraints() const {
    const std::uint32_t flags = X509_get_extension_flags(object_.get());
    if ((flags & EXFLAG_BCONS) == 0) return BasicConstraints::absent;
    return (flags & EXFLAG_CA) != 0 ? BasicConstraints::authority : BasicConstraints::end_entity;
}

std::optional<KeyIdentifier> Certificate::key_identifier() const {
    const ErrorScope errors;
    KeyIdentifier identifier{};
    unsigned int length = 0;
    if (X509_pubkey_digest(object_.get(), EVP_sha1(), writable_octets(identifier), &length) != 1 ||
        length != identifier.size()) {
        return std::nullopt;
    }
    return identifier;
}

std::optional<Certificate::Extension> Certificate::extension(std::string_view oid) const {
    // Compared by hand, without an object of OpenSSL: an extension must not seem to be absent when
    // there is no memory for one.
    const Bytes wanted = der::write_object_identifier(oid);
    for (int i = 0; i < X509_get_ext_count(object_.get()); ++i) {
        X509_EXTENSION* extension = X509_get_ext(object_.get(), i);
        if (!std::ranges::equal(identifier_of(X509_EXTENSION_get_object(extension)), wanted)) {
            continue;
        }
        return Extension{
            .critical = X509_EXTENSION_get_critical(extension) != 0,
            .value = view_of(X509_EXTENSION_get_data(extension))
        };
    }
    return std::nullopt;
}

SignatureCheck Certificate::verify(
    SignatureAlgorithm algorithm, ByteView signature, std::initializer_list<ByteView> message
) const {
    const ErrorScope errors;
    const Scheme& scheme = scheme_of(algorithm);
    EVP_PKEY* key = X509_get0_pubkey(object_.get());
    if (key == nullptr || !fits(key, scheme)) return SignatureCheck::key_unusable;
    return verify_with(key, scheme, signature, message);
}

std::optional<Bytes> Certificate::public_key(SignatureAlgorithm algorithm) const {
    const ErrorScope errors;
    const Scheme& scheme = scheme_of(algorithm);
    const EVP_PKEY* key = X509_get0_pubkey(object_.get());
    if (key == nullptr || !fits(key, scheme)) return std::nullopt;
    return key_bytes(key, scheme);
}

ChainCheck verify_chain(
    std::span<const Certificate> chain, std::span<const Certificate> anchors, TimePoint now
) {
    // One anchor at a time: among those of one name OpenSSL would settle for the first, and roots
    // are renewed under their old names with new keys.
    if (chain.empty()) return ChainCheck::not_trusted;
    ChainCheck reason = ChainCheck::not_trusted;
    for (const Certificate& anchor : anchors) {
        const ChainCheck check = Certificate::verify_path(chain, anchor, now);
        if (check == ChainCheck::trusted) return check;
        if (reason == ChainCheck::not_trusted) reason = check;
    }
    return reason;
}

ChainCheck Certificate::verify_path(
    std::span<const Certificate> chain, const Certificate& anchor, TimePoint now
) {
    const ErrorScope errors;
    const Owned<X509_STORE> store(X509_STORE_new());
    const Owned<STACK_OF(X509)> others(sk_X509_new_null());
    const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
    if (store == nullptr || others == nullptr || context == nullptr) return ChainCheck::failed;
    if (X509_STORE_add_cert(store.get(), anchor.object_.get()) != 1) return ChainCheck::failed;
    for (const Certificate& other : chain.subspan(1)) {
        if (sk_X509_push(others.get(), other.object_.get()) <= 0) return ChainCheck::failed;
    }
    if (X509_STORE_CTX_init(
            context.get(), store.get(), chain.front().object_.get(), others.get()
        ) != 1) {
        return ChainCheck::failed;
    }
    configure(context.get(), now);
    if (X509_verify_cert(context.get()) == 1) return ChainCheck::trusted;
    return chain_check_of(X509_STORE_CTX_get_error(context.get()));
}

}  // namespace latchkey::crypto
