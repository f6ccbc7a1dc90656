// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/jws_reader.hpp"
#include "crypto/verify.hpp"
#include "latchkey/result.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace latchkey::webauthn {

enum class CertifiedJwsError : std::uint8_t {
    too_large,
    not_compact,
    header_malformed,  // without x5c too
    algorithm_not_allowed,
    certificate_malformed,  // x5c holds something that is none, or too many
};

/// A JWS with the certificates of its signer in its header. Parsed, not verified.
struct CertifiedJws {
    crypto::Jws jws;
    std::vector<crypto::Certificate> chain;  // x5c, the leaf first; at least one
};

/// Nothing that the header points to is fetched.
Result<CertifiedJws, CertifiedJwsError> parse_certified_jws(
    std::string_view text, const crypto::JwsLimits& limits
);

/// Verifies it with the key of the leaf; whose that is, is the caller's question.
crypto::SignatureCheck verify_signature(const CertifiedJws& certified);

}  // namespace latchkey::webauthn
