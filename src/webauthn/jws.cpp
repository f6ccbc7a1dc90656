// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/jws.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "crypto/certificate.hpp"
#include "crypto/der.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

using enum JwsError;
using crypto::Certificate;
using crypto::SignatureAlgorithm;

constexpr json::Limits header_limits{.bytes = limits::jws_header_bytes, .depth = 4, .values = 64};

struct Algorithm {
    std::string_view name;  // RFC 7518 section 3.1
    SignatureAlgorithm algorithm;
};

constexpr auto algorithms = std::to_array<Algorithm>({
    {"RS256", SignatureAlgorithm::rsa_pkcs1_sha256},
    {"ES256", SignatureAlgorithm::ecdsa_p256_sha256},
});

Result<std::vector<Certificate>, JwsError> read_chain(const json::Value* x5c) {
    const json::Array* list = x5c == nullptr ? nullptr : x5c->as_array();
    if (list == nullptr || list->empty()) return Fail{header_malformed};
    if (list->size() > limits::statement_certificates) return Fail{certificate_malformed};
    std::vector<Certificate> chain;
    for (const json::Value& item : *list) {
        const std::string* text = item.as_string();
        // RFC 7515 section 4.1.6: base64 here, not base64url.
        const auto der = text == nullptr ? std::nullopt : base64_decode(*text);
        auto certificate = der ? Certificate::parse(*der) : std::nullopt;
        if (!certificate) return Fail{certificate_malformed};
        chain.push_back(*std::move(certificate));
    }
    return chain;
}

/// Takes what the header says into `jws`.
Result<void, JwsError> read_header(Jws& jws, std::string_view encoded) {
    const auto bytes = base64url_decode(encoded);
    if (!bytes) return Fail{not_compact};
    const auto header = json::parse(text_of(*bytes), header_limits);
    if (!header || header->as_object() == nullptr) return Fail{header_malformed};
    // RFC 7515 section 4.1.11: what is critical must be understood, and nothing more is.
    if (header->find("crit") != nullptr) return Fail{header_malformed};
    const std::string* name = header->find_string("alg");
    if (name == nullptr) return Fail{header_malformed};
    const auto* const found = std::ranges::find(algorithms, *name, &Algorithm::name);
    if (found == algorithms.end()) return Fail{algorithm_not_allowed};
    jws.algorithm = found->algorithm;
    jws.chain = TRY(read_chain(header->find("x5c")));
    return {};
}

/// RFC 7518 section 3.4: an ECDSA signature of JOSE is its two numbers, 32 bytes each; everywhere
/// else it is Ecdsa-Sig-Value in DER.
std::optional<Bytes> signature_of(SignatureAlgorithm algorithm, std::string_view encoded) {
    auto bytes = base64url_decode(encoded);
    if (!bytes || algorithm != SignatureAlgorithm::ecdsa_p256_sha256) return bytes;
    if (bytes->size() != 64) return std::nullopt;
    const ByteView both = *bytes;
    Bytes numbers = crypto::der::write_unsigned(both.first(32));
    const Bytes second = crypto::der::write_unsigned(both.last(32));
    numbers.insert(numbers.end(), second.begin(), second.end());
    return crypto::der::write(crypto::der::Tag::sequence, numbers);
}

}  // namespace

Result<Jws, JwsError> parse_jws(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) return Fail{not_compact};
    const std::size_t first = text.find('.');
    if (first == std::string_view::npos) return Fail{not_compact};
    const std::size_t second = text.find('.', first + 1);
    if (second == std::string_view::npos) return Fail{not_compact};
    Jws jws;
    TRY(read_header(jws, text.substr(0, first)));
    auto payload = base64url_decode(text.substr(first + 1, second - first - 1));
    auto signature = signature_of(jws.algorithm, text.substr(second + 1));
    if (!payload || !signature) return Fail{not_compact};
    jws.payload = *std::move(payload);
    jws.signature = *std::move(signature);
    jws.signed_text = text.substr(0, second);
    return jws;
}

crypto::SignatureCheck verify_signature(const Jws& jws) {
    return jws.chain.front().verify(jws.algorithm, jws.signature, {bytes_of(jws.signed_text)});
}

}  // namespace latchkey::webauthn
