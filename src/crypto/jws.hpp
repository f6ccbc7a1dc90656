// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/jws_reader.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The keys of others to verify JSON Web Signatures with (RFC 7517, RFC 7518), and signing.
/// Algorithms are an allow-list, and a key serves exactly one: no header talks a key into another
/// use.
namespace latchkey::crypto {

/// A public key that others verify with.
struct JsonWebKey {
    std::string key_id;  // `kid`; empty: none
    JwsAlgorithm algorithm = JwsAlgorithm::rs256;
    Bytes material;  // as SignatureVerifier takes it
};

/// The keys of a JWK Set that can verify one of our algorithms: RSA keys and points of P-256, not
/// meant for something else by `use`, `key_ops` or `alg`, without a private half. Others are
/// skipped. nullopt: not a JWK Set, larger than jwk_set_bytes, or more than jwk_set_keys keys.
std::optional<std::vector<JsonWebKey>> parse_jwk_set(std::string_view text);

enum class JwsCheck : std::uint8_t {
    valid,
    key_unknown,    // no key of that algorithm with that `kid`; or none at all
    key_ambiguous,  // several: without a `kid`, or of the same one
    bad_signature,
};

/// Verifies with the one key that fits: of the same algorithm, and of the same `kid` if there is
/// one.
JwsCheck verify_jws(const Jws& jws, const std::vector<JsonWebKey>& keys);

/// The left half of SHA-256 of `text`, base64url: `at_hash` (OpenID Connect Core 3.1.3.6).
std::string half_hash(std::string_view text);

/// A private key of P-256, for signing. Thread-safe.
class Es256Signer {
public:
    /// PKCS #8 in PEM, as Apple gives it (`.p8`). nullopt: not that, encrypted, or of another
    /// curve.
    static std::optional<Es256Signer> from_pem(std::string_view pem);

    /// The compact form over both, which are JSON texts. The header must say `"alg":"ES256"`.
    [[nodiscard]] std::string sign(std::string_view header, std::string_view payload) const;

    struct Key;

private:
    explicit Es256Signer(std::shared_ptr<const Key> key) : key_(std::move(key)) {}

    std::shared_ptr<const Key> key_;  // shared by the copies; never changes
};

}  // namespace latchkey::crypto
