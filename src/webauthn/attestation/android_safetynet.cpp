// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/certificate.hpp"
#include "crypto/jws_reader.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/certified_jws.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

// Whom the certificate of the SafetyNet service is issued to (SafetyNet online documentation).
constexpr std::string_view service_name = "attest.android.com";

constexpr crypto::JwsLimits jws_limits{
    .bytes = limits::jws_bytes, .header_bytes = limits::jws_header_bytes
};
constexpr json::Limits payload_limits{.bytes = limits::jws_bytes, .depth = 4, .values = 64};

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 5, .step = step}, .reason = reason}};
}

/// safetynetStmtFormat: ver, which is reserved for future use, and response.
std::optional<std::string_view> read_response(const cbor::Item& statement) {
    const auto ver = statement.find("ver");
    const auto response = statement.find("response");
    const auto version = ver ? ver->as_text() : std::nullopt;
    const auto bytes = response ? response->as_bytes() : std::nullopt;
    if (!version || version->empty() || !bytes || statement.size() != 2) return std::nullopt;
    return text_of(*bytes);
}

bool has_integrity(const json::Value& payload) {
    const json::Value* match = payload.find("ctsProfileMatch");
    return match != nullptr && *match == json::Value(true);
}

/// Subject alternative names where there are any (RFC 6125 section 6.4.4), else the common name.
bool is_of_service(const crypto::Certificate& certificate) {
    auto names = certificate.dns_names();
    if (names.empty()) names = certificate.subject(crypto::NameAttribute::common_name);
    return std::ranges::count(names, service_name) > 0;
}

}  // namespace

// Section 8.5, "Android SafetyNet Attestation Statement Format", which is deprecated and refused
// unless the policy takes it. The specification does not number the steps.
Result<Evidence, Refusal> verify_android_safetynet(const Input& input) {
    const auto response = read_response(input.statement);
    if (!response) return fail(1, Reason::statement_malformed);
    auto certified = parse_certified_jws(*response, jws_limits);
    if (!certified) return fail(2, Reason::safetynet_response_malformed);
    const auto payload = json::parse(text_of(certified->jws.payload), payload_limits);
    if (!payload) return fail(2, Reason::safetynet_response_malformed);
    const auto signature = require_valid(verify_signature(*certified));
    if (!signature) return fail(2, signature.error());
    if (!has_integrity(*payload)) return fail(2, Reason::device_integrity_failed);
    const auto hash =
        input.signatures.sha256({input.authenticator_data.bytes, input.client_data_hash});
    if (!hash) return fail(3, Reason::cryptography_failed);
    const std::string* nonce = payload->find_string("nonce");
    if (nonce == nullptr || *nonce != base64_encode(*hash)) {
        return fail(3, Reason::statement_not_of_ceremony);
    }
    if (!is_of_service(certified->chain.front())) return fail(4, Reason::certificate_requirements);
    return certified_by(std::move(certified->chain));  // step 5
}

}  // namespace latchkey::webauthn::attestation
