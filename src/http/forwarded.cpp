// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/forwarded.hpp"

#include "http/address.hpp"
#include "http/limits.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

namespace {

/// The hops of one field, the farthest first; nullopt within: a hop that hides its address.
using Hops = std::vector<std::optional<Address>>;

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711".
std::optional<Address> parse_node(std::string_view node) {
    if (node.starts_with('[')) {
        const auto end = node.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const auto port = node.substr(end + 1);
        if (!port.empty() && (port.front() != ':' || !is_port(port.substr(1)))) return std::nullopt;
        const auto host = node.substr(1, end - 1);
        return host.find(':') == std::string_view::npos ? std::nullopt : Address::parse(host);
    }
    if (std::ranges::count(node, ':') != 1) return Address::parse(node);
    const auto colon = node.find(':');
    return is_port(node.substr(colon + 1)) ? Address::parse(node.substr(0, colon)) : std::nullopt;
}

std::optional<Hops> parse_x_forwarded_for(std::string_view list) {
    Hops hops;
    for (const auto node : split(list, ',')) {
        const auto hop = parse_node(trim(node));
        if (!hop || hops.size() == limits::forwarded_hops) return std::nullopt;
        hops.push_back(hop);
    }
    return hops;
}

bool is_forwarded_proto(std::string_view list) {
    return std::ranges::all_of(split(list, ','), [](std::string_view item) {
        const auto scheme = trim(item);
        return equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
    });
}

/// The value of a forwarded-pair: a token or a quoted-string, taken from the front of `text`.
std::optional<std::string> take_value(std::string_view& text) {
    if (!text.starts_with('"')) {
        const auto token = text.substr(0, text.find_first_of(";, \t"));
        text.remove_prefix(token.size());
        return is_token(token) ? std::optional(std::string(token)) : std::nullopt;
    }
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return value;
        }
        if (text[i] == '\\') ++i;
        if (i == text.size()) return std::nullopt;
        value.push_back(text[i]);
    }
    return std::nullopt;
}

struct Pair {
    std::string_view name;
    std::string value;
};

/// One forwarded-pair from the front of `list`.
std::optional<Pair> take_pair(std::string_view& list) {
    const auto equals = list.find('=');
    if (equals == std::string_view::npos || !is_token(list.substr(0, equals))) return std::nullopt;
    const auto name = list.substr(0, equals);
    list.remove_prefix(equals + 1);
    auto value = take_value(list);
    if (!value) return std::nullopt;
    return Pair{.name = name, .value = *std::move(value)};
}

/// One forwarded-element (RFC 7239 section 4) from the front of `list`, the comma included: its
/// `for`, which may hide the address ("unknown", "_name"); the outer nullopt: malformed.
std::optional<std::optional<Address>> take_element(std::string_view& list) {
    std::optional<Address> node;
    bool has_for = false;
    while (true) {
        list = trim(list);
        const auto pair = take_pair(list);
        if (!pair) return {};
        const auto& [name, value] = *pair;
        if (equals_ignoring_case(name, "for")) {
            if (has_for) return {};
            has_for = true;
            node = parse_node(value);
            const bool hides = value.starts_with('_') || equals_ignoring_case(value, "unknown");
            if (!node && !hides) return {};
        }
        if (equals_ignoring_case(name, "proto") && !is_forwarded_proto(value)) return {};
        list = trim(list);
        if (list.empty()) return node;
        const char separator = list.front();
        list.remove_prefix(1);
        if (separator == ',' && !trim(list).empty()) return node;
        if (separator != ';') return {};
    }
}

std::optional<Hops> parse_forwarded(std::string_view list) {
    Hops hops;
    do {
        const auto hop = take_element(list);
        if (!hop || hops.size() == limits::forwarded_hops) return std::nullopt;
        hops.push_back(*hop);
    } while (!list.empty());
    return hops;
}

/// The nearest hop that is no trusted proxy; the farthest if all are. nullopt: it hides itself.
std::optional<Address> nearest_untrusted(
    const Hops& hops, std::span<const AddressRange> trusted_proxies
) {
    for (const auto& hop : std::views::reverse(hops)) {
        const bool is_trusted = hop && std::ranges::any_of(trusted_proxies, [&](const auto& range) {
                                    return range.contains(*hop);
                                });
        if (!is_trusted) return hop;
    }
    return hops.front();
}

}  // namespace

std::optional<Address> client_address(
    const Address& peer,
    const ForwardedFields& fields,
    std::span<const AddressRange> trusted_proxies
) {
    const auto trusts_peer = std::ranges::any_of(trusted_proxies, [&](const auto& range) {
        return range.contains(peer);
    });
    if (!trusts_peer) return peer;
    if (fields.x_forwarded_proto != nullptr && !is_forwarded_proto(*fields.x_forwarded_proto)) {
        return std::nullopt;
    }

    std::optional<Address> client;
    if (fields.x_forwarded_for != nullptr) {
        const auto hops = parse_x_forwarded_for(*fields.x_forwarded_for);
        if (!hops) return std::nullopt;
        client = nearest_untrusted(*hops, trusted_proxies);
    }
    if (fields.forwarded != nullptr) {
        const auto hops = parse_forwarded(*fields.forwarded);
        if (!hops) return std::nullopt;
        const auto named = nearest_untrusted(*hops, trusted_proxies);
        if (!named || (client && *client != *named)) return std::nullopt;
        client = named;
    }
    const bool says_nothing = fields.x_forwarded_for == nullptr && fields.forwarded == nullptr;
    return says_nothing ? peer : client;
}

}  // namespace latchkey::http
