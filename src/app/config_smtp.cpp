// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/email_address.hpp"
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/config_text.hpp"
#include "app/origin.hpp"
#include "outbound/mime.hpp"
#include "outbound/smtp_mailer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

/// How the values of [smtp] are read.
namespace latchkey::app::values {
namespace {

constexpr std::size_t user_limit = 256;  // bytes of a user name

struct SmtpScheme {
    std::string_view prefix;
    outbound::SmtpSecurity security;
    std::uint16_t port;
};

constexpr std::array smtp_schemes{
    SmtpScheme{"smtp://", outbound::SmtpSecurity::start_tls, 587},
    SmtpScheme{"smtps://", outbound::SmtpSecurity::implicit_tls, 465},
    SmtpScheme{"smtp+plain://", outbound::SmtpSecurity::none, 25},
};

}  // namespace

std::optional<Wrong> smtp_url(Config& config, const Given& given) {
    const std::string_view text = given.values.front();
    const auto* scheme = std::ranges::find_if(smtp_schemes, [&](const SmtpScheme& candidate) {
        return text.starts_with(candidate.prefix);
    });
    std::optional<HostPort> server;
    if (scheme != smtp_schemes.end()) {
        server = parse_host_port(text.substr(scheme->prefix.size()), scheme->port);
    }
    if (!server) {
        return Wrong{
            fmt::format("is \"{}\"", text),
            "write smtp://HOST:PORT (STARTTLS) or smtps://HOST:PORT (TLS) and nothing after it; "
            "user and password have keys of their own"
        };
    }
    if (scheme->security == outbound::SmtpSecurity::none && !is_loopback_host(server->host)) {
        return Wrong{
            fmt::format("would send mail to {} without encryption", server->host),
            "use smtp:// or smtps://; smtp+plain:// is for localhost only"
        };
    }
    config.smtp.security = scheme->security;
    config.smtp.host = std::move(server->host);
    config.smtp.port = server->port;
    return std::nullopt;
}

std::optional<Wrong> smtp_user(Config& config, const Given& given) {
    return set_text(config.smtp.user, given, user_limit);
}

std::optional<Wrong> smtp_password_file(Config& config, const Given& given) {
    return set_path(config.smtp.password_file, given);
}

std::optional<Wrong> smtp_from(Config& config, const Given& given) {
    std::string_view text = given.values.front();
    outbound::Sender sender;
    if (const std::size_t open = text.find('<'); open != std::string_view::npos) {
        std::string_view name = text.substr(0, open);
        while (name.ends_with(' ')) {
            name.remove_suffix(1);
        }
        sender.name = name;
        text = text.ends_with('>') ? text.substr(open + 1, text.size() - open - 2) : "";
    }
    const auto address = accounts::EmailAddress::parse(text);
    const bool is_name = sender.name.size() <= name_limit && !has_control_characters(sender.name);
    if (!is_name || !address || !outbound::is_wire_address(address->text())) {
        return Wrong{
            fmt::format("is \"{}\"", given.values.front()),
            "write an address, or a name and an address like Example <no-reply@example.com>"
        };
    }
    sender.address = address->text();
    config.smtp.from = std::move(sender);
    return std::nullopt;
}

std::optional<Wrong> smtp_ca_file(Config& config, const Given& given) {
    return set_path(config.smtp.ca_file, given);
}

std::optional<Wrong> smtp_ehlo(Config& config, const Given& given) {
    const std::string& name = given.values.front();
    if (!is_domain(name)) {
        return Wrong{fmt::format("is \"{}\"", name), "write a domain name in lower case"};
    }
    config.smtp.ehlo = name;
    return std::nullopt;
}

}  // namespace latchkey::app::values
