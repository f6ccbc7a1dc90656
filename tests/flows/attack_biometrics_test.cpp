// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "support/authenticator.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

// Credentials of one purpose used for another (T3, T4, T16-T19).
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("T17: a second factor signs nobody in without a code, though it is discoverable") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    for (const std::string query :
         {"", "?intent=add-passkey", "?intent=confirm", "?intent=add-second-step"}) {
        const Page refused = ada.sign_in(query);
        CHECK(refused.status() == 422);
        CHECK(refused.error() == "second_step_only");
        CHECK(refused.find("signal_unknown") == nullptr);  // known here: not to be forgotten
        CHECK_FALSE(ada.is_signed_in());
        CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
    }
}

TEST_CASE("T17: restoring takes a passkey, not a second factor") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code("?intent=restore").location() == "/sign-in/restore");
    ada.browser.get("/sign-in/restore");
    const auto response = ada.device.get(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    CHECK(
        ada.browser.submit("/sign-in/restore", {{"response", *response}}).error() ==
        "second_step_only"
    );
}

TEST_CASE("T17: the second step takes neither the account's passkey nor another's credential") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    SoftwareAuthenticator laptop = new_device();
    ada.turn_on_biometrics(laptop);
    Person eve(latchkey, "eve@example.com");
    eve.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
    const Page page = ada.browser.get("/sign-in/second-step");
    std::string options = page.text("biometrics.options");
    // As if nothing was named: each gives what it has.
    const auto from = options.find("\"allowCredentials\":[");
    const auto to = options.find("}]", from);
    REQUIRE(to != std::string::npos);
    options.replace(from, to + 2 - from, "\"allowCredentials\":[]");
    for (SoftwareAuthenticator* const wrong : {&ada.device, &eve.device}) {
        const auto response = wrong->get(options, flow_origin);
        REQUIRE(response);
        const Page refused = ada.post_biometrics(*response);
        CHECK(refused.status() == 422);
        CHECK(refused.error() == "biometrics_refused");
        CHECK_FALSE(ada.is_signed_in());
    }
    CHECK(ada.use_biometrics(laptop).status() == 303);  // nothing was used up
}

TEST_CASE("T16: an answer is good for one sign-in, once") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    Person other(latchkey, "ada@example.com");
    REQUIRE(other.prove_by_code().location() == "/sign-in/second-step");
    REQUIRE(ada.prove_by_code("?intent=confirm").location() == "/sign-in/second-step");
    const Page page = ada.browser.get("/sign-in/second-step");
    const auto response = ada.device.get(page.text("biometrics.options"), flow_origin);
    REQUIRE(response);
    other.browser.get("/sign-in/second-step");
    CHECK(other.post_biometrics(*response).error() == "biometrics_refused");
    CHECK(ada.post_biometrics(*response).status() == 303);
    ada.browser.look_at(page);
    CHECK(ada.post_biometrics(*response).status() == 409);
    REQUIRE(ada.prove_by_code("?intent=confirm").location() == "/sign-in/second-step");
    ada.browser.get("/sign-in/second-step");
    CHECK(ada.post_biometrics(*response).error() == "biometrics_refused");
}

TEST_CASE("T17: a challenge of the sign-in page takes no second step, nor the other way round") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    const auto passwordless = ada.device.get(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(passwordless);
    REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
    const Page page = ada.browser.get("/sign-in/second-step");
    CHECK(ada.post_biometrics(*passwordless).error() == "biometrics_refused");
    const auto second = ada.device.get(page.text("biometrics.options"), flow_origin);
    REQUIRE(second);
    ada.browser.get("/sign-in");
    CHECK(ada.post_assertion(*second).error() == "passkey_refused");
}

TEST_CASE("T17: a registration is for the purpose that it was asked for") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().location() == "/sign-in/add-passkey");
    ada.browser.get("/sign-in/add-biometrics");
    const auto factor = ada.device.create(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(factor);
    ada.browser.get("/sign-in/add-passkey");
    CHECK(ada.post_attestation(*factor).error() == "passkey_not_created");
    ada.browser.get("/sign-in/add-passkey");
    const auto passkey = ada.device.create(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(passkey);
    ada.browser.get("/sign-in/add-biometrics");
    CHECK(
        ada.browser.submit("/sign-in/add-biometrics", {{"response", *passkey}}).error() ==
        "biometrics_not_added"
    );
    CHECK_FALSE(ada.account().has_value());
}

TEST_CASE("T3, T4: nobody adds them by less than the strongest proof, or for another purpose") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const auto is_closed = [&ada] {
        CHECK(ada.browser.get("/sign-in/add-biometrics").status() == 409);
        ada.browser.get("/settings/security");
        const std::string csrf = ada.browser.hidden("/sign-out", "csrf");
        const Page posted =
            ada.browser.post("/sign-in/add-biometrics", {{"csrf", csrf}, {"response", "{}"}});
        CHECK(posted.status() >= 400);
        CHECK(ada.passkeys().size() == 1);
    };
    is_closed();  // a session alone, however fresh
    REQUIRE(ada.sign_in("?intent=add-passkey").location() == "/sign-in/add-passkey");
    CHECK(ada.browser.get("/sign-in/add-biometrics").location() == "/sign-in/add-passkey");
    REQUIRE(ada.sign_in("?intent=add-second-step").location() == "/sign-in/add-biometrics");
    CHECK(ada.browser.get("/sign-in/add-passkey").location() == "/sign-in/add-biometrics");
    const auto kept = ada.passkeys().size();
    CHECK(kept == 1);
    latchkey.clock.advance(16min);  // the proof is over
    CHECK(ada.browser.get("/sign-in/add-biometrics").status() == 409);
    // A code alone goes around the passkey: it lets in, marked, and adds no second step.
    ada.browser.http().cookies.clear();
    const Page around = ada.prove_by_code("?intent=add-second-step&return_to=/settings/security");
    CHECK(around.location() == "/settings/security");
    CHECK(ada.browser.get("/sign-in/add-biometrics").status() == 409);
    CHECK(ada.sign_in("?intent=add-second-step").error() == "frozen_after_recovery");
}

TEST_CASE("A device that does not check its user proves nothing") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
    const Page page = ada.browser.get("/sign-in/second-step");
    auto draft = ada.device.draft_get(page.text("biometrics.options"), flow_origin);
    REQUIRE(draft);
    draft->data.flags &= static_cast<std::uint8_t>(~flag::uv);
    CHECK(ada.post_biometrics(draft->finish().to_json()).error() == "user_not_verified");
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("T20: a copy of a device-bound second factor is refused") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.device = new_security_key();
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
    REQUIRE(ada.use_biometrics(ada.device).status() == 303);
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
    const Page page = ada.browser.get("/sign-in/second-step");
    auto draft = ada.device.draft_get(page.text("biometrics.options"), flow_origin);
    REQUIRE(draft);
    draft->data.sign_count = ada.passkeys().front().record.sign_count;
    CHECK(ada.post_biometrics(draft->finish().to_json()).status() == 422);
    CHECK_FALSE(ada.is_signed_in());
}

}  // namespace
}  // namespace latchkey::test
