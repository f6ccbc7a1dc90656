// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/certified_jws.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "crypto/certificate.hpp"
#include "crypto/jws_reader.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "webauthn/limits.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

using enum CertifiedJwsError;
using crypto::Certificate;
using crypto::JwsError;

CertifiedJwsError error_of(JwsError error) {
    switch (error) {
        case JwsError::too_large:
            return too_large;
        case JwsError::not_compact:
            return not_compact;
        case JwsError::header_malformed:
            return header_malformed;
        case JwsError::algorithm_not_allowed:
            return algorithm_not_allowed;
    }
    return header_malformed;
}

Result<std::vector<Certificate>, CertifiedJwsError> read_chain(const json::Value* x5c) {
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

}  // namespace

Result<CertifiedJws, CertifiedJwsError> parse_certified_jws(
    std::string_view text, const crypto::JwsLimits& limits
) {
    auto jws = crypto::parse_jws(text, limits);
    if (!jws) return Fail{error_of(jws.error())};
    auto chain = TRY(read_chain(jws->header.find("x5c")));
    return CertifiedJws{.jws = std::move(jws).value(), .chain = std::move(chain)};
}

crypto::SignatureCheck verify_signature(const CertifiedJws& certified) {
    const auto& jws = certified.jws;
    const auto signature = jws.signature_in_der();
    if (!signature) return crypto::SignatureCheck::invalid;
    return certified.chain.front().verify(
        crypto::signature_algorithm(jws.algorithm), *signature, {bytes_of(jws.signing_input)}
    );
}

}  // namespace latchkey::webauthn
