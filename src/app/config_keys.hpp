// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

/// How a value is written in TOML.
enum class ValueKind : std::uint8_t { text, list, number };

/// A value as it was written, before its meaning is checked.
struct Given {
    ValueKind kind = ValueKind::text;
    std::vector<std::string> values;  // one, unless it is a list
};

/// Puts a value into the configuration; nullopt if it is valid.
using Apply = std::optional<Wrong> (*)(Config& config, const Given& given);

/// One key: the only place that knows its name, its default, what it means and how it is read.
struct Key {
    std::string_view name;  // "smtp.url"
    ValueKind kind = ValueKind::text;
    std::string_view standard;  // the default as text; empty: see `without`
    std::string_view without;   // what happens without a value, for the reference
    std::string_view example;   // as in a TOML file
    std::string_view meaning;
    Apply apply = nullptr;
};

std::span<const Key> config_keys();

/// Those of the section [brand].
std::span<const Key> brand_keys();

/// `smtp.url` is LATCHKEY_SMTP_URL.
std::string environment_name(std::string_view key);

/// The one of `names` that differs least from `name`, if it differs by little.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& names);

// How each key's value is read: src/app/config_values.cpp.
namespace values {
std::optional<Wrong> origin(Config& config, const Given& given);
std::optional<Wrong> rp_id(Config& config, const Given& given);
std::optional<Wrong> related_origins(Config& config, const Given& given);
std::optional<Wrong> return_to(Config& config, const Given& given);
std::optional<Wrong> listen(Config& config, const Given& given);
std::optional<Wrong> metrics_listen(Config& config, const Given& given);
std::optional<Wrong> trusted_proxies(Config& config, const Given& given);
std::optional<Wrong> threads(Config& config, const Given& given);
std::optional<Wrong> data(Config& config, const Given& given);
std::optional<Wrong> key_file(Config& config, const Given& given);
std::optional<Wrong> sign_up(Config& config, const Given& given);
std::optional<Wrong> sign_up_domains(Config& config, const Given& given);
std::optional<Wrong> recovery(Config& config, const Given& given);
std::optional<Wrong> recovery_wait_hours(Config& config, const Given& given);
std::optional<Wrong> tls_certificate(Config& config, const Given& given);
std::optional<Wrong> tls_key(Config& config, const Given& given);
std::optional<Wrong> smtp_url(Config& config, const Given& given);
std::optional<Wrong> smtp_user(Config& config, const Given& given);
std::optional<Wrong> smtp_password_file(Config& config, const Given& given);
std::optional<Wrong> smtp_from(Config& config, const Given& given);
std::optional<Wrong> smtp_ca_file(Config& config, const Given& given);
std::optional<Wrong> smtp_ehlo(Config& config, const Given& given);
std::optional<Wrong> sms_provider(Config& config, const Given& given);
std::optional<Wrong> sms_url(Config& config, const Given& given);
std::optional<Wrong> sms_user(Config& config, const Given& given);
std::optional<Wrong> sms_password_file(Config& config, const Given& given);
std::optional<Wrong> sms_from(Config& config, const Given& given);
std::optional<Wrong> sms_countries(Config& config, const Given& given);
std::optional<Wrong> sms_daily_limit(Config& config, const Given& given);
std::optional<Wrong> log_level(Config& config, const Given& given);
std::optional<Wrong> passkeys_attestation(Config& config, const Given& given);
std::optional<Wrong> passkeys_trust(Config& config, const Given& given);
std::optional<Wrong> passkeys_roots(Config& config, const Given& given);
std::optional<Wrong> passkeys_storage(Config& config, const Given& given);
std::optional<Wrong> passkeys_allow(Config& config, const Given& given);
std::optional<Wrong> passkeys_deny(Config& config, const Given& given);
std::optional<Wrong> passkeys_certification(Config& config, const Given& given);
std::optional<Wrong> passkeys_counter(Config& config, const Given& given);
std::optional<Wrong> metadata_file(Config& config, const Given& given);
std::optional<Wrong> metadata_root(Config& config, const Given& given);
std::optional<Wrong> metadata_signer(Config& config, const Given& given);
std::optional<Wrong> metadata_bypass(Config& config, const Given& given);
}  // namespace values

/// Whether the sections [passkeys] and [metadata] agree; reads the files of the roots.
void check_passkeys(Config& config, std::vector<Problem>& problems);

/// Whether the colours of [brand] can be told from the pages; reads the files of its pictures.
void check_brand(Config& config, std::vector<Problem>& problems);

/// Whether the section [sms] is complete or not there.
void check_sms(Config& config, std::vector<Problem>& problems);

/// Where a section's user and password are. Holds references into the configuration.
struct Login {
    std::string_view section;   // "smtp"
    std::string_view variable;  // that may hold the password
    const std::string& user;
    const std::string& password_file;
    SecretText& password;
};

inline constexpr std::string_view smtp_password_variable = "LATCHKEY_SMTP_PASSWORD";
inline constexpr std::string_view sms_password_variable = "LATCHKEY_SMS_PASSWORD";

/// The password by its file or its variable; both, or one without a user name, is a mistake.
void load_password(Login login, const Environment& environment, std::vector<Problem>& problems);

}  // namespace latchkey::app
