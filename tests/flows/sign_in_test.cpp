// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "latchkey/webauthn/options.hpp"
#include "support/authenticator.hpp"
#include "support/sql.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("Next time a passkey signs in alone: no e-mail, no user name") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        const std::size_t mails = latchkey.mails_to(ada.email).size();
        ada.browser.http().cookies.erase("__Host-latchkey_session");
        REQUIRE_FALSE(ada.is_signed_in());

        const Page done = ada.sign_in();
        CHECK(done.status() == 200);
        CHECK(done.location() == "/settings/security");
        CHECK(ada.is_signed_in());
        CHECK(latchkey.mails_to(ada.email).size() == mails);
    }
}

TEST_CASE("The options of get() name no credential: known and unknown people look the same") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.browser.get("/sign-in");
    const auto options = json::parse(ada.browser.ceremony_options());
    REQUIRE(options);
    const json::Value* allowed = options->find("allowCredentials");
    CHECK((allowed == nullptr || allowed->as_array()->empty()));
    CHECK(*options->find_string("userVerification") == "required");
    CHECK(*options->find_string("rpId") == "localhost");
}

TEST_CASE("The answer to a passkey carries what the password manager is to be told") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const Page done = ada.sign_in();
    CHECK(done.text("signal.rpId") == "localhost");
    CHECK(done.text("signal.name") == "ada@example.com");
    const auto account = ada.account();
    REQUIRE(account);
    CHECK(done.text("signal.userId") == base64url_encode(account->user_handle.value()));
    const std::string id = base64url_encode(ada.passkeys()[0].record.id.value());
    CHECK(*done.find("signal.allAcceptedCredentialIds") == json::Value(json::Array{id}));
}

TEST_CASE("Each sign-in opens a session of its own and ends the one before in this browser") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const auto before = ada.browser.http().cookies;
    REQUIRE(ada.confirm().status() == 200);
    const auto after = ada.browser.http().cookies;
    CHECK(before.at("__Host-latchkey_session") != after.at("__Host-latchkey_session"));
    ada.browser.http().cookies = before;
    CHECK_FALSE(ada.is_signed_in());
    ada.browser.http().cookies = after;
    CHECK(ada.is_signed_in());
}

TEST_CASE("Sessions of other browsers stay") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person elsewhere(latchkey, "ada@example.com");
    REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
    CHECK(elsewhere.is_signed_in());
    CHECK(ada.is_signed_in());
}

TEST_CASE("Who is signed in is led on from the sign-in page; a script still gets a challenge") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK(ada.browser.get("/sign-in").status() == 200);
    ada.browser.use(http::Representation::html);
    CHECK(ada.browser.get("/sign-in").location() == "/settings/security");
    CHECK(ada.browser.get("/sign-in?return_to=/help").location() == "/help");
    CHECK(ada.browser.get("/").location() == "/settings/security");
    CHECK(ada.browser.get("/sign-in?intent=add-passkey").status() == 200);
    CHECK(ada.browser.get("/sign-in?intent=confirm").status() == 200);
}

TEST_CASE("A passkey that no account has is told apart from a bad signature, and signalled") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person stranger(latchkey, "eve@example.com");
    stranger.browser.get("/sign-in");
    auto draft = ada.device.draft_get(stranger.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);

    auto unknown = *draft;
    MadeAssertion made = unknown.finish();
    made.credential_id.front() ^= std::byte{1};
    const Page nobody = stranger.post_assertion(made.to_json());
    CHECK(nobody.status() == 404);
    CHECK(nobody.error() == "unknown_credential");
    CHECK(nobody.text("signal_unknown.rpId") == "localhost");
    CHECK(nobody.text("signal_unknown.credentialId") == base64url_encode(made.credential_id));

    auto forged = ada.device.draft_get(stranger.browser.ceremony_options(), flow_origin);
    MadeAssertion bad = forged->finish();
    bad.signature.back() ^= std::byte{1};
    const Page refused = stranger.post_assertion(bad.to_json());
    CHECK(refused.status() == 422);
    CHECK(refused.error() == "passkey_refused");
    CHECK(refused.find("signal_unknown") == nullptr);
    CHECK_FALSE(stranger.is_signed_in());
}

TEST_CASE("T28: an altered passkey opens nothing, and no password manager forgets it") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const std::string sql = "UPDATE passkeys SET backup_eligible = NOT backup_eligible";
    CHECK(run_sql(latchkey.folder() / "latchkey.db", sql) == 1);
    latchkey.restart();

    Person elsewhere(latchkey, "ada@example.com");
    elsewhere.browser.get("/sign-in");
    auto draft = ada.device.draft_get(elsewhere.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    const Page refused = elsewhere.post_assertion(draft->finish().to_json());
    CHECK(refused.status() == 404);
    CHECK(refused.error() == "unknown_credential");
    CHECK(refused.find("signal_unknown") == nullptr);
    CHECK_FALSE(elsewhere.is_signed_in());
}

