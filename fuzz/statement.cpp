// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/scene.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "webauthn/cbor.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace latchkey::fuzz {
namespace {

using test::StatementKind;

constexpr auto kinds = std::to_array<StatementKind>(
    {StatementKind::packed_certified,
     StatementKind::tpm,
     StatementKind::android_key,
     StatementKind::android_safetynet,
     StatementKind::fido_u2f,
     StatementKind::apple,
     StatementKind::compound}
);

/// A valid registration of each format, in a scene that trusts its root.
struct Format {
    Scene scene;
    test::MadeRegistration valid;

    explicit Format(StatementKind kind) {
        const test::AuthenticatorOptions options{.statement = kind};
        scene.policy.roots = {test::SoftwareAuthenticator(options).root()};
        valid = scene.draft_registration(options).finish();
    }
};

/// What is to be done to which byte string.
struct Edit {
    std::size_t target = 0;  // counted over all byte strings of the object
    std::size_t offset = 0;
    std::byte value{};
    bool cuts = false;  // at the offset
};

std::vector<Edit> edits_from(ByteView input) {
    std::vector<Edit> edits;
    for (; input.size() >= 5; input = input.subspan(5)) {
        const auto number = [&](std::size_t i) { return std::to_integer<std::size_t>(input[i]); };
        edits.push_back(
            {number(0) & 0x7fU, (number(1) << 8U) | number(2), input[3], number(4) > 250}
        );
    }
    return edits;
}

/// Writes the item again with its byte strings edited, so that all lengths around them stay right
/// and the changes reach the parsers of what is inside.
Bytes rewritten(
    const webauthn::cbor::Item& item, const std::vector<Edit>& edits, std::size_t& number
) {
    using webauthn::cbor::Type;
    if (const auto borrowed = item.as_bytes()) {
        Bytes bytes = test::copy_of(*borrowed);
        for (const Edit& edit : edits) {
            if (edit.target != number || bytes.empty()) continue;
            const std::size_t offset = edit.offset % bytes.size();
            if (edit.cuts) {
                bytes.resize(offset);
            } else {
                bytes[offset] ^= edit.value;
            }
        }
        ++number;
        return test::cbor::bytes(bytes);
    }
    if (item.type() != Type::array && item.type() != Type::map) {
        return test::copy_of(item.encoded());
    }
    Bytes whole = test::cbor::head(item.type() == Type::map ? 5 : 4, item.size());
    auto children = item.children();
    while (const auto child = children.next()) {
        whole = test::join({whole, rewritten(*child, edits, number)});
    }
    return whole;
}

}  // namespace

/// Starts from a valid statement of a format and edits the byte strings inside of it: certificates,
/// TPM structures, JWS, signatures. What was changed never leads to the root.
void run(ByteView input) {
    static webauthn::Verifier verifier;
    static const std::vector<Format> formats(kinds.begin(), kinds.end());
    if (input.empty()) return;
    const Format& format = formats[std::to_integer<std::size_t>(input[0]) % formats.size()];
    const Scene& scene = format.scene;
    const auto object = webauthn::cbor::parse(format.valid.attestation_object).value();
    std::size_t number = 0;
    test::MadeRegistration changed = format.valid;
    changed.attestation_object = rewritten(object, edits_from(input.subspan(1)), number);
    const auto response = webauthn::parse_registration_response(changed.parts());
    if (!response) return;
    const auto verified = verifier.verify_registration(
        scene.rp, scene.policy, scene.registration, *response, scene.now
    );
    const bool is_same = changed.attestation_object == format.valid.attestation_object;
    // U2F does not sign all of authenticator data; its key and id are.
    const bool may_differ = response->format() == "fido-u2f";
    if (is_same) LATCHKEY_ASSERT(verified && verified->attested);
    LATCHKEY_ASSERT(is_same || may_differ || !verified || !verified->attested);
}

}  // namespace latchkey::fuzz
