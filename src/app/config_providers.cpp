// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config_providers.hpp"

#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/config_text.hpp"
#include "app/files.hpp"
#include "app/origin.hpp"
#include "base/secret.hpp"
#include "crypto/jws.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"
#include "pages/providers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <iterator>
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

struct ProviderKey {
    std::string_view name;
    std::string_view without;
    std::string_view example;
    std::string_view meaning;
};

constexpr std::array keys{
    ProviderKey{
        "kind",
        "`google` or `apple` in a section of that name, else `openid`",
        R"("google")",
        "Whose rules hold beside the standard's: `google`, `apple` or `openid` (any provider of "
        "OpenID "
        "Connect)."
    },
    ProviderKey{
        "label",
        "`Google`, `Apple`, or the section's name",
        R"("Example ID")",
        "What people call it: \"Continue with …\"."
    },
    ProviderKey{
        "issuer",
        "that of Google or Apple; must be set for `openid`",
        R"("https://idp.example.com")",
        "The provider's issuer, exactly as it writes it. Its metadata is read from there."
    },
    ProviderKey{
        "client_id",
        "must be set",
        R"("1234.apps.googleusercontent.com")",
        "What the provider calls Latchkey. For Apple it is the Services ID."
    },
    ProviderKey{
        "client_secret_file",
        "must be set, but for Apple",
        R"("/etc/latchkey/google-secret")",
        "A file that holds the secret and nothing else; not readable by others."
    },
    ProviderKey{
        "team_id", "must be set for Apple", R"("ABCDE12345")", "Apple's identifier of your team."
    },
    ProviderKey{
        "key_id",
        "must be set for Apple",
        R"("ABC123DEFG")",
        "Apple's identifier of the key in `key_file`."
    },
    ProviderKey{
        "key_file",
        "must be set for Apple",
        R"("/etc/latchkey/AuthKey_ABC123DEFG.p8")",
        "The private key (`.p8`) from Apple; not readable by others. A client secret is signed "
        "with it "
        "for each request."
    },
    ProviderKey{
        "hosted_domain",
        "any account",
        R"("example.com")",
        "Google only: takes nothing but accounts of this Workspace domain (the claim `hd`)."
    },
    ProviderKey{
        "trust_email",
        "`never`",
        R"("verified")",
        "`openid` only: `verified` lets an address that the provider calls verified make a new "
        "account. "
        "Only for a provider that you run, or that proves addresses as well as you would."
    },
    ProviderKey{
        "network",
        "`internet`",
        R"("private")",
        "`private` lets Latchkey reach the provider at an address of a private network or of this "
        "machine. Else only public addresses are connected to."
    },
    ProviderKey{
        "ca_file",
        "the authorities that the system trusts",
        R"("/etc/latchkey/idp-ca.pem")",
        "PEM file of the only authorities that the provider's certificate may come from."
    },
};

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

/// Whether the key means anything for a provider of that kind.
bool fits(std::string_view key, Kind kind) {
    if (key == "team_id" || key == "key_id" || key == "key_file") return kind == Kind::apple;
    if (key == "client_secret_file") return kind != Kind::apple;
    if (key == "hosted_domain") return kind == Kind::google;
    if (key == "trust_email") return kind == Kind::other;
    return true;
}

/// What people call the provider; empty: whatever the section is called.
std::string_view usual_label(Kind kind) {
    if (kind == Kind::google) return "Google";
    return kind == Kind::apple ? "Apple" : "";
}

/// Empty: it has to be configured.
std::string_view usual_issuer(Kind kind) {
    if (kind == Kind::google) return oidc::google_issuer;
    return kind == Kind::apple ? oidc::apple_issuer : "";
}

Kind Section::kind() const {
    const bool is_named = name_ == "google" || name_ == "apple";
    const std::string standard = is_named ? name_ : "openid";
    const std::string kind = has("kind") ? choice("kind", {"openid", "google", "apple"}) : standard;
    if (kind == "google") return Kind::google;
    return kind == "apple" ? Kind::apple : Kind::other;
}

void Section::check_keys(Kind kind) const {
    std::vector<std::string> names;
    std::ranges::transform(keys, std::back_inserter(names), [](const ProviderKey& key) {
        return std::string(key.name);
    });
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

std::string provider_reference() {
    std::string out = R"(
## `[providers.NAME]`

One section for each provider that people may sign in with: Google, Apple, or any other of OpenID
Connect. `NAME` (a-z, 0-9, -) stands in addresses: register
`ORIGIN/sign-in/with/NAME/callback` with the provider as the redirect address, and for Apple also
`ORIGIN/sign-in/with/NAME/notices` for its notices. These keys have no variables.
[Sign-in with other providers](../operating/providers.md) has examples.
)";
    for (const ProviderKey& key : keys) {
        out += fmt::format(
            "\n### `providers.NAME.{}`\n\ntext; default: {}; for example `{} = {}`\n\n{}\n",
            key.name,
            key.without,
            key.name,
            key.example,
            key.meaning
        );
    }
    return out;
}

}  // namespace latchkey::app