TEST_CASE("A passkey without user verification is told so, and signs nobody in") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    auto draft = ada.device.draft_get(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    draft->data.flags &= static_cast<std::uint8_t>(~flag::uv);
    const Page refused = ada.post_assertion(draft->finish().to_json());
    CHECK(refused.status() == 422);
    CHECK(refused.error() == "user_not_verified");
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("After each refusal the page has a fresh challenge, so that the next try works") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    const std::string first = ada.browser.ceremony_options();
    CHECK(ada.post_assertion("{}").status() == 400);
    CHECK(ada.browser.ceremony_options() != first);
    CHECK(ada.use_passkey(ada.device).status() == 200);
}

TEST_CASE("A challenge is good for five minutes, and the page re-arms itself after that") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in?return_to=/help");
    latchkey.clock.advance(5min);
    const Page late = ada.use_passkey(ada.device);
    CHECK(late.status() == 422);
    CHECK(late.error() == "challenge_expired");
    CHECK_FALSE(ada.is_signed_in());
    const Page again = ada.use_passkey(ada.device);
    CHECK(again.status() == 200);
    CHECK(again.location() == "/help");  // what the person came for is not lost
}

TEST_CASE("Two tabs sign in side by side: their challenges do not disturb each other") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    const Page first = ada.browser.get("/sign-in");
    const Page second = ada.browser.get("/sign-in");
    ada.browser.look_at(first);
    CHECK(ada.use_passkey(ada.device).status() == 200);
    ada.browser.look_at(second);
    CHECK(ada.use_passkey(ada.device).status() == 200);
}

TEST_CASE("A counter that rises is kept; one of a device-bound passkey that falls is refused") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.device = new_security_key();
    ada.sign_up();
    REQUIRE(ada.sign_in().status() == 200);
    const std::uint32_t kept = ada.passkeys()[0].record.sign_count;
    CHECK(kept > 0);

    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    auto draft = ada.device.draft_get(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    draft->data.sign_count = kept;
    const Page copy = ada.post_assertion(draft->finish().to_json());
    CHECK(copy.status() == 422);
    CHECK(copy.error() == "passkey_refused");
    CHECK_FALSE(ada.is_signed_in());
    CHECK(ada.passkeys()[0].record.sign_count == kept);
}

TEST_CASE("The operator's rule decides on a counter that did not rise") {
    const auto copy_signs_in = [](webauthn::CounterRule rule, SoftwareAuthenticator device) {
        Latchkey latchkey({.counter_rule = rule});
        Person ada(latchkey, "ada@example.com");
        ada.device = std::move(device);
        ada.sign_up();
        REQUIRE(ada.sign_in().status() == 200);
        ada.browser.http().cookies.clear();
        ada.browser.get("/sign-in");
        auto draft = ada.device.draft_get(ada.browser.ceremony_options(), flow_origin);
        REQUIRE(draft);
        draft->data.sign_count = ada.passkeys()[0].record.sign_count;
        REQUIRE(draft->data.sign_count > 0);
        ada.post_assertion(draft->finish().to_json());
        return ada.is_signed_in();
    };
    const auto synced = [] {
        using test::flag::be;
        using test::flag::bs;
        using test::flag::up;
        using test::flag::uv;
        return new_device({.flags = up | uv | be | bs, .counter = test::Counter::counts});
    };
    CHECK(copy_signs_in(webauthn::CounterRule::report, new_security_key()));
    CHECK(copy_signs_in(webauthn::CounterRule::refuse_device_bound, synced()));
    CHECK_FALSE(copy_signs_in(webauthn::CounterRule::refuse, synced()));
}

TEST_CASE("When and where a passkey was used last is kept") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(24h);
    REQUIRE(ada.sign_in().status() == 200);
    REQUIRE(ada.passkeys()[0].last_used_at);
    CHECK(*ada.passkeys()[0].last_used_at == flow_time + 24h);
    CHECK(ada.passkeys()[0].last_used_on == "Chrome on Linux");
}

TEST_CASE("T37: failed passkeys lock nobody out, not even behind the same address") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.address = "198.51.100.9"});
    ada.sign_up();
    Person stranger(latchkey, "eve@example.com", {.address = "198.51.100.9"});
    stranger.browser.get("/sign-in");
    for (std::uint32_t i = 0; i < 300; ++i) {
        REQUIRE(stranger.post_assertion("{}").status() == 400);
    }
    CHECK(ada.sign_in().status() == 200);
}

}  // namespace
}  // namespace latchkey::test
