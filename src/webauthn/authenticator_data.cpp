// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/authenticator_data.hpp"

#include "base/try.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/cose.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace latchkey::webauthn {
namespace {

using enum AuthenticatorDataError;

constexpr std::size_t rp_id_hash_size = 32;
constexpr std::size_t aaguid_size = 16;

/// Takes bytes from the front; nullopt if there are not enough.
std::optional<ByteView> take(ByteView& rest, std::size_t size) {
    if (rest.size() < size) return std::nullopt;
    const ByteView taken = rest.first(size);
    rest = rest.subspan(size);
    return taken;
}

std::uint32_t big_endian(ByteView bytes) {
    std::uint32_t value = 0;
    for (const std::byte byte : bytes) {
        value = (value << 8U) | std::to_integer<std::uint32_t>(byte);
    }
    return value;
}

AuthenticatorFlags read_flags(std::byte flags) {
    const auto has = [flags](unsigned bit) {
        return (std::to_integer<unsigned>(flags) & (1U << bit)) != 0;
    };
    // Bits 1 and 5 are reserved for future use: a relying party ignores them.
    return {.up = has(0), .uv = has(2), .be = has(3), .bs = has(4), .at = has(6), .ed = has(7)};
}

Result<AttestedCredentialData, AuthenticatorDataError> read_attested(ByteView& rest) {
    const auto aaguid = take(rest, aaguid_size);
    const auto id_size = take(rest, 2);
    if (!aaguid || !id_size) return Fail{malformed};
    // Longer ids are refused at 7.1 step 25; a response that has one is well-formed.
    const auto id = take(rest, big_endian(*id_size));
    if (!id || id->empty()) return Fail{malformed};
    const auto key = cbor::parse_prefix(rest);
    if (!key) return Fail{bad_cbor};
    const auto algorithm = algorithm_of(key->item);
    if (!algorithm) return Fail{bad_cbor};
    rest = key->rest;

    std::array<std::byte, aaguid_size> model{};
    std::ranges::copy(*aaguid, model.begin());
    return AttestedCredentialData{
        .aaguid = Aaguid(model),
        .credential_id = CredentialId(Bytes(id->begin(), id->end())),
        .algorithm = *algorithm,
        .public_key = key->item.encoded()
    };
}

}  // namespace

Result<AuthenticatorData, AuthenticatorDataError> parse_authenticator_data(ByteView bytes) {
    if (bytes.size() > limits::authenticator_data_bytes) return Fail{malformed};
    ByteView rest = bytes;
    const auto rp_id_hash = take(rest, rp_id_hash_size);
    const auto flags = take(rest, 1);
    const auto sign_count = take(rest, 4);
    if (!rp_id_hash || !flags || !sign_count) return Fail{malformed};

    AuthenticatorData data;
    std::ranges::copy(*rp_id_hash, data.rp_id_hash.begin());
    data.flags = read_flags(flags->front());
    data.sign_count = big_endian(*sign_count);
    data.bytes = bytes;
    if (data.flags.at) data.attested = TRY(read_attested(rest));
    if (data.flags.ed) {
        const auto extensions = cbor::parse_prefix(rest);
        if (!extensions || extensions->item.type() != cbor::Type::map) return Fail{bad_cbor};
        data.extensions = extensions->item.encoded();
        rest = extensions->rest;
    }
    if (!rest.empty()) return Fail{malformed};
    return data;
}

}  // namespace latchkey::webauthn
