// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "crypto/limits.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The one reader of JSON Web Signatures in their compact form (RFC 7515).
namespace latchkey::crypto {

enum class JwsAlgorithm : std::uint8_t { rs256, es256 };

/// The same in the words of verify.hpp.
SignatureAlgorithm signature_algorithm(JwsAlgorithm algorithm);

enum class JwsError : std::uint8_t {
    too_large,              // the whole, or its header
    not_compact,            // not three parts of base64url with dots between them
    header_malformed,       // no JSON object with `alg`, or something is marked as critical
    algorithm_not_allowed,  // `none` and every MAC among them
};

/// A JWS taken apart. Nothing of it is to be believed before its signature was verified.
struct Jws {
    JwsAlgorithm algorithm = JwsAlgorithm::rs256;
    json::Value
        header;  // an object; what keys it brings or points to (`jwk`, `x5c`, `jku`) is unread
    std::string signing_input;  // header and payload as they were signed
    Bytes payload;
    Bytes signature;  // as JOSE writes it

    /// `kid`; empty: none.
    [[nodiscard]] std::string_view key_id() const;

    /// The signature as verify.hpp takes it; nullopt: it has not the size of its algorithm.
    [[nodiscard]] std::optional<Bytes> signature_in_der() const;
};

struct JwsLimits {
    std::size_t bytes = limits::jws_bytes;
    std::size_t header_bytes = limits::jws_header_bytes;  // before base64url
};

/// Takes the compact form apart.
Result<Jws, JwsError> parse_jws(std::string_view compact, const JwsLimits& limits = {});

}  // namespace latchkey::crypto
