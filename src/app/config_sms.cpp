// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/phone_number.hpp"
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/config_text.hpp"
#include "app/origin.hpp"
#include "outbound/text_gateway.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

/// The section [sms]: how its values are read, and whether they agree.
namespace latchkey::app {
namespace {

using outbound::TextProvider;

constexpr std::size_t user_limit = 256;
constexpr std::size_t from_limit = 64;
constexpr std::uint32_t messages_a_day = 1'000'000;
constexpr std::string_view twilio_url = "https://api.twilio.com";

bool has_any(const SmsConfig& sms) {
    return !sms.gateway.url.empty() || !sms.gateway.user.empty() || !sms.password_file.empty() ||
           !sms.gateway.from.empty() || !sms.policy.countries.empty();
}

}  // namespace

namespace values {

std::optional<Wrong> sms_provider(Config& config, const Given& given) {
    constexpr std::array choices{
        std::pair<std::string_view, TextProvider>{"kannel", TextProvider::kannel},
        std::pair<std::string_view, TextProvider>{"twilio", TextProvider::twilio},
    };
    config.sms.is_on = true;
    return choose(config.sms.gateway.provider, given, choices);
}

std::optional<Wrong> sms_url(Config& config, const Given& given) {
    const std::string& text = given.values.front();
    constexpr std::string_view plain = "http://";
    constexpr std::string_view secure = "https://";
    const bool is_secure = text.starts_with(secure);
    std::optional<HostPort> server;
    if (is_secure || text.starts_with(plain)) {
        const auto rest = std::string_view(text).substr((is_secure ? secure : plain).size());
        server = parse_host_port(rest.substr(0, rest.find('/')), is_secure ? 443 : 80);
    }
    const bool is_path = text.find_first_of("?#@ ") == std::string::npos;
    if (!server || !is_path || has_control_characters(text)) {
        return Wrong{
            fmt::format("is \"{}\"", text),
            "write an https address, or an http address of this machine, without ? and #"
        };
    }
    if (!is_secure && !is_loopback_host(server->host)) {
        return Wrong{
            fmt::format("would send codes to {} without encryption", server->host),
            "use https://; http:// is for localhost only"
        };
    }
    config.sms.gateway.url = text;
    while (config.sms.gateway.url.ends_with('/')) {
        config.sms.gateway.url.pop_back();
    }
    return std::nullopt;
}

std::optional<Wrong> sms_user(Config& config, const Given& given) {
    return set_text(config.sms.gateway.user, given, user_limit);
}

std::optional<Wrong> sms_password_file(Config& config, const Given& given) {
    return set_path(config.sms.password_file, given);
}

std::optional<Wrong> sms_from(Config& config, const Given& given) {
    return set_text(config.sms.gateway.from, given, from_limit);
}

std::optional<Wrong> sms_countries(Config& config, const Given& given) {
    if (auto wrong = check_list(given)) return wrong;
    for (const std::string& code : given.values) {
        if (!accounts::is_country(code)) {
            return Wrong{
                fmt::format("holds \"{}\"", code), "write codes of countries, like DE or US"
            };
        }
    }
    config.sms.policy.countries = given.values;
    return std::nullopt;
}

std::optional<Wrong> sms_daily_limit(Config& config, const Given& given) {
    const std::string& text = given.values.front();
    const char* const end = text.data() + text.size();
    std::uint32_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || number == 0 || number > messages_a_day) {
        return Wrong{fmt::format("is {}", text), "write a number from 1 to 1000000"};
    }
    config.sms.policy.daily_limit = number;
    return std::nullopt;
}

}  // namespace values

void check_sms(Config& config, std::vector<Problem>& problems) {
    SmsConfig& sms = config.sms;
    if (!sms.is_on) {
        if (!has_any(sms)) return;
        problems.push_back(
            {"sms.provider", {"is missing beside the rest of [sms]", "set it, or remove the rest"}}
        );
        return;
    }
    if (sms.gateway.url.empty() && sms.gateway.provider == TextProvider::twilio) {
        sms.gateway.url = twilio_url;
    }
    const std::array<std::pair<std::string_view, bool>, 4> needed{{
        {"sms.url", sms.gateway.url.empty()},
        {"sms.user", sms.gateway.user.empty()},
        {"sms.from", sms.gateway.from.empty()},
        {"sms.countries", sms.policy.countries.empty()},
    }};
    for (const auto& [key, is_missing] : needed) {
        if (!is_missing) continue;
        problems.push_back(
            {std::string(key), {"is missing beside sms.provider", "set it, or remove sms.provider"}}
        );
    }
}

}  // namespace latchkey::app
