// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"

#include "accounts/policy.hpp"
#include "app/config_cases.hpp"
#include "app/config_keys.hpp"
#include "latchkey/result.hpp"
#include "outbound/mime.hpp"
#include "outbound/smtp_mailer.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace latchkey::app {
namespace {

using test::contains;
using test::TemporaryFolder;

LoadedConfig load(
    std::string_view toml, const Environment& environment = {}, Needs needs = Needs::everything
) {
    return load_from(TemporaryFolder(), toml, environment, needs);
}

Config accepted(std::string_view toml, const Environment& environment = {}) {
    auto loaded = load(toml, environment);
    std::string problems;
    if (!loaded) {
        for (const Problem& problem : loaded.error()) {
            problems += problem.text() + "\n";
        }
    }
    REQUIRE_MESSAGE(loaded.has_value(), problems);
    return std::move(loaded).value().config;
}

// The one thing that is wrong, as the operator reads it.
std::string refused(std::string_view toml, const Environment& environment = {}) {
    return problems_of(load(toml, environment));
}

// The minimal configuration with lines at the top of the file and in sections of their own.
std::string with(std::string_view top, std::string_view below = "") {
    return std::string(top) + "\n" + std::string(minimal) + std::string(below);
}

}  // namespace

TEST_CASE("A minimal configuration is completed by what the reference promises") {
    const Config config = accepted(minimal);
    CHECK(config.origin.text() == "https://id.example.com");
    CHECK(config.rp_id == "id.example.com");
    CHECK(config.brand.name == "id.example.com");
    CHECK(config.listen == "127.0.0.1:8080");
    CHECK(config.data == "/var/lib/latchkey");
    CHECK(config.key_file == "/var/lib/latchkey/key");
    CHECK(config.sign_up.who == accounts::SignUp::open);
    CHECK(config.recovery.rule == accounts::Recovery::notify);
    CHECK(config.recovery.wait == std::chrono::hours(24));
    CHECK(config.threads >= 1);
    CHECK(config.threads <= 4);
    CHECK_FALSE(config.tls.has_value());
    CHECK(config.smtp.host == "mail.example.com");
    CHECK(config.smtp.port == 587);
    CHECK(config.smtp.security == outbound::SmtpSecurity::start_tls);
    CHECK(config.smtp.from == outbound::Sender{"id.example.com", "no-reply@example.com"});
    CHECK(config.smtp.ehlo == "id.example.com");
    CHECK(config.log_level == LogLevel::info);
}

TEST_CASE("Every example of the reference is accepted, and every default is one of its values") {
    for (const Key& key : config_keys()) {
        CAPTURE(key.name);
        const std::size_t dot = key.name.find('.');
        const std::string name(key.name.substr(dot == std::string_view::npos ? 0 : dot + 1));
        std::string toml;
        if (dot != std::string_view::npos) {
            toml = "[" + std::string(key.name.substr(0, dot)) + "]\n";
        }
        toml += name + " = " + std::string(key.example) + "\n";
        const auto loaded = load(toml, {}, Needs::data);
        if (loaded) continue;
        // Alone in its file a key may miss others; its own value must be right.
        for (const Problem& problem : loaded.error()) {
            const std::string text = problem.text();
            CAPTURE(text);
            CHECK(
                (contains(text, "is missing") || contains(text, "cannot read") ||
                 contains(text, "has no effect"))
            );
        }
    }
}

TEST_CASE("An RP ID that strangers share is refused, and what to use is said") {
    struct Row {
        std::string_view host;
        std::string_view rp_id;
        std::string_view mend;
    };

    for (const Row& row :
         {Row{"id.example.co.uk",
              "co.uk",
              "Use id.example.co.uk, or a parent domain of it that is "
              "yours alone, which ends at example.co.uk"},
          Row{"ada.github.io", "github.io", "which ends at ada.github.io"}}) {
        CAPTURE(row.rp_id);
        std::string toml = with("rp_id = \"" + std::string(row.rp_id) + "\"");
        const std::string_view host = "id.example.com";
        toml.replace(toml.find(host), host.size(), row.host);
        const auto loaded = load(toml);
        REQUIRE_FALSE(loaded.has_value());
        CHECK(loaded.error().size() == 1);
        CHECK(loaded.error()[0].key == "rp_id");
        CHECK(contains(loaded.error()[0].text(), row.mend));
    }
}

