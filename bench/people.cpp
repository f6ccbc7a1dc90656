// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "bench/people.hpp"

#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/types.hpp"
#include "app/config.hpp"
#include "app/keyring.hpp"
#include "app/start_checks.hpp"
#include "app/system_clock.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <stdlib.h>

namespace latchkey::bench {
namespace {

constexpr std::size_t people_per_commit = 500;

crypto::Sha256 derive(std::string_view what, std::size_t person) {
    return crypto::sha256(bytes_of(std::string(what) + std::to_string(person)));
}

std::filesystem::path beside_this_program() {
    return std::filesystem::canonical("/proc/self/exe").parent_path() / "databases";
}

void sign_up(store::Store& store, std::size_t person, std::vector<store::Change>& changes) {
    const auto public_id = [person](std::string_view what) {
        return accounts::PublicId(base64url_encode(ByteView(derive(what, person)).first(16)));
    };
    const TimePoint now = app::SystemClock().now();
    const accounts::AccountId account(store.next_id());
    changes.emplace_back(accounts::CreateAccount{{
        .id = account,
        .public_id = public_id("account"),
        .user_handle = handle_of(person),
        .email = address_of(person),
        .created_at = now,
        .version = 1,
        .factors = 1,
    }});
    changes.emplace_back(accounts::AddPasskey{{
        .id = accounts::PasskeyId(store.next_id()),
        .public_id = public_id("passkey"),
        .account = account,
        .record =
            {.id = credential_of(person),
             .user_handle = handle_of(person),
             .public_key = key_of_all().public_key(),
             .backup_eligible = true,
             .backup_state = true,
             .transports = {"internal", "hybrid"},
             .attestation_format = "none",
             .rp_id = webauthn::RpId(rp_id)},
        .created_on = "Chromium on Linux",
        .created_at = now,
    }});
}

template <class Opened>
void exit_unless(const Opened& opened) {
    if (opened) return;
    std::printf("%s\n", opened.error().what.c_str());
    std::exit(2);
}

void fill(const std::filesystem::path& folder, std::size_t count) {
    const app::SystemClock clock;
    crypto::SystemRandom random;
    const app::Config config = config_in(folder);
    auto opened = app::open_store(config, clock, {});
    exit_unless(opened);
    store::Store& store = **opened;
    exit_unless(app::Keyring::open(
        {.key_file = config.key_file, .store = store, .clock = clock, .random = random}
    ));
    std::vector<store::Change> changes;
    for (std::size_t person = 0; person < count; ++person) {
        sign_up(store, person, changes);
        if ((person + 1) % people_per_commit != 0 && person + 1 != count) continue;
        std::promise<store::CommitResult> promise;
        auto result = promise.get_future();
        store.commit({.changes = std::exchange(changes, {})}, [&promise](store::CommitResult made) {
            promise.set_value(std::move(made));
        });
        LATCHKEY_ASSERT(std::holds_alternative<store::Committed>(result.get()));
    }
}

}  // namespace

webauthn::CredentialId credential_of(std::size_t person) {
    const auto bytes = derive("credential", person);
    return webauthn::CredentialId(Bytes(bytes.begin(), bytes.end()));
}

webauthn::UserHandle handle_of(std::size_t person) {
    const auto first = derive("first half", person);
    const auto second = derive("second half", person);
    Bytes handle(first.begin(), first.end());
    handle.insert(handle.end(), second.begin(), second.end());
    return webauthn::UserHandle(std::move(handle));
}

accounts::EmailAddress address_of(std::size_t person) {
    return *accounts::EmailAddress::parse("p" + std::to_string(person) + "@example.com");
}

app::Config config_in(const std::filesystem::path& folder) {
    app::Config config;
    config.data = folder;
    config.key_file = folder / "latchkey.key";
    return config;
}

const test::PrivateKey& key_of_all() {
    static const auto key = test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 7);
    return key;
}

Folder::Folder() {
    std::filesystem::create_directories(beside_this_program());
    std::string name = beside_this_program() / "run-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        std::perror("bench: cannot make a folder");
        std::exit(2);
    }
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;  // what is left is in the build folder
    std::filesystem::remove_all(path_, ignored);
}

void put_database(const Folder& folder, std::size_t count) {
    const auto kept = beside_this_program() / std::to_string(count);
    if (!std::filesystem::exists(kept)) {
        // Filled elsewhere first: one that was not finished must not be found the next time.
        const Folder elsewhere;
        const auto filled = elsewhere.path() / "filled";
        fill(filled, count);
        std::filesystem::rename(filled, kept);
    }
    for (const char* name : {"latchkey.db", "latchkey.key"}) {
        std::filesystem::copy_file(kept / name, folder.path() / name);
    }
}

}  // namespace latchkey::bench
