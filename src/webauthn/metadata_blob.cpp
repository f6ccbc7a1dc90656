// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/metadata_blob.hpp"

#include "base/try.hpp"
#include "crypto/certificate.hpp"
#include "crypto/jws_reader.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/certified_jws.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

using enum MetadataError;
using crypto::Certificate;
using crypto::SignatureCheck;

constexpr crypto::JwsLimits blob_limits{
    .bytes = limits::metadata_blob_bytes, .header_bytes = limits::metadata_header_bytes
};

MetadataError error_of(CertifiedJwsError error) {
    switch (error) {
        case CertifiedJwsError::too_large:
            return too_large;
        case CertifiedJwsError::not_compact:
            return not_a_blob;
        case CertifiedJwsError::header_malformed:
            return header_malformed;
        case CertifiedJwsError::algorithm_not_allowed:
            return algorithm_not_allowed;
        case CertifiedJwsError::certificate_malformed:
            return certificate_malformed;
    }
    return not_a_blob;
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

}  // namespace

Result<Bytes, MetadataError> verify_blob(
    std::string_view blob, const MetadataTrust& trust, TimePoint now
) {
    // Files end with a line end.
    while (blob.ends_with('\n') || blob.ends_with('\r')) {
        blob.remove_suffix(1);
    }
    // x5u is not followed: this library has no network.
    auto certified = parse_certified_jws(blob, blob_limits);
    if (!certified) return Fail{error_of(certified.error())};
    TRY(check_signer(certified->chain, trust, now));
    const auto check = verify_signature(*certified);
    if (check == SignatureCheck::failed) return Fail{cryptography_failed};
    if (check == SignatureCheck::key_unusable) return Fail{algorithm_not_allowed};
    if (check != SignatureCheck::valid) return Fail{bad_signature};
    return std::move(certified->jws.payload);
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
