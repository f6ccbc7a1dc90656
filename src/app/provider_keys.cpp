// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/provider_keys.hpp"

#include "oidc/provider.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

using Kind = oidc::ProviderKind;

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

}  // namespace

std::vector<std::string> provider_key_names() {
    std::vector<std::string> names;
    std::ranges::transform(keys, std::back_inserter(names), [](const ProviderKey& key) {
        return std::string(key.name);
    });
    return names;
}

bool fits(std::string_view key, Kind kind) {
    if (key == "team_id" || key == "key_id" || key == "key_file") return kind == Kind::apple;
    if (key == "client_secret_file") return kind != Kind::apple;
    if (key == "hosted_domain") return kind == Kind::google;
    if (key == "trust_email") return kind == Kind::other;
    return true;
}

std::string_view usual_label(Kind kind) {
    if (kind == Kind::google) return "Google";
    return kind == Kind::apple ? "Apple" : "";
}

std::string_view usual_issuer(Kind kind) {
    if (kind == Kind::google) return oidc::google_issuer;
    return kind == Kind::apple ? oidc::apple_issuer : "";
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
