// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config_providers.hpp"

#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/config_text.hpp"
#include "app/files.hpp"
#include "app/origin.hpp"
#include "app/provider_keys.hpp"
#include "base/secret.hpp"
#include "crypto/jws.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"
#include "pages/providers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

namespace latchkey::app {
namespace {

using Problems = std::vector<Problem>;
using Kind = oidc::ProviderKind;

constexpr std::string_view prefix = "providers.";
constexpr std::size_t name_limit = 32;
constexpr std::size_t secret_limit = 16'384;
constexpr std::size_t text_limit = 1'024;

/// One section while it is read.
class Section {
public:
    Section(std::string name, const std::filesystem::path& folder, Problems& problems)
        : name_(std::move(name)), folder_(folder), problems_(problems) {}

    void add(std::string key, const Given& given) { values_.emplace(std::move(key), given); }

    [[nodiscard]] std::optional<pages::ConfiguredProvider> read() const;

private:
    void complain(std::string_view key, Wrong wrong) const {
        problems_.push_back(
            {.key = fmt::format("{}{}.{}", prefix, name_, key), .wrong = std::move(wrong)}
        );
    }

    [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }

    /// One line of text; empty: not set.
    [[nodiscard]] std::string text(const std::string& key) const;

    /// The same, and a problem if it is not set.
    [[nodiscard]] std::string needed(const std::string& key, std::string_view example) const;

    [[nodiscard]] std::string choice(
        const std::string& key, const std::vector<std::string>& choices
    ) const;

    [[nodiscard]] std::string path(const std::string& key) const;
    [[nodiscard]] std::optional<SecretText> secret(const std::string& key) const;
    [[nodiscard]] Kind kind() const;
    void check_keys(Kind kind) const;
    void read_credential(oidc::Provider& provider) const;

