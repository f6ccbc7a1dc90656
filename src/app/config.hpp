// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/policy.hpp"
#include "accounts/text_messages.hpp"
#include "app/origin.hpp"
#include "base/secret.hpp"
#include "http/address.hpp"
#include "http/server.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/options.hpp"
#include "outbound/smtp_mailer.hpp"
#include "outbound/text_gateway.hpp"
#include "pages/brand.hpp"
#include "pages/providers.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// How mail leaves. Without a host there is none, and `serve` refuses to start.
struct SmtpConfig {
    std::string host;
    std::uint16_t port = 0;
    outbound::SmtpSecurity security = outbound::SmtpSecurity::start_tls;
    std::string user;
    std::string password_file;
    SecretText password;
    outbound::Sender from;
    std::string ca_file;
    std::string ehlo;
};

/// How codes leave by text message. Without a provider they do not.
struct SmsConfig {
    bool is_on = false;
    outbound::TextGatewayOptions gateway;
    std::string password_file;
    accounts::TextMessagePolicy policy;
};

/// Which passkeys may be added, and when one that is used may be a copy.
struct PasskeyConfig {
    webauthn::RegistrationPolicy policy;
    webauthn::CounterRule counter_rule = webauthn::CounterRule::refuse_device_bound;
    std::vector<std::string> root_files;
};

/// Where the BLOB of the FIDO Metadata Service is, and who must have signed it.
struct MetadataConfig {
    std::string file;  // empty: none
    std::string root;
    std::string signer;
};

/// Where the pictures of the brand are; empty: none.
struct BrandFiles {
    std::string logo;
    std::string icon;
};

/// The whole configuration, checked: each value is valid, and they agree with each other.
struct Config {
    WebOrigin origin;
    std::string rp_id;
    std::vector<std::string> related_origins;
    std::vector<std::string> return_to;
    std::string listen;
    std::string metrics_listen;  // empty: no metrics
    std::vector<http::AddressRange> trusted_proxies;
    unsigned threads = 1;
    std::string data;
    std::string key_file;
    accounts::SignUpPolicy sign_up;
    accounts::RecoveryPolicy recovery;
    pages::Brand brand;
    BrandFiles brand_files;
    std::optional<http::TlsFiles> tls;
    SmtpConfig smtp;
    SmsConfig sms;
    PasskeyConfig passkeys;
    MetadataConfig metadata;
    std::vector<pages::ConfiguredProvider> providers;
    LogLevel log_level = LogLevel::info;
};

/// One thing that is wrong with the configuration. `text()` is one line that names all three.
struct Problem {
    std::string key;  // "smtp.url"; empty: the file as a whole
    Wrong wrong;

    [[nodiscard]] std::string text() const;
};

/// A configuration, and what is odd but no error (a variable that names no key).
struct Loaded {
    Config config;
    std::vector<std::string> notes;
};

using Environment = std::map<std::string, std::string>;

/// The variables of this process whose names begin with LATCHKEY_.
Environment read_environment();

/// What the configuration is wanted for.
enum class Needs : std::uint8_t {
    everything,  // to serve
    data,        // to work on the data folder: without [smtp] is fine
};

/// Reads the TOML file (at most 1 MiB), then what the environment overrides, and checks it all.
/// Relative paths are below the file's folder. Every problem is found in one go.
Result<Loaded, std::vector<Problem>> load_config(
    const std::string& file, const Environment& environment, Needs needs
);

/// docs/reference/configuration.md: every key with type, default and meaning, as Markdown.
std::string config_reference();

}  // namespace latchkey::app
