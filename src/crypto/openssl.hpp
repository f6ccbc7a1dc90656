// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <memory>
#include <span>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/// How OpenSSL's objects are owned. Included by the sources of this folder only.
namespace latchkey::crypto {

struct OpensslDelete {
    void operator()(ASN1_OBJECT* object) const { ASN1_OBJECT_free(object); }

    void operator()(BIO* object) const { BIO_free_all(object); }

    void operator()(BIGNUM* object) const { BN_free(object); }

    void operator()(EC_GROUP* object) const { EC_GROUP_free(object); }

    void operator()(EC_POINT* object) const { EC_POINT_free(object); }

    void operator()(EVP_CIPHER* object) const { EVP_CIPHER_free(object); }

    void operator()(EVP_CIPHER_CTX* object) const { EVP_CIPHER_CTX_free(object); }

    void operator()(EVP_MAC* object) const { EVP_MAC_free(object); }

    void operator()(EVP_MAC_CTX* object) const { EVP_MAC_CTX_free(object); }

    void operator()(EVP_MD* object) const { EVP_MD_free(object); }

    void operator()(EVP_MD_CTX* object) const { EVP_MD_CTX_free(object); }

    void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }

    void operator()(EVP_PKEY_CTX* object) const { EVP_PKEY_CTX_free(object); }

    void operator()(EXTENDED_KEY_USAGE* object) const { EXTENDED_KEY_USAGE_free(object); }

    void operator()(GENERAL_NAMES* object) const { GENERAL_NAMES_free(object); }

    void operator()(EVP_SIGNATURE* object) const { EVP_SIGNATURE_free(object); }

    void operator()(OSSL_PARAM* object) const { OSSL_PARAM_free(object); }

    void operator()(OSSL_PARAM_BLD* object) const { OSSL_PARAM_BLD_free(object); }

    void operator()(X509* object) const { X509_free(object); }

    void operator()(X509_STORE* object) const { X509_STORE_free(object); }

    void operator()(X509_STORE_CTX* object) const { X509_STORE_CTX_free(object); }

    // A stack of certificates that it does not own.
    void operator()(STACK_OF(X509) * object) const { sk_X509_free(object); }
};

template <class Object>
using Owned = std::unique_ptr<Object, OpensslDelete>;

/// For calls that cannot fail by their input: OpenSSL answers 1, or the process stops.
inline void require(int answer) {
    LATCHKEY_ASSERT(answer == 1);
}

/// OpenSSL keeps a queue of errors for each thread. What a refused input left there belongs to
/// nobody: it is dropped, and what the caller had in the queue stays.
class ErrorScope {
public:
    ErrorScope() { ERR_set_mark(); }

    ErrorScope(const ErrorScope&) = delete;
    ErrorScope& operator=(const ErrorScope&) = delete;
    ErrorScope(ErrorScope&&) = delete;
    ErrorScope& operator=(ErrorScope&&) = delete;

    ~ErrorScope() { ERR_pop_to_mark(); }
};

/// Bytes as OpenSSL takes them: unsigned char may alias std::byte.
inline const unsigned char* octets(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

inline unsigned char* writable_octets(std::span<std::byte> bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace latchkey::crypto
