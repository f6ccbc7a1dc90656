// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/metadata_blob.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "crypto/certificate.hpp"
#include "crypto/der.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

using enum MetadataError;
using crypto::Certificate;
using crypto::SignatureAlgorithm;
using crypto::SignatureCheck;

constexpr json::Limits header_limits{
    .bytes = limits::metadata_header_bytes, .depth = 4, .values = 64
};

struct Algorithm {
    std::string_view name;  // RFC 7518 section 3.1
    SignatureAlgorithm algorithm;
};

constexpr auto algorithms = std::to_array<Algorithm>({
    {"RS256", SignatureAlgorithm::rsa_pkcs1_sha256},
    {"ES256", SignatureAlgorithm::ecdsa_p256_sha256},
});

/// A JWS in compact form, cut at its dots.
struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;  // header and payload with the dot between them
};

struct Header {
    SignatureAlgorithm algorithm = SignatureAlgorithm::rsa_pkcs1_sha256;
    std::vector<Certificate> chain;
};

std::optional<Parts> cut(std::string_view blob) {
    const std::size_t first = blob.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = blob.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return Parts{
        .header = blob.substr(0, first),
        .payload = blob.substr(first + 1, second - first - 1),
        .signature = blob.substr(second + 1),  // a third dot is no base64url
        .signed_text = blob.substr(0, second),
    };
}

Result<std::vector<Certificate>, MetadataError> read_chain(const json::Value* x5c) {
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

Result<Header, MetadataError> read_header(std::string_view encoded) {
    if (encoded.size() > limits::metadata_header_bytes) return Fail{too_large};
    const auto bytes = base64url_decode(encoded);
    if (!bytes) return Fail{not_a_blob};
    const auto header = json::parse(text_of(*bytes), header_limits);
    if (!header || header->as_object() == nullptr) return Fail{header_malformed};
    // RFC 7515 section 4.1.11: what is critical must be understood, and nothing more is.
    if (header->find("crit") != nullptr) return Fail{header_malformed};
    const std::string* name = header->find_string("alg");
    if (name == nullptr) return Fail{header_malformed};
    const auto* const found = std::ranges::find(algorithms, *name, &Algorithm::name);
    if (found == algorithms.end()) return Fail{algorithm_not_allowed};
    // x5u is not followed: this library has no network.
    auto chain = TRY(read_chain(header->find("x5c")));
    return Header{.algorithm = found->algorithm, .chain = std::move(chain)};
}

bool is_signer(const Certificate& certificate, const std::string& name) {
    const auto names = certificate.dns_names();
    if (!names.empty()) return std::ranges::find(names, name) != names.end();
    const auto common_names = certificate.subject(crypto::NameAttribute::common_name);
    return common_names == std::vector{name};
}

Result<void, MetadataError> check_signer(
    const std::vector<Certificate>& chain, const MetadataTrust& trust, TimePoint now
) {
    if (!trust.signer.empty() && !is_signer(chain.front(), trust.signer)) {
        return Fail{signer_not_expected};
    }
    std::vector<Certificate> anchors;
    for (const Bytes& root : trust.roots) {
        auto anchor = Certificate::parse(root);
        if (!anchor) return Fail{trust_root_malformed};
        anchors.push_back(*std::move(anchor));
    }
    switch (crypto::verify_chain(chain, anchors, now)) {
        case crypto::ChainCheck::trusted:
            return {};
        case crypto::ChainCheck::not_valid_now:
            return Fail{signer_not_valid_now};
        case crypto::ChainCheck::failed:
            return Fail{cryptography_failed};
        case crypto::ChainCheck::not_trusted:
            break;
    }
    return Fail{signer_not_trusted};
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

Result<Bytes, MetadataError> verify_blob(
    std::string_view blob, const MetadataTrust& trust, TimePoint now
) {
    // Files end with a line end.
    while (blob.ends_with('\n') || blob.ends_with('\r')) {
        blob.remove_suffix(1);
    }
    if (blob.size() > limits::metadata_blob_bytes) return Fail{too_large};
    const auto parts = cut(blob);
    if (!parts) return Fail{not_a_blob};
    const Header header = TRY(read_header(parts->header));
    TRY(check_signer(header.chain, trust, now));
    const auto signature = signature_of(header.algorithm, parts->signature);
    if (!signature) return Fail{bad_signature};
    const auto check =
        header.chain.front().verify(header.algorithm, *signature, {bytes_of(parts->signed_text)});
    if (check == SignatureCheck::failed) return Fail{cryptography_failed};
    if (check == SignatureCheck::key_unusable) return Fail{algorithm_not_allowed};
    if (check != SignatureCheck::valid) return Fail{bad_signature};
    auto payload = base64url_decode(parts->payload);
    if (!payload) return Fail{not_a_blob};
    return *std::move(payload);
}

Result<Metadata, MetadataError> Metadata::verify(
    std::string_view blob, const MetadataTrust& trust, TimePoint now
) noexcept try {
    const Bytes payload = TRY(verify_blob(blob, trust, now));
    auto metadata = TRY(MetadataReader::read_payload(text_of(payload)));
    if (metadata.serial() < trust.serial_min) return Fail{serial_went_back};
    return metadata;
} catch (const std::bad_alloc&) {
    return Fail{out_of_memory};
}

}  // namespace latchkey::webauthn