TEST_CASE("Each wrong value is refused by the name of its key, with the mend") {
    struct Row {
        std::string toml;
        std::string key;
        std::string mend;
    };

    const std::vector<Row> rows{
        {with("rp_id = \"https://example.com\""), "rp_id", "no scheme, no port"},
        {with("rp_id = \"example.org\""), "rp_id", "does not fit the origin's host"},
        {with("rp_id = \"com\""), "rp_id", "which ends at example.com"},
        {with("rp_id = \"d.example.com\""), "rp_id", "does not fit"},
        {with("listen = \"localhost:80\""), "listen", "IP address and a port"},
        {with("listen = \"::1:80\""), "listen", "IP address and a port"},
        {with("listen = \"127.0.0.1\""), "listen", "IP address and a port"},
        {with("listen = \"127.0.0.1:65536\""), "listen", "IP address and a port"},
        {with("listen = \"0.0.0.0:8080\""), "listen", "trusted_proxies"},
        {with("listen = \"[::]:8080\""), "listen", "tls.certificate"},
        {with("trusted_proxies = [\"10.0.0.1/8\"]"), "trusted_proxies", "bits set after"},
        {with("trusted_proxies = \"10.0.0.0/8\""), "trusted_proxies", "list of texts"},
        {with("threads = 65"), "threads", "0 to 64"},
        {with("threads = -1"), "threads", "0 to 64"},
        {with("threads = \"2\""), "threads", "whole number"},
        {with("data = \"\""), "data", "leave the key out"},
        {with("sign_up = \"everyone\""), "sign_up", R"("open", "domains", "invite", "closed")"},
        {with("sign_up = \"domains\""), "sign_up_domains", "List the domains"},
        {with("sign_up_domains = [\"example.com\"]"), "sign_up_domains", "Set sign_up"},
        {with("sign_up = \"domains\"\nsign_up_domains = [\"@example.com\"]"),
         "sign_up_domains",
         "part after the @"},
        {with("recovery = \"none\""), "recovery", "\"notify\""},
        {with("recovery_wait_hours = 0"), "recovery_wait_hours", "from 1 to 720"},
        {with("recovery_wait_hours = 721"), "recovery_wait_hours", "from 1 to 720"},
        {with("return_to = [\"https://app.example.com/path\"]"), "return_to", "Leave out"},
        {with("return_to = [\"http://app.example.com\"]"), "return_to", "https://app.example.com"},
        {with("return_to = [1]"), "return_to", "double quotes"},
        {with("", "[brand]\nname = \"a\\nb\""), "brand.name", "one short line"},
        {with("", "[brand]\nsupport = \"javascript:alert(1)\""), "brand.support", "https://"},
        {with("", "[brand]\nsupport = \"http://x.example\""), "brand.support", "https://"},
        {with("", "[tls]\ncertificate = \"a.pem\""), "tls.key", "Set both"},
        {with("", "[tls]\nkey = \"a.key\""), "tls.certificate", "Set both"},
        {with("", "[log]\nlevel = \"trace\""), "log.level", "\"debug\""},
        {with("", "user = \"x\""), "smtp.password_file", "missing or empty"},
        {with("", "password_file = \"/nonexistent/password\""), "smtp.password_file", "cannot read"
        },
        {with("", "ehlo = \"not a name\""), "smtp.ehlo", "domain name"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.toml);
        const std::string text = refused(row.toml);
        CAPTURE(text);
        CHECK(text.starts_with(row.key + " "));
        CHECK(contains(text, row.mend));
        // One mistake is one line.
        CHECK(text.find('\n') == text.size() - 1);
    }
}

