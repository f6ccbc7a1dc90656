// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "latchkey/bytes.hpp"
#include "support/authenticator.hpp"

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

// What went wrong in other identity providers, each as a test of ours. Those that are not here have
// their own: replayed challenges and counters (T16, "A counter that rises"), fixation by a restart
// (T14), parallel guesses (T8), redirects (T22), forwarded headers (T24), owners of devices (T18).
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("Keycloak CVE-2026-18963: a proof of one address is none of another") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person eve(latchkey, "eve@example.com");
    REQUIRE(eve.prove_by_code().status() == 303);
    // With her own proof she gives the address of somebody else, and goes on.
    eve.browser.get("/sign-in");
    REQUIRE(eve.browser.submit("/sign-in/email", {{"email", ada.email}}).status() == 303);
    const Page page = eve.browser.get("/sign-in/add-passkey");
    CHECK(page.text("email") == "eve@example.com");
    REQUIRE(eve.create_passkey().status() == 200);
    CHECK(eve.browser.get("/session").text("email") == "eve@example.com");
    CHECK(ada.passkeys().size() == 1);
}

TEST_CASE("Keycloak CVE-2026-8830: what a registration must be is checked by the server") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().status() == 303);
    const Page page = ada.browser.get("/sign-in/add-passkey");
    const auto refused_with = [&](auto change) {
        ada.browser.look_at(page);
        auto device = new_device();
        auto draft = device.draft_create(ada.browser.ceremony_options(), flow_origin);
        REQUIRE(draft);
        change(*draft);
        const Page answer = ada.post_attestation(draft->finish().to_json());
        CHECK(answer.status() >= 400);
        CHECK_FALSE(ada.account());
    };
    refused_with([](auto& draft) { draft.data.flags &= static_cast<std::uint8_t>(~flag::uv); });
    refused_with([](auto& draft) { draft.data.flags &= static_cast<std::uint8_t>(~flag::up); });
    refused_with([](auto& draft) { draft.data.rp_id = "evil.example"; });
    refused_with([](auto& draft) { draft.client.origin = "http://localhost:9090"; });
    refused_with([](auto& draft) { draft.client.challenge = std::string(43, 'A'); });
    refused_with([](auto& draft) { draft.data.cose_key.pop_back(); });
    refused_with([](auto& draft) { draft.data.trailing = Bytes(1); });
    CHECK(ada.create_passkey().status() == 200);
}

TEST_CASE("Keycloak CVE-2026-16103: a limit holds when the code is used, not only when it is sent"
) {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string good = latchkey.code_for(ada.email);
    Person stranger(latchkey, ada.email, {.address = "203.0.113.1"});
    for (int codes = 0; codes < 2; ++codes) {
        REQUIRE(stranger.ask_for_code().status() == 200);
        for (int i = 0; i < 5; ++i) {
            stranger.enter_code("0000000" + std::to_string(i));
        }
    }
    for (int i = 0; i < 4; ++i) {
        CHECK(ada.enter_code("0000000" + std::to_string(i)).status() == 422);
    }
    CHECK(ada.enter_code("00000009").status() == 422);  // the fifth, and the address's fifteenth
    CHECK(ada.enter_code(good).status() == 429);
    CHECK_FALSE(ada.account());
}

TEST_CASE("Keycloak 37762: a code works to the last moment of its ten minutes, and not after") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Person bob(latchkey, "bob@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    REQUIRE(bob.ask_for_code().status() == 200);
    const std::string adas = latchkey.code_for(ada.email);
    const std::string bobs = latchkey.code_for(bob.email);
    latchkey.clock.advance(10min - 1ms);
    CHECK(ada.enter_code(adas).status() == 303);
    latchkey.clock.advance(1ms);
    const Page late = bob.enter_code(bobs);
    CHECK(late.status() == 422);
    CHECK(late.error() == "expired");
}

TEST_CASE("authentik ATH-01-014: the challenge of a foreign flow is refused") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Browser eve(latchkey);
    const Page hers = eve.get("/sign-in");
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    const auto response = ada.device.get(hers.text("options"), flow_origin);
    const Fields form{
        {"csrf", ada.browser.page().text("csrf")},
        {"ceremony", hers.text("ceremony")},
        {"response", *response},
    };
    CHECK(ada.browser.post("/sign-in/passkey", form).error() == "challenge_expired");
    // Her challenge under a ceremony of ada's own browser.
    ada.browser.get("/sign-in");
    CHECK(ada.post_assertion(*response).error() == "passkey_refused");
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("Zitadel CVE-2025-64102: the limits are the same for pages and for JSON") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    for (int i = 0; i < 5; ++i) {
        ada.browser.use(i % 2 == 0 ? http::Representation::json : http::Representation::html);
        ada.browser.get("/sign-in/code");
        CHECK(ada.enter_code("0000000" + std::to_string(i)).status() == 422);
    }
    ada.browser.use(http::Representation::json);
    ada.browser.get("/sign-in/code");
    CHECK(ada.enter_code().error() == "ended");
}

TEST_CASE("mymate 42: no part of an enrolment answers before the proof that it needs") {
    Latchkey latchkey;
    Person eve(latchkey, "eve@example.com");
    CHECK(eve.browser.get("/sign-in/add-passkey").status() == 409);
    REQUIRE(eve.ask_for_code().status() == 200);
    CHECK(eve.browser.get("/sign-in/add-passkey").status() == 409);
    CHECK(eve.post_attestation("{}").status() == 409);
    CHECK(eve.enter_code("00000000").status() == 422);
    CHECK(eve.browser.get("/sign-in/add-passkey").status() == 409);
}

}  // namespace
}  // namespace latchkey::test
