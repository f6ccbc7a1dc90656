// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/upstream.hpp"

#include "accounts/policy.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "flows/provider.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"
#include "pages/providers.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// Signing in through another provider, over real HTTPS, from the button to the session.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;
using oidc::ProviderKind;

TEST_CASE("A new person comes by a provider, adds a passkey, and is linked by issuer and subject") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    const Page proved = sign_in_there(ada, provider, "?return_to=https://app.example.com/x");
    CHECK(proved.location() == "/sign-in/add-passkey");
    CHECK_FALSE(ada.is_signed_in());
    CHECK_FALSE(ada.account());
    CHECK(ada.create_passkey().location() == "https://app.example.com/x");
    CHECK(ada.is_signed_in());
    const auto linked = identities_of(ada);
    REQUIRE(linked.size() == 1);
    CHECK(linked[0].who.issuer == provider.issuer());
    CHECK(linked[0].who.subject == "ada-there");
}

TEST_CASE("T2, 4.3 notify: around a passkey the owner is let in, marked, and told by whom") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    provider.next_person("ada-there", "renamed@example.com");  // T33: the subject stays
    CHECK(sign_in_there(ada, provider).location() == "/settings/security");
    CHECK(ada.is_signed_in());
    CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:recovered");
    const auto mails = latchkey.mails_to("ada@example.com");
    CHECK(mails.back().text.find("through Provider there") != std::string::npos);
}

TEST_CASE("T31, T32, T33: an address opens nothing and links nothing") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    Person eve(latchkey, "eve@example.com", {.address = "198.51.100.7"});
    provider.next_person("eve-there", "ada@example.com");
    const Page refused = sign_in_there(eve, provider);
    CHECK(refused.status() == 409);
    CHECK(refused.error() == "address_taken");
    CHECK_FALSE(eve.is_signed_in());
    CHECK(identities_of(ada).empty());
}

TEST_CASE("6.8.1: two subjects that had one address stay two, and the second opens nothing") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    provider.next_person("later-there", "ada@example.com");
    Person later(latchkey, "later@example.com");
    CHECK(sign_in_there(later, provider).error() == "address_taken");
}

TEST_CASE("An address that the provider is no authority for makes no account") {
    Provider provider;
    for (const auto kind : {ProviderKind::other, ProviderKind::google}) {
        Latchkey latchkey(with(provider, kind));
        Person ada(latchkey, "ada@example.com");
        CHECK(sign_in_there(ada, provider).error() == "address_not_vouched");
    }
    Latchkey latchkey(with(provider, ProviderKind::google));
    Person ada(latchkey, "ada@gmail.com");
    provider.next_person("ada-there", "ada@gmail.com");
    CHECK(sign_in_there(ada, provider).location() == "/sign-in/add-passkey");
}

TEST_CASE("Who may not sign up is told, since the address is proved") {
    Provider provider;
    LatchkeyOptions options = with(provider);
    options.sign_up.who = accounts::SignUp::closed;
    Latchkey latchkey(std::move(options));
    Person ada(latchkey, "ada@example.com");
    const Page refused = sign_in_there(ada, provider);
    CHECK(refused.status() == 403);
    CHECK(refused.error() == "sign_up_closed");
}

TEST_CASE("10.1.2: a state is good in the browser that asked, for its provider, once") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    Person eve(latchkey, "eve@example.com");
    eve.browser.get("/sign-in");
    const Fields answer = go_and_agree(ada, provider);
    CHECK(eve.browser.get(callback(answer)).error() == "provider_expired");
    CHECK(ada.browser.get(callback(answer)).location() == "/sign-in/add-passkey");
    // The code is used up at the provider, the state here.
    CHECK(ada.browser.get(callback(answer)).error() == "provider_refused");
    const Fields again = provider.agree(
        provider.issuer() +
        "/authorize?response_type=code&client_id=latchkey&"
        "code_challenge_method=S256&code_challenge=x&nonce=n&redirect_uri=r&state=" +
        field_of(answer, "state")
    );
    CHECK(ada.browser.get(callback(again)).error() == "provider_refused");
    CHECK(
        ada.browser.get(callback({{"code", "c"}, {"state", "made-up"}})).error() ==
        "provider_expired"
    );
    CHECK(ada.browser.get("/sign-in/with/elsewhere/callback?code=c&state=s").status() == 404);
}