TEST_CASE("The addresses of a mail server are read strictly") {
    const auto url = [](const std::string& value) {
        return "origin = \"https://id.example.com\"\n[smtp]\nurl = \"" + value +
               "\"\nfrom = \"a@example.com\"\n";
    };
    CHECK(accepted(url("smtp://mail.example.com:2525")).smtp.port == 2525);
    const Config implicit = accepted(url("smtps://mail.example.com"));
    CHECK(implicit.smtp.port == 465);
    CHECK(implicit.smtp.security == outbound::SmtpSecurity::implicit_tls);
    CHECK(accepted(url("smtp://[2001:db8::1]:587")).smtp.host == "2001:db8::1");
    for (const char* const local : {"127.0.0.1", "localhost", "[::1]"}) {
        const Config plain = accepted(url("smtp+plain://" + std::string(local)));
        CHECK(plain.smtp.security == outbound::SmtpSecurity::none);
        CHECK(plain.smtp.port == 25);
    }
    CHECK(contains(refused(url("smtp+plain://mail.example.com")), "without encryption"));
    for (const char* const bad :
         {"mail.example.com",
          "http://mail.example.com",
          "smtp://",
          "smtp://:25",
          "smtp://a b",
          "smtp://user:secret@mail.example.com",
          "smtp://mail.example.com/",
          "smtp://m.example:0",
          "smtp://m.example:99999",
          "smtp://m.example:25x",
          "smtp://[::1",
          "smtp://[mail]:25",
          "smtp://::1:25",
          "smtp://MAIL.example.com"}) {
        CAPTURE(bad);
        CHECK(refused(url(bad)).starts_with("smtp.url "));
    }
}

TEST_CASE("The sender is an address, with a name or without") {
    const auto from = [](const std::string& value) {
        return "origin = \"https://id.example.com\"\n[smtp]\nurl = \"smtp://m.example\"\nfrom = '" +
               value + "'\n";
    };
    CHECK(
        accepted(from("Grüße & Co <a@example.com>")).smtp.from ==
        outbound::Sender{"Grüße & Co", "a@example.com"}
    );
    for (const char* const bad :
         {"",
          "nobody",
          "a@b",
          "<a@example.com",
          "a@example.com>",
          "a <b> <c@example.com>",
          "a@example.com, b@example.com"}) {
        CAPTURE(bad);
        CHECK(refused(from(bad)).starts_with("smtp.from "));
    }
}

TEST_CASE("A key that does not exist is refused, with the nearest one that does") {
    CHECK(contains(
        refused(with("orgin = \"x\"")),
        "orgin is no key of the configuration. Did you "
        "mean origin?"
    ));
    CHECK(contains(refused(with("", "passwordfile = \"x\"")), "Did you mean smtp.password_file?"));
    CHECK(contains(refused(with("", "password = \"secret\"")), "smtp.password is no key"));
    CHECK(contains(refused(with("completely_different = 1")), "config reference"));
    CHECK(contains(refused(with("", "[smtp.deeper]\nx = 1")), "smtp.deeper"));
}

TEST_CASE("Every mistake is told in one go, and what is missing is named with an example") {
    const std::string text = refused("listen = \"x\"\n[log]\nlevel = \"x\"\n");
    CHECK(contains(text, "origin is missing. Set it, like \"https://id.example.com\".\n"));
    CHECK(contains(text, "smtp.url is missing."));
    CHECK(contains(text, "smtp.from is missing."));
    CHECK(contains(text, "listen is \"x\"."));
    CHECK(contains(text, "log.level is \"x\"."));
}

TEST_CASE("What is no TOML is told with its line") {
    CHECK(contains(refused("origin = \"https://id.example.com\"\nlisten = \n"), "Line 2"));
    CHECK(contains(refused("a = 1\na = 2\n"), "Line 2"));
    CHECK(contains(refused(std::string(2'000'000, '#')), "longer than"));
}

TEST_CASE("A variable of the environment overrides the file, and is named when it is wrong") {
    const Environment good{
        {"LATCHKEY_ORIGIN", "https://sign-in.example.com"},
        {"LATCHKEY_RETURN_TO", "https://a.example.com, https://b.example.com"},
        {"LATCHKEY_THREADS", "3"},
        {"LATCHKEY_SMTP_URL", "smtps://other.example.com"},
        {"LATCHKEY_SMTP_USER", "someone"},
        {"LATCHKEY_SMTP_PASSWORD", "canary-password"},
    };
    const Config config = accepted(minimal, good);
    CHECK(config.origin.host == "sign-in.example.com");
    CHECK(
        config.return_to ==
        std::vector<std::string>{"https://a.example.com", "https://b.example.com"}
    );
    CHECK(config.threads == 3);
    CHECK(config.smtp.host == "other.example.com");
    CHECK(config.smtp.password.reveal() == "canary-password");
    CHECK(refused(minimal, {{"LATCHKEY_LISTEN", "x"}}).starts_with("LATCHKEY_LISTEN is \"x\""));
}

