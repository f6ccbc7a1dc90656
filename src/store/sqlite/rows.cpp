// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/rows.hpp"

#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/audit_hasher.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::store::sqlite {

namespace {

accounts::EmailAddress email_of(const Rows& rows, int column) {
    auto email = accounts::EmailAddress::parse(rows.text(column));
    if (!email) Rows::fail_corrupt();
    return *std::move(email);
}

/// Any COSE identifier: what can be verified is for the library to say, not for the schema.
webauthn::CoseAlgorithm algorithm_of(const Rows& rows, int column) {
    const auto value = rows.integer(column);
    if (!std::in_range<std::int32_t>(value)) Rows::fail_corrupt();
    return static_cast<webauthn::CoseAlgorithm>(value);
}

std::optional<accounts::Identity> identity_of(const Rows& rows, int first) {
    if (rows.is_null(first)) return std::nullopt;
    return accounts::Identity{.issuer = rows.text(first), .subject = rows.text(first + 1)};
}

std::optional<accounts::SecondStep> second_of(const Rows& rows, int column) {
    if (rows.is_null(column)) return std::nullopt;
    return rows.enumerator(column, accounts::SecondStep::biometrics);
}

std::vector<std::string> transports_of(const Rows& rows, int column) {
    const auto parsed = json::parse(rows.text(column));
    const auto* array = parsed ? parsed->as_array() : nullptr;
    if (array == nullptr) Rows::fail_corrupt();
    std::vector<std::string> transports;
    transports.reserve(array->size());
    for (const auto& item : *array) {
        const auto* transport = item.as_string();
        if (transport == nullptr) Rows::fail_corrupt();
        transports.push_back(*transport);
    }
    return transports;
}

}  // namespace

accounts::Account account_of(const Rows& rows, int first) {
    return {
        .id = rows.id<accounts::AccountId>(first),
        .public_id = accounts::PublicId(rows.text(first + 1)),
        .user_handle = webauthn::UserHandle(rows.blob(first + 2)),
        .email = email_of(rows, first + 3),
        .created_at = rows.time(first + 4),
        .version = rows.unsigned_integer(first + 5),
        .epoch = rows.unsigned_integer(first + 6),
        .factors = rows.unsigned_integer(first + 7),
        .recovered_at = rows.optional_time(first + 8),
        .frozen_at = rows.optional_time(first + 9),
        .second_email =
            rows.is_null(first + 10) ? std::nullopt : std::optional(email_of(rows, first + 10)),
        .deletes_at = rows.optional_time(first + 11),
        .language = rows.text(first + 12),
    };
}

std::vector<accounts::Account> accounts_of(Rows& rows) {
    std::vector<accounts::Account> accounts;
    while (rows.next()) {
        accounts.push_back(account_of(rows));
    }
    return accounts;
}

accounts::Passkey passkey_of(const Rows& rows, webauthn::UserHandle user_handle) {
    return {
        .id = rows.id<accounts::PasskeyId>(0),
        .public_id = accounts::PublicId(rows.text(1)),
        .account = rows.id<accounts::AccountId>(2),
        .record =
            {
                .id = webauthn::CredentialId(rows.blob(3)),
                .user_handle = std::move(user_handle),
                .public_key = {.algorithm = algorithm_of(rows, 4), .material = rows.blob(5)},
                .sign_count = rows.unsigned_integer(6),
                .uv_initialized = rows.boolean(7),
                .backup_eligible = rows.boolean(8),
                .backup_state = rows.boolean(9),
                .transports = transports_of(rows, 10),
                .aaguid = webauthn::Aaguid(rows.fixed<16>(11)),
                .attestation_format = rows.text(12),
                .rp_id = webauthn::RpId(rows.text(13)),
            },
        .purpose = rows.enumerator(14, accounts::CredentialPurpose::second_factor),
        .status = rows.enumerator(15, accounts::CredentialStatus::suspended),
        .name = rows.text(16),
        .created_on = rows.text(17),
        .created_at = rows.time(18),
        .last_used_at = std::nullopt,
        .last_used_on = {},
        .suspended_at = rows.optional_time(19),
        .recovered_at = rows.optional_time(20),
        .discoverable = rows.is_null(21) ? std::nullopt : std::optional(rows.boolean(21)),
    };
}

accounts::LinkedIdentity linked_identity_of(const Rows& rows) {
    return {
        .id = rows.id<accounts::LinkedIdentityId>(0),
        .public_id = accounts::PublicId(rows.text(1)),
        .account = rows.id<accounts::AccountId>(2),
        .who = {.issuer = rows.text(3), .subject = rows.text(4)},
        .email = rows.text(5),
        .linked_at = rows.time(6),
    };
}

