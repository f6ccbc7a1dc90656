// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// An app behind real proxies that ask GET /session, with the files of packaging/ as they are.
#include "base/encoding.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

const std::string packaging = LATCHKEY_SOURCE_DIR "/packaging/";

/// A proxy on a port of its own, with Latchkey and an app behind it. The app answers with the
/// path and the headers that it got.
class Proxy {
public:
    Proxy(std::string_view name, const Latchkey& latchkey);

    /// A client of the proxy that says the name by which people know it.
    [[nodiscard]] HttpClient client() const { return HttpClient(port_, "localhost:8080"); }

private:
    [[nodiscard]] Command nginx(std::uint16_t latchkey, std::uint16_t app) const;
    [[nodiscard]] Command caddy(std::uint16_t latchkey, std::uint16_t app) const;

    TemporaryFolder folder_;
    std::uint16_t port_ = free_port();
    std::unique_ptr<Process> process_;
};

Proxy::Proxy(std::string_view name, const Latchkey& latchkey) {
    const std::uint16_t app = free_port();
    const bool is_nginx = name == "nginx";
    process_ = std::make_unique<Process>(
        is_nginx ? nginx(latchkey.port(), app) : caddy(latchkey.port(), app)
    );
    process_->read_until(is_nginx ? "start worker process " : "serving initial configuration");
}

Command Proxy::nginx(std::uint16_t latchkey, std::uint16_t app) const {
    std::string text = "daemon off;\npid " + folder_.file("pid") + ";\n";
    text += "error_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n";
    for (const char* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        text += std::string(kind) + "_temp_path " + folder_.file(kind) + ";\n";
    }
    text += "upstream latchkey { server 127.0.0.1:" + std::to_string(latchkey) + "; }\n";
    text += "server { listen 127.0.0.1:" + std::to_string(app) + ";\n";
    text += R"(location / { return 200 "$request_uri $http_latchkey_account )";
    text += R"($http_latchkey_email $http_latchkey_acr"; } })";
    text += "\nserver { listen 127.0.0.1:" + std::to_string(port_) + ";\n";
    text += "include " + packaging + "nginx/latchkey-pages.conf;\n";
    text += "location / { include " + packaging + "nginx/latchkey-protect.conf;\n";
    text += "proxy_pass http://127.0.0.1:" + std::to_string(app) + "; } }\n}\n";
    const std::string file = folder_.write("nginx.conf", text);
    return {
        .arguments = {"sh", "-c", R"(exec nginx -p "$1" -c "$2" 2>&1)", "-", folder_.path(), file},
        .environment = {},
        .folder = {},
    };
}

Command Proxy::caddy(std::uint16_t latchkey, std::uint16_t app) const {
    const std::string app_address = "127.0.0.1:" + std::to_string(app);
    std::string text = "{\nadmin off\nauto_https off\n}\n";
    text += "import " + packaging + "caddy/latchkey.caddy\n";
    text += "http://:" + std::to_string(app) + " {\nbind 127.0.0.1\nrespond \"{uri} ";
    text += "{header.Latchkey-Account} {header.Latchkey-Email} {header.Latchkey-Acr}\"\n}\n";
    text += "http://:" + std::to_string(port_) +
            " {\nbind 127.0.0.1\nimport latchkey 127.0.0.1:" + std::to_string(latchkey) + " " +
            app_address + "\n}\n";
    const std::string file = folder_.write("Caddyfile", text);
    return {
        .arguments =
            {"sh", "-c", "exec caddy run --adapter caddyfile --config \"$1\" 2>&1", "-", file},
        .environment = {{"HOME", folder_.path()}, {"XDG_DATA_HOME", folder_.path()}},
        .folder = {},
    };
}

constexpr std::array<std::string_view, 2> proxies{"nginx", "caddy"};

/// Path and query of what a proxy redirects to: one of them makes the address absolute.
std::string target_of(const HttpResponse& redirect) {
    const std::string location = redirect.header("location");
    if (!location.starts_with("http://localhost:")) return location;
    return location.substr(location.find('/', std::string_view("http://").size()));
}

