// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// Two-step sign-in as people meet it; attack_second_step_test.cpp has what is tried against it.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// Signed up with a passkey, with an app turned on in Settings just now.
void sign_up_with_both(Person& person) {
    person.sign_up();
    REQUIRE(person.turn_on_app().status() == 200);
    REQUIRE(person.recovery_codes.size() == 10);
}

TEST_CASE("A new person secures the account with an authenticator app instead of a passkey") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        const Page proved = ada.prove_by_code("?return_to=/settings/security");
        CHECK(proved.location() == "/sign-in/add-passkey");
        CHECK_FALSE(ada.account());
        const Page added = ada.add_app();
        CHECK(added.status() == 200);
        CHECK(ada.recovery_codes.size() == 10);
        CHECK(ada.is_signed_in());
        REQUIRE(ada.account());
        CHECK(ada.account()->factors == 1);
        CHECK(ada.passkeys().empty());
        CHECK(latchkey.store().find_second_steps(ada.account()->id).recovery_codes == 10);
        CHECK(latchkey.was_told(ada.email, "Two-step sign-in was turned on"));
        ada.browser.use(http::Representation::json);
        CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:2fa");
        CHECK(ada.browser.get("/sign-in/add-app").status() == 409);  // the sign-in is over
    }
}

TEST_CASE("Secure your account cannot be skipped: who leaves and returns lands in it again") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.representation = http::Representation::html});
    ada.prove_by_code();
    REQUIRE(ada.browser.get("/sign-in/add-app").status() == 200);
    CHECK(ada.browser.get("/sign-in").location() == "/sign-in/add-passkey");
    CHECK(ada.browser.get("/settings/security").location().starts_with("/sign-in"));
    CHECK_FALSE(ada.is_signed_in());
    // In another browser, or when it took too long, the next code leads there again.
    latchkey.clock.advance(16min);
    CHECK(ada.browser.get("/sign-in").status() == 200);
    CHECK(ada.prove_by_code().location() == "/sign-in/add-passkey");
    CHECK_FALSE(ada.account());
}

TEST_CASE("The secret of an app is shown once: never with an error, and anew on every visit") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    const std::string first = ada.browser.get("/sign-in/add-app").text("secret.key");
    CHECK(ada.browser.get("/sign-in/add-app").text("secret.key") != first);
    const Page wrong = ada.browser.submit("/sign-in/add-app", {{"code", "000000"}});
    CHECK(wrong.status() == 422);
    CHECK(wrong.error() == "wrong");
    CHECK(wrong.find("secret") == nullptr);
    CHECK(ada.browser.submit("/sign-in/add-app", {{"code", "00000"}}).error() == "malformed");
    CHECK_FALSE(ada.account());
}

TEST_CASE("After an e-mail code the account's app is asked for, and its code signs in") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up_with_app();
        latchkey.clock.advance(30s);
        ada.browser.http().cookies.clear();

        const Page proved = ada.prove_by_code("?return_to=/help");
        CHECK(proved.location() == "/sign-in/second-step");
        CHECK_FALSE(ada.is_signed_in());
        const Page in = ada.take_second_step(ada.app_code());
        CHECK(in.status() == 303);
        CHECK(in.location() == "/help");
        CHECK(ada.is_signed_in());
        CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_sign_in"));
        ada.browser.use(http::Representation::json);
        CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:2fa");
        CHECK(ada.account()->recovered_at == std::nullopt);
        CHECK_FALSE(latchkey.was_told(ada.email, "without your passkey"));
    }
}

TEST_CASE("RFC 6238 5.2: the code of the step before is good, the one before that is not") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(5min);
    ada.prove_by_code();
    for (const std::int64_t steps : {-2, 1, 2}) {
        const Page refused = ada.take_second_step(ada.app_code(steps));
        CHECK(refused.status() == 422);
        CHECK(refused.error() == "wrong");
    }
    CHECK(ada.take_second_step(ada.app_code(-1)).status() == 303);
}

TEST_CASE("Spaces in a code are fine, and what is no code is not counted as a try") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);
    ada.prove_by_code();
    for (int i = 0; i < 20; ++i) {
        CHECK(ada.take_second_step("12345").error() == "malformed");
        CHECK(ada.take_second_step("ABCDE", "recovery-code").error() == "malformed");
    }
    const std::string code = ada.app_code();
    CHECK(ada.take_second_step(code.substr(0, 3) + " " + code.substr(3)).status() == 303);
}

TEST_CASE("A recovery code stands in for the app once: marked, told, and the count goes down") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up_with_app();
        ada.browser.http().cookies.clear();
        ada.prove_by_code();
        const Page in = ada.take_second_step(ada.recovery_codes.at(3), "recovery-code");
        CHECK(in.status() == 303);
        CHECK(ada.is_signed_in());
        CHECK(latchkey.was_told(ada.email, "A recovery code"));
        CHECK(ada.account()->recovered_at == latchkey.clock.now());
        ada.browser.use(http::Representation::json);
        CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:recovered");
        const Page settings = ada.browser.get("/settings/security");
        CHECK(*settings.find("two_step.recovery_codes") == json::Value(9));

        ada.browser.http().cookies.clear();
        ada.prove_by_code();
        CHECK(ada.take_second_step(ada.recovery_codes.at(3), "recovery-code").error() == "wrong");
        CHECK(ada.take_second_step(ada.recovery_codes.at(4), "recovery-code").status() == 303);
    }
}

TEST_CASE("A sign-in that waits for its second step outlives a restart, and 15 minutes end it") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);
    ada.prove_by_code();
    latchkey.restart();
    CHECK(ada.take_second_step(ada.app_code()).status() == 303);
    latchkey.clock.advance(30s);
    ada.prove_by_code();
    latchkey.clock.advance(15min);
    CHECK(ada.take_second_step(ada.app_code()).status() == 409);
}

