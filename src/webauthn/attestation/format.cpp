// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/format.hpp"

#include "crypto/certificate.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn::attestation {
namespace {

struct Format {
    std::string_view identifier;
    Procedure verify = nullptr;  // none: registered, but not in this build
};

// The IANA registry "WebAuthn Attestation Statement Format Identifiers".
constexpr std::array formats{
    Format{"none", verify_none},
    Format{"packed", verify_packed},
    Format{"tpm"},
    Format{"android-key"},
    Format{"android-safetynet"},
    Format{"fido-u2f"},
    Format{"apple"},
    Format{"compound"},
};

}  // namespace

Result<Procedure, Reason> find_procedure(std::string_view format) {
    const auto* found = std::ranges::find(formats, format, &Format::identifier);
    if (found == formats.end()) return Fail{Reason::format_unknown};
    if (found->verify == nullptr) return Fail{Reason::format_not_supported};
    return found->verify;
}

Result<std::vector<crypto::Certificate>, Reason> read_certificates(const cbor::Item& x5c) {
    if (x5c.type() != cbor::Type::array) return Fail{Reason::statement_malformed};
    if (x5c.size() == 0 || x5c.size() > limits::statement_certificates) {
        return Fail{Reason::statement_malformed};
    }
    std::vector<crypto::Certificate> certificates;
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

}  // namespace latchkey::webauthn::attestation