TEST_CASE("A variable that names no key is pointed out") {
    const auto loaded = load(
        minimal, {{"LATCHKEY_ORGIN", "x"}, {"LATCHKEY_TEST_DATA", "x"}, {"LATCHKEY_CONFIG", "x"}}
    );
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->notes.size() == 1);
    CHECK(
        loaded->notes.front() ==
        "the variable LATCHKEY_ORGIN names no key; did you mean LATCHKEY_ORIGIN?"
    );
}

TEST_CASE("The password comes from a file that only its owner may read, or the environment") {
    const TemporaryFolder folder;
    const std::string password = folder.write("password", "canary-password\n");
    const std::string file = folder.write(
        "latchkey.toml", std::string(minimal) + "user = \"x\"\npassword_file = \"password\"\n"
    );
    const auto loaded = load_config(file, {}, Needs::everything);
    REQUIRE(loaded.has_value());
    CHECK(loaded->config.smtp.password.reveal() == "canary-password");

    const auto both = load_config(file, {{"LATCHKEY_SMTP_PASSWORD", "y"}}, Needs::everything);
    REQUIRE_FALSE(both.has_value());
    CHECK(contains(both.error().front().text(), "Keep one of them"));

    REQUIRE(chmod(password.c_str(), 0640) == 0);
    const auto open = load_config(file, {}, Needs::everything);
    REQUIRE_FALSE(open.has_value());
    CHECK(contains(open.error().front().text(), "mode 0640"));
    CHECK(contains(open.error().front().text(), "chmod 600 " + password));
    // What is wrong never quotes the secret (T25).
    CHECK_FALSE(contains(open.error().front().text(), "canary"));
}

TEST_CASE("Plain HTTP is offered to loopback or behind named proxies only") {
    CHECK(accepted(with("listen = \"127.0.0.1:80\"")).listen == "127.0.0.1:80");
    CHECK(accepted(with("listen = \"[::1]:80\"")).listen == "[::1]:80");
    const Config proxied =
        accepted(with("listen = \"0.0.0.0:80\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]"));
    CHECK(proxied.trusted_proxies.size() == 2);
    const Config tls =
        accepted(with("listen = \"[::]:443\"", "[tls]\ncertificate = \"c.pem\"\nkey = \"/k.pem\""));
    REQUIRE(tls.tls.has_value());
    CHECK(tls.tls->key == "/k.pem");
    CHECK(tls.tls->certificate.ends_with("/c.pem"));
    CHECK(contains(
        refused("origin = \"http://localhost\"\n[tls]\ncertificate = \"c\"\nkey = \"k\"\n[smtp]\n"
                "url = \"smtp://m.example\"\nfrom = \"a@b.example\"\n"),
        "http although TLS is set up"
    ));
}

TEST_CASE("Related origins with more names than browsers look at are refused (WebAuthn 5.11.1)") {
    const std::string five = R"(related_origins = ["https://a.com", "https://b.com",
           "https://c.com", "https://d.com", "https://e.com", "https://e.co.uk"])";
    CHECK(contains(
        refused(with(five)),
        "related_origins makes 6 different names with the origin's (a, b, c, d, e, example)"
    ));
    const std::string four = R"(related_origins = ["https://a.com", "https://b.com",
           "https://c.com", "https://d.com", "https://d.co.uk", "https://x.example.de"])";
    CHECK(accepted(with(four)).related_origins.size() == 6);
}

TEST_CASE("Relative paths are below the folder of the configuration") {
    const TemporaryFolder folder;
    const std::string file = folder.write("c.toml", with("data = \"./data/\""));
    const auto loaded = load_config(file, {}, Needs::everything);
    REQUIRE(loaded.has_value());
    CHECK(loaded->config.data == folder.path() + "/data");
    CHECK(loaded->config.key_file == folder.path() + "/data/key");
}

TEST_CASE("Commands on the data folder do without a mail server, serving does not") {
    const std::string toml = "origin = \"https://id.example.com\"\n";
    CHECK(load(toml, {}, Needs::data).has_value());
    CHECK_FALSE(load(toml, {}, Needs::everything).has_value());
}

TEST_CASE("docs/reference/configuration.md is what `latchkey config reference` prints") {
    CHECK(
        test::read_file(LATCHKEY_SOURCE_DIR "/docs/reference/configuration.md") ==
        config_reference()
    );
}

}  // namespace latchkey::app
