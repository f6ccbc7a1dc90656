// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/people.hpp"

/// Who and what the explored worlds are made of.
namespace latchkey::accounts {

inline constexpr std::int64_t ids_per_decision = 12;

inline EmailAddress ada_address() {
    return address("ada@example.com");
}

inline EmailAddress eve_address() {
    return address("eve@example.com");
}

inline webauthn::CredentialId credential(std::size_t number) {
    return webauthn::CredentialId(bytes(1, static_cast<std::uint8_t>(number)));
}

}  // namespace latchkey::accounts