accounts::Session session_of(const Rows& rows, int first) {
    return {
        .id = rows.id<accounts::SessionId>(first),
        .token_hash = rows.fixed<32>(first + 1),
        .account = rows.id<accounts::AccountId>(first + 2),
        .account_epoch = rows.unsigned_integer(first + 3),
        .assurance = rows.enumerator(first + 4, accounts::Assurance::two_steps),
        .created_at = rows.time(first + 5),
        .authenticated_at = rows.time(first + 6),
        .recovered_at = rows.optional_time(first + 7),
        .passkey = rows.optional_id<accounts::PasskeyId>(first + 8),
        .browser = rows.text(first + 9),
        .expires_at = rows.time(first + 10),
        .last_seen_at = rows.time(first + 11),
    };
}

accounts::SignIn sign_in_of(const Rows& rows) {
    return {
        .id = rows.id<accounts::SignInId>(0),
        .token_hash = rows.fixed<32>(1),
        .version = rows.unsigned_integer(2),
        .state = rows.enumerator(3, accounts::SignInState::second),
        .account = rows.optional_id<accounts::AccountId>(4),
        .account_epoch = rows.unsigned_integer(5),
        .email = email_of(rows, 6),
        .proof = rows.enumerator(7, accounts::Proof::upstream),
        .passkey = rows.optional_id<accounts::PasskeyId>(8),
        .identity = identity_of(rows, 16),
        .second = second_of(rows, 18),
        .recovered = rows.boolean(9),
        .proved_at = rows.time(10),
        .user_handle = webauthn::UserHandle(rows.blob(11)),
        .intent = rows.enumerator(12, accounts::Intent::add_second_step),
        .replaces =
            rows.is_null(13) ? std::nullopt : std::optional(accounts::PublicId(rows.text(13))),
        .return_to = rows.text(14),
        .expires_at = rows.time(15),
    };
}

accounts::SecondSteps second_steps_of(const Rows& rows, accounts::AccountId account) {
    accounts::SecondSteps steps;
    steps.recovery_codes = rows.unsigned_integer(0);
    steps.preferred = second_of(rows, 19);
    if (!rows.is_null(9)) {
        steps.hold = accounts::Hold{
            .account = account,
            .account_epoch = rows.unsigned_integer(9),
            .started_at = rows.time(10),
            .ends_at = rows.time(11),
            .by_operator = rows.boolean(12),
        };
    }
    if (!rows.is_null(13)) {
        auto number = accounts::PhoneNumber::parse(rows.text(14), "");
        if (!number) Rows::fail_corrupt();
        steps.phone = accounts::Phone{
            .id = rows.id<accounts::PhoneId>(13),
            .account = account,
            .number = *std::move(number),
            .failures = rows.unsigned_integer(15),
            .created_on = rows.text(16),
            .created_at = rows.time(17),
            .last_used_at = rows.optional_time(18),
        };
    }
    if (rows.is_null(1)) return steps;
    steps.app = accounts::AuthenticatorApp{
        .id = rows.id<accounts::AuthenticatorAppId>(1),
        .account = account,
        .sealed_secret = rows.blob(3),
        .last_step = accounts::TotpStep(rows.integer(4)),
        .failures = rows.unsigned_integer(5),
        .created_on = rows.text(6),
        .created_at = rows.time(7),
        .last_used_at = rows.optional_time(8),
    };
    return steps;
}

accounts::EmailCode code_of(const Rows& rows) {
    return {
        .id = rows.id<accounts::CodeId>(0),
        .mac = rows.fixed<32>(1),
        .address_key = rows.fixed<32>(2),
        .account = rows.optional_id<accounts::AccountId>(3),
        .account_epoch = rows.unsigned_integer(4),
        .attempts = rows.unsigned_integer(5),
        .spent = rows.boolean(6),
        .created_at = rows.time(7),
        .expires_at = rows.time(8),
    };
}

accounts::Event event_of(const Rows& rows) {
    const auto kind = accounts::event_kind_named(rows.text(2));
    if (!kind) Rows::fail_corrupt();
    return {
        .id = rows.id<accounts::EventId>(0),
        .at = rows.time(1),
        .kind = *kind,
        .account = rows.optional_id<accounts::AccountId>(3),
        .network = rows.text(4),
        .browser = rows.text(5),
        .detail = rows.text(6),
    };
}

AuditRow StoredEvent::row() const {
    return {
        .id = id,
        .at = at,
        .kind = kind,
        .account = account,
        .network = network,
        .browser = browser,
        .detail = detail,
        .operation = operation,
    };
}

StoredEvent stored_event_of(const Rows& rows) {
    return {
        .id = rows.integer(0),
        .at = rows.time(1),
        .kind = rows.text(2),
        .account = rows.is_null(3) ? std::nullopt : std::optional(rows.integer(3)),
        .network = rows.text(4),
        .browser = rows.text(5),
        .detail = rows.text(6),
        .operation = rows.blob(7),
    };
}

std::string write_transports(const std::vector<std::string>& transports) {
    json::Array array;
    array.reserve(transports.size());
    for (const auto& transport : transports) {
        array.emplace_back(transport);
    }
    return json::write(json::Value(std::move(array)));
}

}  // namespace latchkey::store::sqlite
