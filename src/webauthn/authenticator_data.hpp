// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"

#include <cstdint>

namespace latchkey::webauthn {

enum class AuthenticatorDataError : std::uint8_t {
    malformed,  // too short, too long, or bytes left over
    bad_cbor,   // the credential public key or the extensions are not canonical CBOR
};

/// Reads authenticator data (6.1) to its last byte; what it returns borrows from `bytes`. The
/// credential public key is a CBOR map that has `alg`, and is judged later.
Result<AuthenticatorData, AuthenticatorDataError> parse_authenticator_data(ByteView bytes);

}  // namespace latchkey::webauthn
