// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/format.hpp"

#include "crypto/certificate.hpp"
#include "crypto/der.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/cose.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

struct Format {
    std::string_view identifier;
    Procedure verify;
};

// The IANA registry "WebAuthn Attestation Statement Format Identifiers".
constexpr auto formats = std::to_array<Format>({
    {"packed", verify_packed},
    {"tpm", verify_tpm},
    {"android-key", verify_android_key},
    {"android-safetynet", verify_android_safetynet},
    {"fido-u2f", verify_fido_u2f},
    {"none", verify_none},
    {"apple", verify_apple},
    {"compound", verify_compound},
});

// id-fido-gen-ce-aaguid (8.2.1)
constexpr std::string_view aaguid_extension = "1.3.6.1.4.1.45724.1.1.4";

/// The AAGUID stands inside of two OCTET STRINGs: the one of every extension and one of its own.
bool is_wrapped(ByteView extension, const Aaguid& aaguid) {
    crypto::der::Reader reader(extension);
    const auto value = reader.read(crypto::der::Tag::octet_string);
    return value && reader.at_end() && std::ranges::equal(*value, aaguid.value());
}

}  // namespace

Result<Procedure, Reason> find_procedure(
    std::string_view format, const RegistrationPolicy& policy
) {
    const auto* found = std::ranges::find(formats, format, &Format::identifier);
    if (found == formats.end()) return Fail{Reason::format_unknown};
    const auto refused = std::ranges::find(policy.refused_formats, format);
    if (refused != policy.refused_formats.end()) return Fail{Reason::format_refused};
    return found->verify;
}

Evidence certified_by(TrustPath path) {
    Evidence evidence{.type = AttestationType::certified, .trust_paths = {}};
    evidence.trust_paths.push_back(std::move(path));
    return evidence;
}

Result<TrustPath, Reason> read_certificates(const cbor::Item& x5c) {
    if (x5c.type() != cbor::Type::array) return Fail{Reason::statement_malformed};
    if (x5c.size() == 0 || x5c.size() > limits::statement_certificates) {
        return Fail{Reason::statement_malformed};
    }
    TrustPath certificates;
    auto items = x5c.children();
    while (const auto item = items.next()) {
        const auto der = item->as_bytes();
        if (!der) return Fail{Reason::statement_malformed};
        auto certificate = crypto::Certificate::parse(*der);
        if (!certificate) return Fail{Reason::certificate_malformed};
        certificates.push_back(*std::move(certificate));
    }
    return certificates;
}

Result<void, Reason> check_aaguid_extension(
    const crypto::Certificate& certificate, const Aaguid& aaguid
) {
    const auto extension = certificate.extension(aaguid_extension);
    if (!extension) return {};
    if (extension->critical) return Fail{Reason::certificate_requirements};
    if (!is_wrapped(extension->value, aaguid)) return Fail{Reason::aaguid_mismatch};
    return {};
}

bool certifies_credential_key(const crypto::Certificate& certificate, const Input& input) {
    const auto algorithm = signature_algorithm(input.credential_key.algorithm);
    return algorithm && certificate.public_key(*algorithm) == input.credential_key.material;
}

Result<void, Reason> require_valid(crypto::SignatureCheck check) {
    switch (check) {
        case crypto::SignatureCheck::valid:
            return {};
        case crypto::SignatureCheck::invalid:
            return Fail{Reason::bad_attestation_signature};
        case crypto::SignatureCheck::key_unusable:
            return Fail{Reason::statement_algorithm_mismatch};
        case crypto::SignatureCheck::failed:
            break;
    }
    return Fail{Reason::cryptography_failed};
}

}  // namespace latchkey::webauthn::attestation
