// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/authenticator_names.hpp"

#include "accounts/people.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::accounts {
namespace {

webauthn::Aaguid aaguid(std::string_view hexadecimal) {
    const Bytes bytes = hex_decode(hexadecimal).value();
    std::array<std::byte, 16> value{};
    std::ranges::copy(bytes, value.begin());
    return webauthn::Aaguid(value);
}

TEST_CASE("a provider is found by its AAGUID, at both ends of the table and between") {
    CHECK(provider_name(aaguid("08987058cadc4b81b6e130de50dcbe96")) == "Windows Hello");
    CHECK(provider_name(aaguid("bada5566a7aa401fbd9645619a55120d")) == "1Password");
    CHECK(provider_name(aaguid("fbfc3007154e4ecc8c0b6e020557d7bd")) == "Apple Passwords");
    CHECK(provider_name(aaguid("fdb141b25d84443e8a354698c205a502")) == "KeePassXC");
}

TEST_CASE("an AAGUID that is not in the table has no provider") {
    for (const std::string_view unknown :
         {"00000000000000000000000000000000",
          "08987058cadc4b81b6e130de50dcbe95",
          "fdb141b25d84443e8a354698c205a503",
          "ffffffffffffffffffffffffffffffff"}) {
        CHECK(provider_name(aaguid(unknown)) == std::nullopt);
    }
}

TEST_CASE("a passkey is shown by its person's name, else by its provider") {
    Passkey shown = passkey();
    shown.record.aaguid = aaguid("bada5566a7aa401fbd9645619a55120d");
    shown.name = "My phone";
    CHECK(display_name(shown) == "My phone");
    shown.name = "";
    CHECK(display_name(shown) == "1Password");
}

TEST_CASE("without either it is a security key by its transports, else named by where it was made"
) {
    Passkey shown = passkey();
    shown.name = "";
    shown.record.transports = {"usb", "nfc"};
    CHECK(display_name(shown) == "Security key");
    shown.record.transports = {"nfc"};
    CHECK(display_name(shown) == "Security key");
    shown.record.transports = {"internal", "usb"};
    CHECK(display_name(shown) == "Passkey on Safari on iPhone");
    shown.record.transports = {"hybrid", "internal"};
    CHECK(display_name(shown) == "Passkey on Safari on iPhone");
    shown.record.transports = {};
    CHECK(display_name(shown) == "Passkey on Safari on iPhone");
    shown.created_on = "Unknown browser";
    CHECK(display_name(shown) == "Passkey");
    shown.created_on = "";
    CHECK(display_name(shown) == "Passkey");
}

struct Sample {
    std::string_view user_agent;
    std::string_view name;
};

TEST_CASE("the user agents of today's browsers are named") {
    constexpr std::array samples{
        Sample{
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux"
        },
        Sample{
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows"
        },
        Sample{
            "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
            "Firefox on Android"
        },
        Sample{
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36",
            "Chrome on Linux"
        },
        Sample{
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "HeadlessChrome/140.0.0.0 Safari/537.36",
            "Chrome on Linux"
        },
        Sample{
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Ubuntu Chromium/90.0 Chrome/90.0 Safari/537.36",
            "Chromium on Linux"
        },
        Sample{
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36",
            "Chrome on ChromeOS"
        },
        Sample{
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android"
        },
        Sample{
            "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "
            "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android"
        },
        Sample{
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows"
        },
        Sample{
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/26.0 Safari/605.1.15",
            "Safari on Mac"
        },
        Sample{
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone"
        },
        Sample{
            "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPad"
        },
    };
    for (const auto& [user_agent, name] : samples) {
        CHECK(browser_name(user_agent) == name);
        CHECK(is_browser_name(name));
    }
}

TEST_CASE("a text that no browser_name can have said is none") {
    CHECK(is_browser_name("Firefox"));
    CHECK_FALSE(is_browser_name(unknown_browser));
    for (const std::string_view text :
         {"", "Mac", "Firefox on ", "Firefox on Mars", "Firefox on Linux on Mac"}) {
        CHECK_FALSE(is_browser_name(text));
    }
}

TEST_CASE("what is no browser that we know is called unknown") {
    for (const std::string_view user_agent :
         {"", "curl/8.5.0", "Mozilla/5.0", "Linux", "firefox/1", "\xff\xfe"}) {
        CHECK(browser_name(user_agent) == "Unknown browser");
    }
    CHECK(browser_name("Firefox/1") == "Firefox");
    CHECK(browser_name(std::string(512, ' ') + "Firefox/1") == "Unknown browser");
}

TEST_CASE("property: any user agent leads to a short name in letters, never to a part of itself") {
    CHECK(rc::check("user agents", [] {
        const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
            rc::gen::arbitrary<std::string>(),
            rc::gen::element<std::string>(
                "Firefox/", "Chrome/", "Linux", "iPhone", "<script>", "Edg/", "\n", "Safari/"
            )
        ));
        std::string user_agent;
        for (const std::string& piece : pieces) {
            user_agent += piece;
        }
        const std::string name = browser_name(user_agent);
        RC_ASSERT(!name.empty());
        RC_ASSERT(name.size() <= 27U);  // "Samsung Internet on Android"
        RC_ASSERT(std::ranges::all_of(name, [](char c) {
            return c == ' ' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }));
    }));
}

}  // namespace
}  // namespace latchkey::accounts
