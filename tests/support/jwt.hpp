// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "support/private_key.hpp"

#include <string>
#include <string_view>

/// What a provider signs, and the keys that it publishes.
namespace latchkey::test {

/// The public half as a JSON Web Key with that `kid`; empty: without one.
json::Value jwk_of(const PrivateKey& key, std::string_view key_id);

/// A JWK Set of these keys.
std::string jwk_set(json::Array keys);

/// The compact JWS over both, with whatever the header says: RS256 or ES256 by the key.
std::string sign_jws(const PrivateKey& key, const json::Value& header, std::string_view payload);

/// The same with the header that fits the key.
std::string sign_token(const PrivateKey& key, std::string_view key_id, const json::Value& claims);

}  // namespace latchkey::test
