// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"
#include "app/config_cases.hpp"
#include "base/secret.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"
#include "support/process.hpp"
#include "support/tls_client.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace latchkey::app {
namespace {

using oidc::ProviderKind;

/// A folder with what providers' sections name: `secret`, `open`, `empty`, and Apple's `key.p8`.
struct Folder {
    Folder() { REQUIRE(chmod(open.c_str(), 0644) == 0); }

    [[nodiscard]] LoadedConfig load(std::string_view sections) const {
        return load_from(folder, std::string(minimal) + std::string(sections));
    }

    /// The keys that are wrong, in order.
    [[nodiscard]] std::string wrong(std::string_view sections) const {
        return wrong_keys(load(sections));
    }

    test::TemporaryFolder folder;
    std::string secret = folder.write("secret", "of the client\n");
    std::string empty = folder.write("empty", "\n");
    std::string open = folder.write("open", "of the client\n");
    std::string key = folder.write("key.p8", test::read_file(test::TlsFolder().file("key.pem")));
};

constexpr std::string_view google = R"([providers.google]
client_id = "1234.apps"
client_secret_file = "secret"
)";

constexpr std::string_view apple = R"([providers.apple]
client_id = "com.example.id"
team_id = "ABCDE12345"
key_id = "ABC123DEFG"
key_file = "key.p8"
)";

constexpr std::string_view company = R"([providers.company]
issuer = "https://idp.example.com"
client_id = "latchkey"
client_secret_file = "secret"
)";

}  // namespace

TEST_CASE("[providers]: without a section nobody is sent anywhere") {
    const auto loaded = Folder().load("");
    REQUIRE(loaded);
    CHECK(loaded->config.providers.empty());
}

TEST_CASE("[providers]: what is not written is Google's or Apple's, or the careful choice") {
    const Folder folder;
    const auto loaded =
        folder.load(std::string(google) + std::string(apple) + std::string(company));
    REQUIRE(loaded);
    REQUIRE(loaded->config.providers.size() == 3);
    for (const auto& configured : loaded->config.providers) {
        const oidc::Provider& provider = configured.provider;
        CAPTURE(provider.name);
        CHECK(configured.reach == outbound::Reach::internet);
        CHECK(configured.ca_file.empty());
        CHECK_FALSE(provider.trusts_address);
        if (provider.name == "google") {
            CHECK(provider.kind == ProviderKind::google);
            CHECK(provider.label == "Google");
            CHECK(provider.issuer == "https://accounts.google.com");
            CHECK(std::get<SecretText>(provider.credential).reveal() == "of the client");
        } else if (provider.name == "apple") {
            CHECK(provider.kind == ProviderKind::apple);
            CHECK(provider.label == "Apple");
            CHECK(provider.issuer == "https://appleid.apple.com");
            CHECK(std::get<oidc::AppleKey>(provider.credential).key_id == "ABC123DEFG");
        } else {
            CHECK(provider.kind == ProviderKind::other);
            CHECK(provider.label == "company");
        }
    }
}

TEST_CASE("[providers]: each key is heard") {
    const Folder folder;
    const auto own = folder.load(
        std::string(company) +
        "label = \"Example ID\"\ntrust_email = \"verified\"\nnetwork = \"private\"\n"
        "ca_file = \"ca.pem\"\n"
    );
    REQUIRE(own);
    const pages::ConfiguredProvider& configured = own->config.providers.at(0);
    CHECK(configured.provider.label == "Example ID");
    CHECK(configured.provider.trusts_address);
    CHECK(configured.reach == outbound::Reach::private_networks);
    CHECK(configured.ca_file.ends_with("/ca.pem"));
    const auto workspace = folder.load(std::string(google) + "hosted_domain = \"example.com\"\n");
    REQUIRE(workspace);
    CHECK(workspace->config.providers.at(0).provider.hosted_domain == "example.com");
}

TEST_CASE("[providers]: what is wrong, missing or without effect is refused by its key") {
    const Folder folder;

    struct Mistake {
        std::string section;
        std::string key;
    };

    const std::string of_google(google);
    const std::string of_company(company);
    const std::vector<Mistake> mistakes{
        {"[providers.google]\nclient_id = \"x\"\n", "providers.google.client_secret_file "},
        {"[providers.google]\nclient_secret_file = \"secret\"\n", "providers.google.client_id "},
        {of_google + "trust_email = \"verified\"\n", "providers.google.trust_email "},
        {of_google + "team_id = \"ABCDE12345\"\n", "providers.google.team_id "},
        {of_google + "hosted_domian = \"x\"\n", "providers.google.hosted_domian "},
        {of_google + "label = 7\n", "providers.google.label "},
        {of_google + "network = \"anywhere\"\n", "providers.google.network "},
        {of_company + "hosted_domain = \"x\"\n", "providers.company.hosted_domain "},
        {of_company + "kind = \"facebook\"\n", "providers.company.kind "},
        {"[providers.x]\nclient_id = \"x\"\nclient_secret_file = \"secret\"\n",
         "providers.x.issuer "},
        {"[providers.x]\nissuer = \"http://idp.example.com\"\nclient_id = \"x\"\n"
         "client_secret_file = \"secret\"\n",
         "providers.x.issuer "},
        {"[providers.google]\nclient_id = \"x\"\nclient_secret_file = \"open\"\n",
         "providers.google.client_secret_file "},
        {"[providers.google]\nclient_id = \"x\"\nclient_secret_file = \"empty\"\n",
         "providers.google.client_secret_file "},
        {"[providers.apple]\nclient_id = \"x\"\nteam_id = \"T\"\nkey_id = \"K\"\n"
         "key_file = \"secret\"\n",
         "providers.apple.key_file "},
    };
    for (const Mistake& mistake : mistakes) {
        CAPTURE(mistake.section);
        CHECK(folder.wrong(mistake.section) == mistake.key);
    }
}

TEST_CASE("[providers]: one section for each issuer, or an identity would have two names") {
    const std::string twice =
        std::string(company) +
        "[providers.again]\nissuer = \"https://idp.example.com\"\nclient_id = \"x\"\n"
        "client_secret_file = \"secret\"\n";
    CHECK(Folder().wrong(twice) == "providers.company.issuer ");
}

}  // namespace latchkey::app
