// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/samples.hpp"

#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/contract.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::test {

namespace {

/// `size` bytes that differ for each seed and kind.
Bytes bytes_from(std::string_view kind, std::int64_t seed, std::size_t size) {
    std::string text = std::string(kind) + std::to_string(seed) + ":";
    while (text.size() < size) {
        text += text;
    }
    const auto bytes = bytes_of(std::string_view(text).substr(0, size));
    return {bytes.begin(), bytes.end()};
}

accounts::PublicId public_id_from(std::string_view kind, std::int64_t seed) {
    return accounts::PublicId(base64url_encode(bytes_from(kind, seed, 16)));
}

}  // namespace

accounts::Hash hash_of(std::uint64_t seed) {
    accounts::Hash hash{};
    for (std::size_t i = 0; i < hash.size(); ++i) {
        hash[i] = std::byte(seed >> (8 * (i % 8))) ^ std::byte(i);
    }
    return hash;
}

accounts::EmailAddress address(const std::string& text) {
    const auto parsed = accounts::EmailAddress::parse(text);
    LATCHKEY_ASSERT(parsed.has_value());
    return *parsed;
}

accounts::Account sample_account(store::Store& store) {
    const auto id = store.next_id();
    return {
        .id = accounts::AccountId(id),
        .public_id = public_id_from("account", id),
        .user_handle = webauthn::UserHandle(bytes_from("user", id, 64)),
        .email = address("Person" + std::to_string(id) + "@Example.com"),
        .created_at = day_one,
        .version = 3,
        .epoch = 5,
        .factors = 1,
        .recovered_at = std::nullopt,
    };
}

accounts::Passkey sample_passkey(store::Store& store, const accounts::Account& account) {
    const auto id = store.next_id();
    return {
        .id = accounts::PasskeyId(id),
        .public_id = public_id_from("passkey", id),
        .account = account.id,
        .record =
            {
                .id = webauthn::CredentialId(bytes_from("credential", id, 40)),
                .user_handle = account.user_handle,
                .public_key =
                    {.algorithm = webauthn::CoseAlgorithm::es256,
                     .material = bytes_from("\x04key", id, 65)},
                .sign_count = 7,
                .uv_initialized = true,
                .backup_eligible = true,
                .backup_state = false,
                .transports = {"internal", "hybrid"},
                .aaguid = {},
                .attestation_format = "none",
                .rp_id = webauthn::RpId("example.com"),
            },
        .purpose = accounts::CredentialPurpose::passkey,
        .status = accounts::CredentialStatus::active,
        .name = "Key of Ada",
        .created_on = "Chromium on Linux",
        .created_at = day_one + std::chrono::milliseconds(1),
        .last_used_at = std::nullopt,
        .last_used_on = "",
        .suspended_at = std::nullopt,
        .recovered_at = std::nullopt,
        .discoverable = true,
    };
}

accounts::LinkedIdentity sample_identity(store::Store& store, const accounts::Account& account) {
    const auto id = store.next_id();
    return {
        .id = accounts::LinkedIdentityId(id),
        .public_id = public_id_from("identity", id),
        .account = account.id,
        .who = {.issuer = "https://idp.example.com", .subject = "subject-" + std::to_string(id)},
        .email = "There" + std::to_string(id) + "@example.org",
        .linked_at = day_one + std::chrono::milliseconds(2),
    };
}

accounts::Session sample_session(
    store::Store& store, const accounts::Account& account, TimePoint now
) {
    const auto id = store.next_id();
    return {
        .id = accounts::SessionId(id),
        .token_hash = hash_of(static_cast<std::uint64_t>(id)),
        .account = account.id,
        .account_epoch = account.epoch,
        .assurance = accounts::Assurance::passkey,
        .created_at = now,
        .authenticated_at = now - std::chrono::seconds(1),
        .recovered_at = std::nullopt,
        .passkey = std::nullopt,
        .browser = "Firefox on Windows",
        .expires_at = now + std::chrono::hours(24),
        .last_seen_at = now,
    };
}

accounts::SignIn sample_sign_in(
    store::Store& store, const std::optional<accounts::Account>& account, TimePoint now
) {
    const auto id = store.next_id();
    accounts::SignIn sign_in{
        .id = accounts::SignInId(id),
        .token_hash = hash_of(static_cast<std::uint64_t>(id)),
        .version = 2,
        .state = accounts::SignInState::enrol,
        .account = std::nullopt,
        .account_epoch = 0,
        .email = address("New" + std::to_string(id) + "@example.com"),
        .proof = accounts::Proof::email_code,
        .passkey = std::nullopt,
        .recovered = true,
        .proved_at = now,
        .user_handle = webauthn::UserHandle(bytes_from("new", id, 64)),
        .intent = accounts::Intent::add_passkey,
        .replaces = public_id_from("replaced", id),
        .return_to = "/settings",
        .expires_at = now + std::chrono::minutes(15),
    };
    if (account) {
        sign_in.account = account->id;
        sign_in.account_epoch = account->epoch;
        sign_in.email = account->email;
        sign_in.user_handle = account->user_handle;
    }
    return sign_in;
}

accounts::AuthenticatorApp sample_app(
    store::Store& store, const accounts::Account& account, TimePoint now
) {
    const auto id = store.next_id();
    return {
        .id = accounts::AuthenticatorAppId(id),
        .account = account.id,
        .sealed_secret = bytes_from("sealed", id, 60),
        .last_step = accounts::TotpStep(59'000'000),
        .failures = 2,
        .created_on = "Firefox on Windows",
        .created_at = now,
        .last_used_at = std::nullopt,
    };
}

accounts::Phone sample_phone(store::Store& store, const accounts::Account& account, TimePoint now) {
    const auto number = accounts::PhoneNumber::parse("+4915123456789", "");
    return {
        .id = accounts::PhoneId(store.next_id()),
        .account = account.id,
        .number = *number,
        .failures = 2,
        .created_on = "Firefox on Windows",
        .created_at = now,
        .last_used_at = std::nullopt,
    };
}

accounts::EmailCode sample_code(store::Store& store, TimePoint now) {
    const auto id = store.next_id();
    return {
        .id = accounts::CodeId(id),
        .mac = hash_of(static_cast<std::uint64_t>(id)),
        .address_key = hash_of(static_cast<std::uint64_t>(id) + 1'000'000),
        .account = std::nullopt,
        .account_epoch = 0,
        .attempts = 0,
        .spent = false,
        .created_at = now,
        .expires_at = now + std::chrono::minutes(10),
    };
}

accounts::Event sample_event(store::Store& store, const accounts::Account& account, TimePoint now) {
    return {
        .id = accounts::EventId(store.next_id()),
        .at = now,
        .kind = accounts::EventKind::passkey_added,
        .account = account.id,
        .network = "192.0.2.0/24",
        .browser = "Safari on macOS",
        .detail = "Key of Ada",
    };
}

Person sign_up(store::Store& store) {
    Person person{.account = sample_account(store), .passkey = {}};
    person.passkey = sample_passkey(store, person.account);
    const auto result = commit(
        store, {accounts::CreateAccount{person.account}, accounts::AddPasskey{person.passkey}}
    );
    LATCHKEY_ASSERT(is_committed(result));
    return person;
}

}  // namespace latchkey::test
