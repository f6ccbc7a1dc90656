// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"

#include <cstdint>

namespace latchkey::webauthn {

enum class ClientDataError : std::uint8_t {
    not_utf8,                  // 7.1 step 5, 7.2 step 8
    not_a_client_data_object,  // 7.1 step 6, 7.2 step 9: no JSON object with members of their types
};

/// Reads clientDataJSON as the relying party does (UTF-8 decode, which drops a byte order mark,
/// then any JSON parser): unknown members, any order, white space and escapes are fine; a member
/// twice is not, since two parsers might then see two values.
Result<ClientData, ClientDataError> parse_client_data(ByteView client_data_json);

/// Whether the client data has this challenge. Takes the same time wherever they differ.
bool has_challenge(const ClientData& client, const Challenge& challenge);

}  // namespace latchkey::webauthn
