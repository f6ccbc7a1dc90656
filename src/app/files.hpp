// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/origin.hpp"
#include "base/secret.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::app {

enum class Readers : std::uint8_t {
    anyone,
    owner_only,  // refused if the group or others may do anything with it
};

/// The whole file, of at most `limit` bytes. The mode is checked on the open file.
Result<SecretText, Wrong> read_file(const std::string& path, std::size_t limit, Readers readers);

/// Creates the file with mode 0600 and makes it durable, its folder entry too. Fails if it exists.
Result<void, Wrong> create_private_file(const std::string& path, std::string_view content);

/// Puts a file with that content in the place of the one that is there, durably, in one step; the
/// owner and group stay, the mode is 0600. It is made under the name PATH.new: fails if that
/// exists, since somebody else is at it.
Result<void, Wrong> replace_private_file(const std::string& path, std::string_view content);

/// Creates the folder (mode 0700) and missing parents (0755); one that is there is fine.
Result<void, Wrong> create_folder(const std::string& path);

}  // namespace latchkey::app
