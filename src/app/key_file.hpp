// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/origin.hpp"
#include "base/random.hpp"
#include "crypto/seal.hpp"
#include "latchkey/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

/// The master keys, newest first: the first one seals, each can open. Their form in the file is
/// one line a key, `ID BASE64URL` (1 to 255, 32 bytes), at most 16; lines with `#` are comments.
using MasterKeys = std::vector<crypto::Sealer::Key>;

Result<MasterKeys, Wrong> parse_keys(std::string_view text);

/// Refuses a file that the group or others may use.
Result<MasterKeys, Wrong> load_key_file(const std::string& path);

/// Makes a key and its file (mode 0600, durable). Fails if the file is there.
Result<MasterKeys, Wrong> create_key_file(const std::string& path, Random& random);

/// Puts a new key before the others in the file, durably; its id.
Result<std::uint8_t, Wrong> add_key_to_file(const std::string& path, Random& random);

/// Takes the key out of the file, durably. Fails for the first one and for one that is not there.
Result<void, Wrong> remove_key_from_file(const std::string& path, std::uint8_t id);

}  // namespace latchkey::app