TEST_CASE("Whoever leaves in the middle comes back to the second step, or starts over") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.representation = http::Representation::html});
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    CHECK(ada.browser.get("/sign-in").location() == "/sign-in/second-step");
    REQUIRE(ada.browser.get("/sign-in/second-step").status() == 200);
    CHECK(ada.browser.submit("/sign-in/restart", {}).location() == "/sign-in");
    CHECK(ada.browser.get("/sign-in").status() == 200);
}

TEST_CASE("design.md 4.2: e-mail and app together add a passkey, which then needs neither") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    const Page proved = ada.sign_in_with_app("?intent=add-passkey&return_to=/settings/security");
    CHECK(proved.location() == "/sign-in/add-passkey");
    CHECK(ada.create_passkey().status() == 200);
    CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:2fa");
    CHECK(ada.passkeys().at(0).recovered_at == std::nullopt);
    CHECK(ada.account()->factors == 2);
    ada.browser.http().cookies.clear();
    CHECK(ada.sign_in().status() == 200);
    CHECK(ada.browser.get("/session").text("acr") == "phr");
}

TEST_CASE("In Settings an app is turned on by a fresh proof, and then e-mail asks for it") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        sign_up_with_both(ada);
        CHECK(ada.is_signed_in());
        CHECK(ada.account()->factors == 2);
        CHECK(latchkey.was_told(ada.email, "Two-step sign-in was turned on"));
        ada.browser.http().cookies.clear();
        CHECK(ada.sign_in_with_app().status() == 303);
        CHECK(ada.account()->recovered_at == std::nullopt);
        CHECK(ada.browser.get("/settings/app").location() == "/settings/security");
    }
}

TEST_CASE("With an old proof each change asks for a new one first, and comes back to its place") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(5min);
    CHECK(*ada.browser.get("/settings/app").find("needs_proof") == json::Value(true));
    ada.browser.get("/settings/security");
    REQUIRE(ada.confirm().status() == 200);
    REQUIRE(ada.turn_on_app().status() == 200);
    latchkey.clock.advance(5min);
    for (const std::string path : {"/settings/app/turn-off", "/settings/recovery-codes"}) {
        const Page page = ada.browser.get(path);
        CHECK(*page.find("needs_proof") == json::Value(true));
        CHECK(page.text("path") == path);
        const Page refused = ada.browser.submit(path, {});
        CHECK(refused.status() == 403);
        CHECK(refused.error() == "proof_too_old");
    }
    ada.browser.use(http::Representation::html);
    REQUIRE(ada.browser.get("/settings/app/turn-off").status() == 200);
    CHECK(
        ada.browser.page().response.body.find("intent=confirm&amp;return_to=/settings/app/turn-off"
        ) != std::string::npos
    );
}

TEST_CASE("A new set of recovery codes ends the old one, and is told") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    sign_up_with_both(ada);
    const std::string old = ada.recovery_codes.at(0);
    REQUIRE(ada.browser.get("/settings/recovery-codes").status() == 200);
    const Page made = ada.browser.submit("/settings/recovery-codes", {});
    REQUIRE(made.status() == 200);
    const std::string fresh = *made.find("codes")->as_array()->at(0).find_string("code");
    CHECK(latchkey.was_told(ada.email, "New recovery codes"));
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    CHECK(ada.take_second_step(old, "recovery-code").error() == "wrong");
    CHECK(ada.take_second_step(fresh, "recovery-code").status() == 303);
}

TEST_CASE("Turning the app off ends its codes and all other sessions; this one goes on") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    sign_up_with_both(ada);
    Person elsewhere(latchkey, ada.email);
    REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
    REQUIRE(ada.browser.get("/settings/app/turn-off").status() == 200);
    const Page off = ada.browser.submit("/settings/app/turn-off", {});
    CHECK(off.location() == "/settings/security?message=app_off");
    CHECK(ada.is_signed_in());
    CHECK_FALSE(elsewhere.is_signed_in());
    CHECK(ada.account()->factors == 1);
    CHECK(latchkey.store().find_second_steps(ada.account()->id) == accounts::SecondSteps{});
    CHECK(latchkey.was_told(ada.email, "Two-step sign-in was turned off"));
}

TEST_CASE("I1: the app that alone secures an account is not turned off; a passkey frees it") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up_with_app();
        REQUIRE(ada.browser.get("/settings/app/turn-off").status() == 200);
        const std::string csrf = ada.browser.hidden("/sign-out", "csrf");
        CHECK(ada.browser.post("/settings/app/turn-off", {{"csrf", csrf}}).status() == 409);
        ada.browser.use(http::Representation::json);
        REQUIRE(ada.sign_in_with_app("?intent=add-passkey").status() == 303);
        REQUIRE(ada.create_passkey().status() == 200);
        REQUIRE(ada.browser.get("/settings/app/turn-off").status() == 200);
        CHECK(ada.browser.submit("/settings/app/turn-off", {}).status() == 303);
    }
}

TEST_CASE("The last passkey can be removed where an app stays, and then the app cannot") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    sign_up_with_both(ada);
    CHECK(ada.remove(0).status() == 303);
    CHECK(ada.account()->factors == 1);
    REQUIRE(ada.browser.get("/settings/security").status() == 200);
    const auto csrf = ada.browser.page().text("csrf");
    CHECK(ada.browser.post("/settings/app/turn-off", {{"csrf", csrf}}).error() == "last_factor");
}

}  // namespace
}  // namespace latchkey::test
