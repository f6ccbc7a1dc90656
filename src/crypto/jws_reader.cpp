// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/jws_reader.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "crypto/der.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::crypto {
namespace {

using enum JwsError;

constexpr std::size_t coordinate_size = 32;  // of P-256

/// RFC 7518 section 3.1
std::optional<JwsAlgorithm> algorithm_named(std::string_view name) {
    if (name == "RS256") return JwsAlgorithm::rs256;
    if (name == "ES256") return JwsAlgorithm::es256;
    return std::nullopt;
}

Result<json::Value, JwsError> read_header(std::string_view encoded, std::size_t bytes_max) {
    const auto bytes = base64url_decode(encoded);
    if (!bytes) return Fail{not_compact};
    auto header = json::parse(text_of(*bytes), {.bytes = bytes_max, .depth = 4, .values = 64});
    if (!header || header->as_object() == nullptr) return Fail{header_malformed};
    // RFC 7515 section 4.1.11: what is critical must be understood, and nothing of it is.
    if (header->find("crit") != nullptr) return Fail{header_malformed};
    if (header->find_string("alg") == nullptr) return Fail{header_malformed};
    return std::move(header).value();
}

}  // namespace

SignatureAlgorithm signature_algorithm(JwsAlgorithm algorithm) {
    return algorithm == JwsAlgorithm::es256 ? SignatureAlgorithm::ecdsa_p256_sha256
                                            : SignatureAlgorithm::rsa_pkcs1_sha256;
}

std::string_view Jws::key_id() const {
    const std::string* text = header.find_string("kid");
    return text == nullptr ? std::string_view() : *text;
}

std::optional<Bytes> Jws::signature_in_der() const {
    if (algorithm != JwsAlgorithm::es256) return signature;
    // RFC 7518 section 3.4: the two numbers side by side; everywhere else Ecdsa-Sig-Value in DER.
    if (signature.size() != 2 * coordinate_size) return std::nullopt;
    const ByteView both = signature;
    Bytes numbers = der::write_unsigned(both.first(coordinate_size));
    const Bytes second = der::write_unsigned(both.last(coordinate_size));
    numbers.insert(numbers.end(), second.begin(), second.end());
    return der::write(der::Tag::sequence, numbers);
}

Result<Jws, JwsError> parse_jws(std::string_view compact, const JwsLimits& limits) {
    if (compact.size() > limits.bytes) return Fail{too_large};
    const std::size_t first = compact.find('.');
    if (first == std::string_view::npos) return Fail{not_compact};
    if (first > (limits.header_bytes * 4 + 2) / 3) return Fail{too_large};
    const std::size_t second = compact.find('.', first + 1);
    if (second == std::string_view::npos) return Fail{not_compact};
    auto header = TRY(read_header(compact.substr(0, first), limits.header_bytes));
    const auto algorithm = algorithm_named(*header.find_string("alg"));
    if (!algorithm) return Fail{algorithm_not_allowed};
    auto payload = base64url_decode(compact.substr(first + 1, second - first - 1));
    auto signature = base64url_decode(compact.substr(second + 1));  // a third dot is no base64url
    if (!payload || !signature) return Fail{not_compact};
    return Jws{
        .algorithm = *algorithm,
        .header = std::move(header),
        .signing_input = std::string(compact.substr(0, second)),
        .payload = *std::move(payload),
        .signature = *std::move(signature),
    };
}

}  // namespace latchkey::crypto