    std::string name_;
    const std::filesystem::path& folder_;
    Problems& problems_;
    std::map<std::string, Given> values_;
};

std::string Section::text(const std::string& key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) return {};
    if (found->second.kind != ValueKind::text) {
        complain(key, {"has a value of another kind", "write text in double quotes"});
        return {};
    }
    std::string value;
    if (auto wrong = values::set_text(value, found->second, text_limit)) {
        complain(key, *std::move(wrong));
        return {};
    }
    return value;
}

std::string Section::needed(const std::string& key, std::string_view example) const {
    if (!has(key)) complain(key, {"is missing", fmt::format("set it, like {}", example)});
    return text(key);
}

std::string Section::choice(const std::string& key, const std::vector<std::string>& choices) const {
    std::string value = text(key);
    if (value.empty()) return choices.front();
    if (std::ranges::find(choices, value) != choices.end()) return value;
    complain(
        key,
        {fmt::format("is \"{}\"", value), fmt::format("use \"{}\"", fmt::join(choices, "\" or \""))}
    );
    return choices.front();
}

std::string Section::path(const std::string& key) const {
    const std::string value = text(key);
    return value.empty() ? value : (folder_ / value).lexically_normal().string();
}

std::optional<SecretText> Section::secret(const std::string& key) const {
    const std::string file = path(key);
    if (file.empty()) return std::nullopt;
    auto content = read_file(file, secret_limit, Readers::owner_only);
    if (!content) {
        complain(key, content.error());
        return std::nullopt;
    }
    std::string_view line = content->reveal();
    while (line.ends_with('\n') || line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.empty()) {
        complain(key, {fmt::format("names {}, which is empty", file), "put the secret into it"});
        return std::nullopt;
    }
    return SecretText(std::string(line));
}

Kind Section::kind() const {
    const bool is_named = name_ == "google" || name_ == "apple";
    const std::string standard = is_named ? name_ : "openid";
    const std::string kind = has("kind") ? choice("kind", {"openid", "google", "apple"}) : standard;
    if (kind == "google") return Kind::google;
    return kind == "apple" ? Kind::apple : Kind::other;
}

void Section::check_keys(Kind kind) const {
    const std::vector<std::string> names = provider_key_names();
    for (const auto& [key, given] : values_) {
        if (std::ranges::find(names, key) == names.end()) {
            const auto similar = nearest(key, names);
            complain(
                key,
                {"is no key of a provider",
                 similar ? fmt::format("did you mean {}?", *similar) : "remove it"}
            );
            continue;
        }
        if (!fits(key, kind)) {
            complain(key, {"has no effect for a provider of this kind", "remove it"});
        }
    }
}

void Section::read_credential(oidc::Provider& provider) const {
    if (provider.kind != Kind::apple) {
        if (!has("client_secret_file")) {
            complain(
                "client_secret_file", {"is missing", "put the secret into a file and name it here"}
            );
        }
        if (auto read = secret("client_secret_file")) provider.credential = *std::move(read);
        return;
    }
    const std::string team = needed("team_id", R"("ABCDE12345")");
    const std::string key_id = needed("key_id", R"("ABC123DEFG")");
    if (!has("key_file")) complain("key_file", {"is missing", "name the .p8 file from Apple"});
    const auto pem = secret("key_file");
    if (!pem) return;
    auto signer = crypto::Es256Signer::from_pem(pem->reveal());
    if (!signer) {
        complain(
            "key_file",
            {"names a file that holds no private key of P-256",
             "use the .p8 file that Apple let you download"}
        );
        return;
    }
    provider.credential =
        oidc::AppleKey{.team_id = team, .key_id = key_id, .signer = *std::move(signer)};
}

std::optional<pages::ConfiguredProvider> Section::read() const {
    const std::size_t before = problems_.size();
    const bool is_name =
        !name_.empty() && name_.size() <= name_limit && std::ranges::all_of(name_, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
    if (!is_name) {
        complain("", {"has a name that cannot stand in an address", "use a-z, 0-9 and -"});
        return std::nullopt;
    }
    pages::ConfiguredProvider configured;
    oidc::Provider& provider = configured.provider;
    provider.name = name_;
    provider.kind = kind();
    check_keys(provider.kind);
    provider.label = usual_label(provider.kind);
    if (provider.label.empty()) provider.label = name_;
    if (has("label")) provider.label = text("label");
    provider.issuer = usual_issuer(provider.kind);
    if (has("issuer") || provider.issuer.empty()) {
        provider.issuer = needed("issuer", R"("https://idp.example.com")");
        const bool is_issuer =
            oidc::is_endpoint(provider.issuer) && provider.issuer.find('?') == std::string::npos;
        if (!provider.issuer.empty() && !is_issuer) {
            complain(
                "issuer",
                {fmt::format("is \"{}\"", provider.issuer), "write an address that begins https://"}
            );
        }
    }
    provider.client_id = needed("client_id", R"("latchkey")");
    read_credential(provider);
    provider.hosted_domain = text("hosted_domain");
    provider.trusts_address = choice("trust_email", {"never", "verified"}) == "verified";
    const bool is_private = choice("network", {"internet", "private"}) == "private";
    configured.reach = is_private ? outbound::Reach::private_networks : outbound::Reach::internet;
    configured.ca_file = path("ca_file");
    if (problems_.size() != before) return std::nullopt;
    return configured;
}

}  // namespace

bool is_provider_key(std::string_view key) {
    return key.starts_with(prefix);
}

void load_providers(
    Config& config,
    const std::map<std::string, Given>& written,
    const std::filesystem::path& folder,
    Problems& problems
) {
    std::map<std::string, Section> sections;
    for (const auto& [key, given] : written) {
        if (!is_provider_key(key)) continue;
        const std::string rest = key.substr(prefix.size());
        const std::size_t dot = rest.find('.');
        if (dot == std::string::npos) {
            problems.push_back(
                {.key = key,
                 .wrong = {"stands in no provider's section", "write [providers.NAME] above it"}}
            );
            continue;
        }
        const std::string name = rest.substr(0, dot);
        const auto section = sections.try_emplace(name, name, folder, problems).first;
        section->second.add(rest.substr(dot + 1), given);
    }
    std::map<std::string, std::string> by_issuer;
    for (const auto& [name, section] : sections) {
        auto configured = section.read();
        if (!configured) continue;
        const auto [other, is_new] = by_issuer.emplace(configured->provider.issuer, name);
        if (!is_new) {
            problems.push_back(
                {.key = fmt::format("{}{}.issuer", prefix, name),
                 .wrong =
                     {fmt::format("is that of {}{}, too", prefix, other->second),
                      "keep one section for each issuer"}}
            );
            continue;
        }
        config.providers.push_back(*std::move(configured));
    }
}

}  // namespace latchkey::app