TEST_CASE("A state lives fifteen minutes, and not over a restart; the purpose does") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    Fields answer = go_and_agree(ada, provider);
    latchkey.clock.advance(15min);
    CHECK(ada.browser.get(callback(answer)).error() == "provider_expired");
    answer = go_and_agree(ada, provider, "?intent=add-passkey");
    latchkey.restart();
    Person again(latchkey, "ada@example.com");
    again.browser.http().cookies = ada.browser.http().cookies;
    const Page over = again.browser.get(callback(answer));
    CHECK(over.error() == "provider_expired");
    CHECK(*over.find("adding") == json::Value(true));
}

TEST_CASE("10.2.2, RFC 9207: the answer of another issuer is refused, an error of it too") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    for (const bool is_error : {false, true}) {
        Fields answer = go_and_agree(ada, provider);
        if (is_error) answer[0] = {"error", "access_denied"};
        answer.emplace_back("iss", "https://evil.example");
        CHECK(ada.browser.get(callback(answer)).error() == "provider_refused");
    }
    CHECK(provider.asked("/token") == 0);
    Fields answer = go_and_agree(ada, provider);
    answer.emplace_back("iss", provider.issuer());
    CHECK(ada.browser.get(callback(answer)).location() == "/sign-in/add-passkey");
}

TEST_CASE("Who cancels there is back on the sign-in page, with words for it") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    Fields answer = go_and_agree(ada, provider);
    answer[0] = {"error", "access_denied"};
    const Page back = ada.browser.get(callback(answer));
    CHECK(back.status() == 422);
    CHECK(back.error() == "provider_cancelled");
    CHECK_FALSE(back.find("options") == nullptr);
}

TEST_CASE("16.5.2: with the provider down the page says so, and every other way works") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    provider.script.is_down = true;
    const Page page = ada.browser.get("/sign-in/with/there");
    CHECK(page.status() == 503);
    CHECK(page.error() == "provider_unavailable");
    CHECK(ada.use_passkey(ada.device).status() == 200);
    CHECK(ada.is_signed_in());
}

TEST_CASE("16.5.2: a provider that is down is asked once in ten seconds, however often people click"
) {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    provider.script.is_down = true;
    for (int i = 0; i < 5; ++i) {
        CHECK(ada.browser.get("/sign-in/with/there").error() == "provider_unavailable");
    }
    CHECK(provider.asked("/.well-known/openid-configuration") == 1);
    provider.script.is_down = false;
    latchkey.clock.advance(9s);
    CHECK(ada.browser.get("/sign-in/with/there").error() == "provider_unavailable");
    latchkey.clock.advance(1s);
    CHECK(ada.browser.get("/sign-in/with/there").status() == 303);
    CHECK(provider.asked("/.well-known/openid-configuration") == 2);
}

TEST_CASE("T36: a provider at a private address is out of reach unless it is configured so") {
    Provider provider;
    LatchkeyOptions options;
    options.providers = [&provider] {
        std::vector<pages::ConfiguredProvider> configured;
        configured.push_back(provider.configured("there"));
        configured.back().reach = outbound::Reach::internet;
        return configured;
    };
    Latchkey latchkey(std::move(options));
    Person ada(latchkey, "ada@example.com");
    CHECK(ada.browser.get("/sign-in/with/there").error() == "provider_unavailable");
    CHECK(provider.asked("/.well-known/openid-configuration") == 0);
}

TEST_CASE("T15: another site sends nobody to a provider without our page") {
    const Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    const auto answer = ada.browser.http().get(
        "/sign-in/with/there?intent=add-passkey", {{"sec-fetch-site", "cross-site"}}
    );
    CHECK(answer.status == 303);
    CHECK(answer.header("location") == "/sign-in?intent=add-passkey");
}

}  // namespace
}  // namespace latchkey::test
