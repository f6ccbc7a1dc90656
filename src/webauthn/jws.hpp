// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace latchkey::webauthn {

enum class JwsError : std::uint8_t {
    not_compact,            // not three parts in base64url with dots between them, or too long
    header_malformed,       // no JSON object with alg and x5c, or something is marked as critical
    algorithm_not_allowed,  // only RS256 and ES256 are
    certificate_malformed,
};

/// A JSON Web Signature in compact form (RFC 7515), with the certificates of its signer in its
/// header. Parsed, not verified.
struct Jws {
    crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::rsa_pkcs1_sha256;
    std::vector<crypto::Certificate> chain;  // x5c, the leaf first; at least one
    Bytes payload;
    Bytes signature;               // in the form of crypto/verify.hpp
    std::string_view signed_text;  // borrowed: header and payload with the dot between them
};

/// Reads a JWS of at most `bytes_max`. Nothing that the header points to is fetched.
Result<Jws, JwsError> parse_jws(std::string_view text, std::size_t bytes_max);

/// Verifies it with the key of the leaf; whose that is, is the caller's question.
crypto::SignatureCheck verify_signature(const Jws& jws);

}  // namespace latchkey::webauthn
