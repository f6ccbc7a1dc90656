// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"
#include "app/config.hpp"
#include "latchkey/webauthn.hpp"
#include "support/private_key.hpp"

#include <cstddef>
#include <filesystem>

/// Databases with many people, each with one passkey. Whoever knows a person's number knows the
/// credential, so that signing in needs no list of them. All share one key pair: a verification
/// costs the same, and a million pairs would take a minute to make.
namespace latchkey::bench {

inline constexpr const char* rp_id = "localhost";

webauthn::CredentialId credential_of(std::size_t person);
webauthn::UserHandle handle_of(std::size_t person);
accounts::EmailAddress address_of(std::size_t person);

/// The pair of every passkey.
const test::PrivateKey& key_of_all();

/// A folder of its own, on the disk of the build folder, gone with the object.
class Folder {
public:
    Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Folder(Folder&&) = delete;
    Folder& operator=(Folder&&) = delete;
    ~Folder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A configuration with its data, latchkey.db, and its key file, latchkey.key, in the folder.
app::Config config_in(const std::filesystem::path& folder);

/// Puts a database of the persons 0 to `count` - 1 into the folder, and its key file. It is filled
/// through the store once and kept beside this program for the next time.
void put_database(const Folder& folder, std::size_t count);

}  // namespace latchkey::bench
