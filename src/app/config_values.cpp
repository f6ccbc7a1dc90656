// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/config_text.hpp"
#include "app/origin.hpp"
#include "http/address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

/// How the value of each key is read. Whether values agree with each other is config.cpp's matter.
namespace latchkey::app::values {
namespace {

constexpr unsigned thread_limit = 64;

std::optional<Wrong> set_origins(std::vector<std::string>& target, const Given& given) {
    if (auto wrong = check_list(given)) return wrong;
    target.clear();
    for (const std::string& value : given.values) {
        const auto parsed = parse_web_origin(value);
        if (!parsed) {
            return Wrong{
                fmt::format("holds \"{}\", which {}", value, parsed.error().what),
                parsed.error().mend
            };
        }
        target.push_back(parsed->text());
    }
    return std::nullopt;
}

// This machine, or a private network (RFC 1918, RFC 4193).
bool is_of_ours(const http::Address& address) {
    constexpr std::array ranges{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
    return address.is_loopback() || std::ranges::any_of(ranges, [&](const char* range) {
               return http::AddressRange::parse(range)->contains(address);
           });
}

// `127.0.0.1:8080` or `[::1]:8080`: the address without brackets, nullopt if it is neither.
std::optional<http::Address> listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::uint16_t port = 0;
    const std::string_view digits = text.substr(colon + 1);
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc() || rest != end) return std::nullopt;
    const std::string_view host = text.substr(0, colon);
    if (!host.starts_with('[')) {
        return host.find(':') == std::string_view::npos ? http::Address::parse(host) : std::nullopt;
    }
    if (!host.ends_with(']')) return std::nullopt;
    return http::Address::parse(host.substr(1, host.size() - 2));
}

}  // namespace

std::optional<Wrong> origin(Config& config, const Given& given) {
    const auto parsed = parse_web_origin(given.values.front());
    if (!parsed) return parsed.error();
    config.origin = *parsed;
    return std::nullopt;
}

std::optional<Wrong> rp_id(Config& config, const Given& given) {
    if (!is_domain(given.values.front())) {
        return Wrong{
            fmt::format("is \"{}\", which is no domain in lower case", given.values.front()),
            "write a domain alone, like example.com: no scheme, no port, no path"
        };
    }
    config.rp_id = given.values.front();
    return std::nullopt;
}

std::optional<Wrong> related_origins(Config& config, const Given& given) {
    return set_origins(config.related_origins, given);
}

std::optional<Wrong> return_to(Config& config, const Given& given) {
    return set_origins(config.return_to, given);
}

std::optional<Wrong> listen(Config& config, const Given& given) {
    if (!listen_address(given.values.front())) {
        return Wrong{
            fmt::format("is \"{}\"", given.values.front()),
            "write an IP address and a port, like 127.0.0.1:8080 or [::]:443"
        };
    }
    config.listen = given.values.front();
    return std::nullopt;
}

std::optional<Wrong> metrics_listen(Config& config, const Given& given) {
    const auto address = listen_address(given.values.front());
    if (!address || !is_of_ours(*address)) {
        return Wrong{
            fmt::format("is \"{}\"", given.values.front()),
            "write an address of this machine or of a private network and a port, like "
            "127.0.0.1:9464"
        };
    }
    config.metrics_listen = given.values.front();
    return std::nullopt;
}

std::optional<Wrong> trusted_proxies(Config& config, const Given& given) {
    if (auto wrong = check_list(given)) return wrong;
    config.trusted_proxies.clear();
    for (const std::string& value : given.values) {
        const auto range = http::AddressRange::parse(value);
        if (!range) {
            return Wrong{
                fmt::format("holds \"{}\"", value),
                "write an IP address or a range like 10.0.0.0/8, with no bits set after its prefix"
            };
        }
        config.trusted_proxies.push_back(*range);
    }
    return std::nullopt;
}

std::optional<Wrong> threads(Config& config, const Given& given) {
    const std::string& text = given.values.front();
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), config.threads);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && config.threads <= thread_limit) return std::nullopt;
    return Wrong{
        fmt::format("is {}", text), fmt::format("use a whole number from 0 to {}", thread_limit)
    };
}

std::optional<Wrong> data(Config& config, const Given& given) {
    return set_path(config.data, given);
}

std::optional<Wrong> key_file(Config& config, const Given& given) {
    return set_path(config.key_file, given);
}

std::optional<Wrong> sign_up(Config& config, const Given& given) {
    using accounts::SignUp;
    constexpr std::array choices{
        std::pair<std::string_view, SignUp>{"open", SignUp::open},
        std::pair<std::string_view, SignUp>{"domains", SignUp::domains},
        std::pair<std::string_view, SignUp>{"invite", SignUp::invite},
        std::pair<std::string_view, SignUp>{"closed", SignUp::closed},
    };
    return choose(config.sign_up.who, given, choices);
}

std::optional<Wrong> sign_up_domains(Config& config, const Given& given) {
    if (auto wrong = check_list(given)) return wrong;
    for (const std::string& domain : given.values) {
        if (!is_domain(domain)) {
            return Wrong{
                fmt::format("holds \"{}\", which is no domain in lower case", domain),
                "write the part after the @, like example.com"
            };
        }
    }
    config.sign_up.domains = given.values;
    return std::nullopt;
}

std::optional<Wrong> recovery(Config& config, const Given& given) {
    using accounts::Recovery;
    constexpr std::array choices{
        std::pair<std::string_view, Recovery>{"notify", Recovery::notify},
        std::pair<std::string_view, Recovery>{"delay", Recovery::delay},
        std::pair<std::string_view, Recovery>{"strict", Recovery::strict},
    };
    return choose(config.recovery.rule, given, choices);
}

std::optional<Wrong> recovery_wait_hours(Config& config, const Given& given) {
    constexpr unsigned most = 24 * 30;
    const std::string& text = given.values.front();
    unsigned hours = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hours);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (!is_number || hours == 0 || hours > most) {
        return Wrong{
            fmt::format("is {}", text), fmt::format("use a whole number from 1 to {}", most)
        };
    }
    config.recovery.wait = std::chrono::hours(hours);
    return std::nullopt;
}

std::optional<Wrong> tls_certificate(Config& config, const Given& given) {
    if (!config.tls) config.tls.emplace();
    return set_path(config.tls->certificate, given);
}

std::optional<Wrong> tls_key(Config& config, const Given& given) {
    if (!config.tls) config.tls.emplace();
    return set_path(config.tls->key, given);
}

std::optional<Wrong> log_level(Config& config, const Given& given) {
    constexpr std::array choices{
        std::pair<std::string_view, LogLevel>{"debug", LogLevel::debug},
        std::pair<std::string_view, LogLevel>{"info", LogLevel::info},
        std::pair<std::string_view, LogLevel>{"warning", LogLevel::warning},
        std::pair<std::string_view, LogLevel>{"error", LogLevel::error},
    };
    return choose(config.log_level, given, choices);
}

}  // namespace latchkey::app::values
