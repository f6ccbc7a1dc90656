// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/origin.hpp"

#include "latchkey/result.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/core.h>
#include <libpsl.h>

namespace latchkey::app {
namespace {

constexpr std::size_t domain_limit = 253;  // RFC 1035 2.3.4, as text
constexpr std::size_t label_characters = 63;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_lower_or_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= label_characters && label.front() != '-' &&
           label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

std::vector<std::string_view> labels_of(std::string_view domain) {
    std::vector<std::string_view> labels;
    while (true) {
        const std::size_t dot = domain.find('.');
        labels.push_back(domain.substr(0, dot));
        if (dot == std::string_view::npos) return labels;
        domain.remove_prefix(dot + 1);
    }
}

std::uint16_t own_port(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

bool is_below(std::string_view host, std::string_view domain) {
    return host.size() > domain.size() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.';
}

bool is_localhost_name(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

}  // namespace

std::string WebOrigin::text() const {
    return fmt::format("{}://{}", scheme, authority());
}

std::string WebOrigin::authority() const {
    return port == own_port(scheme) ? host : fmt::format("{}:{}", host, port);
}

bool WebOrigin::is_localhost() const {
    return is_localhost_name(host);
}

Result<WebOrigin, Wrong> parse_web_origin(std::string_view text) {
    constexpr auto example = "write it like https://id.example.com";
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) return Fail{Wrong{"has no scheme", example}};
    WebOrigin origin{.scheme = std::string(text.substr(0, colon)), .host = {}, .port = 0};
    if (origin.scheme != "https" && origin.scheme != "http") {
        return Fail{Wrong{fmt::format("has the scheme {}", origin.scheme), example}};
    }
    std::string_view rest = text.substr(colon + 3);
    if (rest.find_first_of("/?#") != std::string_view::npos) {
        return Fail{Wrong{
            "goes on after the host",
            fmt::format(
                "leave out what follows: {}", text.substr(0, text.find_first_of("/?#", colon + 3))
            )
        }};
    }
    if (rest.find('@') != std::string_view::npos) {
        return Fail{Wrong{"has a user name", "leave it out: an origin is scheme, host and port"}};
    }
    origin.port = own_port(origin.scheme);
    if (const std::size_t at = rest.find(':'); at != std::string_view::npos && rest[0] != '[') {
        const auto port = parse_port(rest.substr(at + 1));
        if (!port) return Fail{Wrong{"has a port that is no number from 1 to 65535", example}};
        origin.port = *port;
        rest = rest.substr(0, at);
    }
    origin.host = rest;
    if (!is_domain(origin.host)) {
        return Fail{Wrong{
            fmt::format("has the host \"{}\", which is no domain name in lower case", origin.host),
            "passkeys belong to a domain: use one (names beyond ASCII as xn--...), not an IP "
            "address; localhost works for trying out"
        }};
    }
    if (origin.scheme == "http" && !origin.is_localhost()) {
        return Fail{Wrong{
            "uses http, on which browsers offer no passkeys",
            fmt::format("use https://{}; http works on localhost only", origin.host)
        }};
    }
    return origin;
}

bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > domain_limit) return false;
    const auto labels = labels_of(text);
    if (!std::ranges::all_of(labels, is_label)) return false;
    // An IPv4 address ends in a number (URL standard, "ends in a number").
    return !std::ranges::all_of(labels.back(), is_digit);
}

std::string_view registrable_domain(std::string_view host) {
    const psl_ctx_t* const suffixes = psl_builtin();
    LATCHKEY_ASSERT(suffixes != nullptr);  // Debian builds its list in
    const std::string text(host);
    const char* const found = psl_registrable_domain(suffixes, text.c_str());
    return found == nullptr ? host : host.substr(static_cast<std::size_t>(found - text.c_str()));
}

bool rp_id_fits(std::string_view rp_id, std::string_view host) {
    if (!is_domain(rp_id)) return false;
    if (host == rp_id) return true;
    if (!is_below(host, rp_id)) return false;
    const std::string_view shortest = registrable_domain(host);
    return rp_id == shortest || is_below(rp_id, shortest) || rp_id == "localhost";
}

std::string_view registrable_label(std::string_view host) {
    const std::string_view domain = registrable_domain(host);
    return domain.substr(0, domain.find('.'));
}

}  // namespace latchkey::app