TEST_CASE("A proxy lets in who is signed in and tells the app who it is; strangers sign in first") {
    for (const std::string_view name : proxies) {
        CAPTURE(name);
        Latchkey latchkey;
        const Proxy proxy(name, latchkey);
        Person ada(latchkey, "ada@example.com");
        ada.sign_up();

        HttpClient stranger = proxy.client();
        const HttpResponse sent_away = stranger.get("/reports/2026.html?page=2");
        CHECK(sent_away.status == 303);
        CHECK(target_of(sent_away) == "/sign-in?return_to=/reports/2026.html%3Fpage%3D2");
        CHECK(sent_away.body.find("ada@") == std::string::npos);
        CHECK(stranger.get(target_of(sent_away)).status == 200);
        ada.browser.get(target_of(sent_away));
        CHECK(ada.use_passkey(ada.device).location() == "/reports/2026.html?page=2");

        HttpClient browser = proxy.client();
        browser.cookies = ada.browser.http().cookies;
        const HttpResponse let_in = browser.get("/reports/2026.html?page=2");
        CHECK(let_in.status == 200);
        const std::string account = ada.account()->public_id.value();
        CHECK(let_in.body == "/reports/2026.html?page=2 " + account + " ada@example.com phr");
        CHECK(browser.get("/settings/security").status == 200);
    }
}

TEST_CASE("What a client says of itself never reaches the app (T24)") {
    const Fields lies{
        {"latchkey-account", "someone"},
        {"latchkey-email", "eve@evil.test"},
        {"latchkey-acr", "phrh"},
    };
    for (const std::string_view name : proxies) {
        CAPTURE(name);
        Latchkey latchkey;
        const Proxy proxy(name, latchkey);
        HttpClient stranger = proxy.client();
        CHECK(stranger.get("/", lies).status == 303);

        Person ada(latchkey, "ada@example.com");
        ada.sign_up();
        HttpClient browser = proxy.client();
        browser.cookies = ada.browser.http().cookies;
        const HttpResponse let_in = browser.get("/", lies);
        CHECK(let_in.status == 200);
        CHECK(let_in.body == "/ " + ada.account()->public_id.value() + " ada@example.com phr");
    }
}

TEST_CASE("What was asked for comes back exactly, and nothing that leads elsewhere does (T22)") {
    constexpr std::string_view start = "/sign-in?return_to=";
    for (const std::string_view name : proxies) {
        CAPTURE(name);
        const Latchkey latchkey;
        const Proxy proxy(name, latchkey);
        for (const std::string_view target : std::initializer_list<std::string_view>{
                 "/",
                 "/a%20b",
                 "/a?b=c&return_to=//evil.test",
                 "/a&return_to=//evil.test",
                 "/?x=%0d%0aSet-Cookie:%20a=b",
                 "/@evil.test",
                 "/%2f%2fevil.test",
                 "/search?q=a+b&q=%C3%A9&empty="
             }) {
            CAPTURE(target);
            HttpClient client = proxy.client();
            const HttpResponse answer = client.get(target);
            CHECK(answer.status == 303);
            CHECK(target_of(answer) == std::string(start) + percent_encode(target));
            CHECK(answer.all("set-cookie").empty());
        }
        for (const std::string_view target : std::initializer_list<std::string_view>{
                 "//evil.test", "//evil.test/%2e%2e", "/a?b=\"><script>", "/a?b=\\"
             }) {
            CAPTURE(target);
            HttpClient client = proxy.client();
            const HttpResponse answer = client.get(target);
            CHECK(answer.status == 303);
            CHECK(target_of(answer) == "/sign-in");
        }
        HttpClient liar = proxy.client();
        const HttpResponse told = liar.get("/a?b", {{"x-forwarded-uri", "/elsewhere"}});
        CHECK(target_of(told) == "/sign-in?return_to=/a%3Fb");
    }
}

TEST_CASE("A signed-out person is a stranger to the app at once") {
    for (const std::string_view name : proxies) {
        CAPTURE(name);
        Latchkey latchkey;
        const Proxy proxy(name, latchkey);
        Person ada(latchkey, "ada@example.com");
        ada.sign_up();
        HttpClient browser = proxy.client();
        browser.cookies = ada.browser.http().cookies;
        REQUIRE(browser.get("/").status == 200);
        ada.browser.get("/settings/security");
        REQUIRE(ada.browser.submit("/sign-out", {}).status() == 303);
        CHECK(browser.get("/").status == 303);
    }
}

TEST_CASE("With Latchkey gone, the app is closed (V16, fail closed)") {
    for (const std::string_view name : proxies) {
        CAPTURE(name);
        auto latchkey = std::make_unique<Latchkey>();
        const Proxy proxy(name, *latchkey);
        Person ada(*latchkey, "ada@example.com");
        ada.sign_up();
        HttpClient browser = proxy.client();
        browser.cookies = ada.browser.http().cookies;
        REQUIRE(browser.get("/").status == 200);
        latchkey.reset();
        const HttpResponse closed = browser.get("/");
        CHECK(closed.status >= 500);
        CHECK(closed.body.find("ada@") == std::string::npos);
    }
}

}  // namespace
}  // namespace latchkey::test
