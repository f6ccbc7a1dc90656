// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "oidc/provider.hpp"

#include "base/json.hpp"
#include "oidc/limits.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace latchkey::oidc {
namespace {

constexpr json::Limits document_limits{
    .bytes = limits::document_bytes, .depth = 8, .values = 4'096
};

std::string endpoint_in(const json::Value& document, std::string_view name) {
    const std::string* url = document.find_string(name);
    return url != nullptr && is_endpoint(*url) ? *url : std::string();
}

bool lists(const json::Value& document, std::string_view name, std::string_view wanted) {
    const json::Value* member = document.find(name);
    const json::Array* array = member == nullptr ? nullptr : member->as_array();
    return array != nullptr && std::ranges::find(*array, json::Value(wanted)) != array->end();
}

std::string_view without_spaces(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ') || text.ends_with('\t')) {
        text.remove_suffix(1);
    }
    return text;
}

char to_lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), to_lower);
    return lower;
}

}  // namespace

bool is_issuer_of(const Provider& provider, std::string_view issuer) {
    if (issuer == provider.issuer) return true;
    return provider.kind == ProviderKind::google && provider.issuer == google_issuer &&
           issuer == "accounts.google.com";
}

std::string discovery_url(const Provider& provider) {
    std::string_view issuer = provider.issuer;
    while (issuer.ends_with('/')) {
        issuer.remove_suffix(1);
    }
    return std::string(issuer) + "/.well-known/openid-configuration";
}

bool is_endpoint(std::string_view url) {
    constexpr std::string_view scheme = "https://";
    if (url.size() > limits::url_bytes || !url.starts_with(scheme)) return false;
    const bool is_plain = std::ranges::all_of(url, [](char character) {
        return character > ' ' && character < '\x7f' && character != '#' && character != '\\' &&
               character != '"' && character != '<' && character != '>';
    });
    const std::string_view rest = url.substr(scheme.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    return is_plain && !authority.empty() && authority.find('@') == std::string_view::npos;
}

std::optional<Metadata> parse_metadata(std::string_view text, const Provider& provider) {
    const auto document = json::parse(text, document_limits);
    if (!document) return std::nullopt;
    const std::string* issuer = document->find_string("issuer");
    if (issuer == nullptr || *issuer != provider.issuer) return std::nullopt;
    constexpr std::string_view methods = "token_endpoint_auth_methods_supported";
    const json::Value* names = document->find("authorization_response_iss_parameter_supported");
    Metadata metadata{
        .authorization_endpoint = endpoint_in(*document, "authorization_endpoint"),
        .token_endpoint = endpoint_in(*document, "token_endpoint"),
        .userinfo_endpoint = endpoint_in(*document, "userinfo_endpoint"),
        .jwks_uri = endpoint_in(*document, "jwks_uri"),
        .takes_basic =
            document->find(methods) == nullptr || lists(*document, methods, "client_secret_basic"),
        .names_its_issuer = names != nullptr && names->as_bool() != nullptr && *names->as_bool(),
    };
    const bool is_complete = !metadata.authorization_endpoint.empty() &&
                             !metadata.token_endpoint.empty() && !metadata.jwks_uri.empty();
    if (!is_complete) return std::nullopt;
    return metadata;
}

std::chrono::seconds cache_lifetime(std::string_view cache_control) {
    std::chrono::seconds lifetime = limits::usual_cache;
    std::string_view rest = cache_control;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        const std::string directive = lower_case(without_spaces(rest.substr(0, comma)));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        if (directive == "no-store" || directive == "no-cache") return limits::shortest_cache;
        constexpr std::string_view max_age = "max-age=";
        if (!directive.starts_with(max_age)) continue;
        std::int64_t seconds = 0;
        const char* const end = directive.data() + directive.size();
        const auto [after, error] =
            std::from_chars(directive.data() + max_age.size(), end, seconds);
        if (after != end) continue;
        const bool is_huge = error == std::errc::result_out_of_range;
        lifetime = is_huge ? limits::longest_cache : std::chrono::seconds(seconds);
    }
    return std::clamp<std::chrono::seconds>(
        lifetime, limits::shortest_cache, limits::longest_cache
    );
}

}  // namespace latchkey::oidc
