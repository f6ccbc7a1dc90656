// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "support/authenticator.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// This device's biometrics as the second step, from the dialog to the disk.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;
using accounts::CredentialPurpose;

constexpr std::string_view to_second_step = "/sign-in/second-step";

std::string acr_of(Person& person) {
    return person.browser.get("/session").response.header("latchkey-acr");
}

std::string turn_off_path(const Person& person) {
    const auto passkeys = person.passkeys();
    const auto found =
        std::ranges::find(passkeys, CredentialPurpose::second_factor, &accounts::Passkey::purpose);
    REQUIRE(found != passkeys.end());
    return "/settings/biometrics/" + found->public_id.value() + "/turn-off";
}

TEST_CASE("A new person secures the account with them, and signs in by them after a code") {
    for (const auto representation : {http::Representation::json, http::Representation::html}) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up_with_biometrics();
        CHECK(acr_of(ada) == "urn:latchkey:2fa");
        REQUIRE(ada.passkeys().size() == 1);
        CHECK(ada.passkeys().front().purpose == CredentialPurpose::second_factor);
        CHECK(latchkey.times_told(ada.email, "biometrics of a device were turned on") == 1);
        ada.browser.http().cookies.clear();
        REQUIRE(ada.prove_by_code().location() == to_second_step);
        CHECK_FALSE(ada.is_signed_in());
        const Page done = ada.use_biometrics(ada.device);
        CHECK(done.status() == 303);
        CHECK(done.location() == "/settings/security");
        CHECK(acr_of(ada) == "urn:latchkey:2fa");
        CHECK(ada.passkeys().front().last_used_at.has_value());
    }
}

TEST_CASE("The options ask for this device, its user, and no discoverable credential") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().location() == "/sign-in/add-passkey");
    ada.browser.get("/sign-in/add-biometrics");
    const auto creation = json::parse(ada.browser.ceremony_options(), {});
    REQUIRE(creation);
    const json::Value* selection = creation->find("authenticatorSelection");
    REQUIRE(selection != nullptr);
    CHECK(*selection->find_string("authenticatorAttachment") == "platform");
    CHECK(*selection->find_string("residentKey") == "discouraged");
    CHECK(*selection->find_string("userVerification") == "required");
    REQUIRE(ada.add_biometrics(ada.device).status() == 200);
    Person bob(latchkey, "bob@example.com");
    bob.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code().location() == to_second_step);
    const Page page = ada.browser.get(to_second_step);
    const auto request = json::parse(page.text("biometrics.options"), {});
    REQUIRE(request);
    const json::Value* allowed = request->find("allowCredentials");
    REQUIRE(allowed != nullptr);
    CHECK(allowed->as_array()->size() == 1);
    CHECK(*request->find_string("userVerification") == "required");
}

TEST_CASE("Settings turns them on over a sign-in by the passkey, and off by a fresh proof") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    SoftwareAuthenticator laptop = new_device();
    ada.turn_on_biometrics(laptop);
    CHECK(ada.recovery_codes.size() == 10);
    CHECK(acr_of(ada) == "phr");
    CHECK(ada.account()->factors == 2);
    const Page settings = ada.browser.get("/settings/security");
    REQUIRE(settings.find("two_step.biometrics") != nullptr);
    CHECK(settings.find("two_step.biometrics")->as_array()->size() == 1);
    CHECK(settings.find("passkeys")->as_array()->size() == 1);
    // A passkey is whole without a second step; a code is not.
    Person elsewhere(latchkey, "ada@example.com");
    CHECK(elsewhere.sign_in_with(ada.device).status() == 200);
    Person by_code(latchkey, "ada@example.com");
    REQUIRE(by_code.prove_by_code().location() == to_second_step);
    REQUIRE(by_code.use_biometrics(laptop).status() == 303);
    // A second device brings no second set of codes.
    SoftwareAuthenticator phone = new_device();
    const Page proved = ada.sign_in("?intent=add-second-step&return_to=/settings/security");
    REQUIRE(proved.location() == "/sign-in/add-biometrics");
    CHECK(ada.add_biometrics(phone).location() == "/settings/security?message=biometrics_on");

    latchkey.clock.advance(6min);
    const std::string path = turn_off_path(ada);
    ada.browser.get(path);
    CHECK(ada.browser.submit(path, {}).error() == "proof_too_old");
    ada.confirm();
    ada.browser.get(path);
    CHECK(ada.browser.submit(path, {}).location() == "/settings/security?message=biometrics_off");
    CHECK(ada.account()->factors == 2);
    CHECK_FALSE(by_code.is_signed_in());
    CHECK(latchkey.times_told(ada.email, "biometrics of a device were turned off") == 1);
    REQUIRE(by_code.prove_by_code().location() == to_second_step);
    by_code.browser.get(to_second_step);
    CHECK_FALSE(laptop.get(by_code.browser.page().text("biometrics.options"), flow_origin));
}

TEST_CASE("The last device's are not turned off; beside them the only passkey may go") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    const std::string path = turn_off_path(ada);
    ada.browser.get(path);
    CHECK(ada.browser.submit(path, {}).error() == "last_factor");
    Person bob(latchkey, "bob@example.com");
    bob.sign_up();
    SoftwareAuthenticator laptop = new_device();
    bob.turn_on_biometrics(laptop);
    CHECK(bob.remove(0).status() == 303);
    CHECK(bob.account()->factors == 1);
}

TEST_CASE("A recovery code stands in for a lost device, as for any other method") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code().location() == to_second_step);
    CHECK(ada.take_second_step(ada.recovery_codes.at(0), "recovery-code").status() == 303);
    CHECK(acr_of(ada) == "urn:latchkey:recovered");
}

TEST_CASE("Settings says which second step is asked for first; biometrics else, then the app") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    CHECK(ada.browser.get("/settings/security").find("two_step.first") == nullptr);
    CHECK(ada.browser.submit("/settings/second-step", {{"way", "app"}}).status() == 404);
    ada.browser.get("/settings/security");
    CHECK(ada.browser.submit("/settings/second-step", {{"way", "wait"}}).status() == 404);
    REQUIRE(ada.turn_on_app().status() == 303);
    const auto asked_first = [&] {
        Person elsewhere(latchkey, "ada@example.com");
        REQUIRE(elsewhere.prove_by_code().location() == to_second_step);
        const Page page = elsewhere.browser.get(to_second_step);
        const auto is = [&page](std::string_view name) {
            const json::Value* value = page.find(name);
            return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
        };
        CHECK(is("has_biometrics"));
        CHECK(is("has_app"));
        if (is("by_biometrics")) return "biometrics";
        return is("by_app") ? "app" : "another";
    };
    CHECK(std::string(asked_first()) == "biometrics");
    ada.browser.get("/settings/security");
    CHECK(
        ada.browser.submit("/settings/second-step", {{"way", "app"}}).location() ==
        "/settings/security?message=preferred"
    );
    latchkey.clock.advance(16min);
    CHECK(std::string(asked_first()) == "app");
    REQUIRE(ada.is_signed_in());
    CHECK(
        latchkey.store().find_second_steps(ada.account()->id).preferred ==
        accounts::SecondStep::authenticator_app
    );
}

}  // namespace
}  // namespace latchkey::test
