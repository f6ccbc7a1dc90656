// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "support/certificates.hpp"
#include "support/metadata.hpp"

#include <cstddef>
#include <string>

namespace latchkey::fuzz {
namespace {

const test::MetadataSigner signer = test::MetadataSigner::make();

void look_at(const webauthn::Metadata& metadata) {
    for (const auto& entry : metadata.entries()) {
        LATCHKEY_ASSERT(entry.aaguid || !entry.key_ids.empty());
        if (entry.aaguid) LATCHKEY_ASSERT(metadata.find(*entry.aaguid) == &entry);
        for (const auto& id : entry.key_ids) {
            LATCHKEY_ASSERT(metadata.find(id) == &entry);
        }
        static_cast<void>(certification_of(entry, test::certificate_time));
    }
}

}  // namespace

/// The first byte chooses: the rest is a whole BLOB, or a payload that is then properly signed, as
/// else no input would get past the signature.
void run(ByteView input) {
    if (input.empty()) return;
    const bool is_payload = std::to_integer<unsigned>(input.front()) % 2 == 1;
    const std::string text(text_of(input.subspan(1)));
    const auto metadata = webauthn::Metadata::verify(
        is_payload ? signer.sign_text(text) : text, signer.trust(), test::certificate_time
    );
    if (metadata) look_at(*metadata);
}

}  // namespace latchkey::fuzz
