// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"

#include <cstdint>
#include <memory>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace latchkey::test {

/// The algorithms that the linked OpenSSL can do, of those that the library knows.
std::vector<webauthn::CoseAlgorithm> available_algorithms();

/// A key pair that signs as an authenticator does. Copies share the key, which never changes.
class PrivateKey {
public:
    /// The same key for the same seed; of RSA another one in each process.
    static PrivateKey make(webauthn::CoseAlgorithm algorithm, std::uint64_t seed);

    [[nodiscard]] webauthn::CoseAlgorithm algorithm() const { return algorithm_; }

    /// How its signatures are verified.
    [[nodiscard]] crypto::SignatureAlgorithm signature_algorithm() const;

    /// The signature as WebAuthn encodes it (6.5.5): DER for ECDSA, the bare bytes for the others.
    [[nodiscard]] Bytes sign(ByteView message) const;

    /// By another algorithm for the same type of key: RS1, which no credential has.
    [[nodiscard]] Bytes sign(ByteView message, crypto::SignatureAlgorithm algorithm) const;

    /// The public half as COSE_Key, canonical.
    [[nodiscard]] Bytes cose_key() const;

    /// The public half as a credential record holds it.
    [[nodiscard]] webauthn::PublicKey public_key() const;

    /// For what makes certificates.
    [[nodiscard]] evp_pkey_st* handle() const { return key_.get(); }

private:
    PrivateKey(webauthn::CoseAlgorithm algorithm, std::shared_ptr<evp_pkey_st> key);

    webauthn::CoseAlgorithm algorithm_;
    std::shared_ptr<evp_pkey_st> key_;  // shared by the copies
};

}  // namespace latchkey::test
