// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace latchkey::webauthn::attestation::android {

/// What WebAuthn asks for of an AuthorizationList; each is absent if the list does not have it.
struct AuthorizationList {
    std::optional<std::vector<std::uint64_t>> purposes;  // KM_TAG_PURPOSE, a set
    std::optional<std::uint64_t> origin;                 // KM_TAG_ORIGIN
    bool all_applications = false;                       // KM_TAG_ALL_APPLICATIONS
};

inline constexpr std::uint64_t purpose_sign = 2;      // KM_PURPOSE_SIGN
inline constexpr std::uint64_t origin_generated = 0;  // KM_ORIGIN_GENERATED

/// KeyDescription: the extension of an attestation certificate of Android's key store.
struct KeyDescription {
    ByteView challenge;  // attestationChallenge
    AuthorizationList software_enforced;
    AuthorizationList tee_enforced;
};

/// Reads the contents of the extension. nullopt: not DER, a member missing or of another type, or
/// a purpose or origin twice in a list. Members that later versions may add to the end are skipped,
/// as are tags of a list that are not asked for.
std::optional<KeyDescription> parse_key_description(ByteView extension);

}  // namespace latchkey::webauthn::attestation::android
