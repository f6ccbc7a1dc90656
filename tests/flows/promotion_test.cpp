// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "support/authenticator.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// A device that is a second step becomes the passkey of its account.
namespace latchkey::test {
namespace {

using accounts::CredentialPurpose;

constexpr std::string_view add_passkey = "/sign-in/add-passkey";

/// How many credentials the open page's options name in `list`.
std::size_t count_named(const Page& page, std::string_view list) {
    const auto options = json::parse(page.text("options"), {});
    REQUIRE(options);
    const json::Value* named = options->find(list);
    return named == nullptr ? 0 : named->as_array()->size();
}

/// By a code and the device itself, to add a passkey.
void prove_to_add(Person& person) {
    REQUIRE(
        person.prove_by_code("?intent=add-passkey&return_to=/settings/security").location() ==
        "/sign-in/second-step"
    );
    REQUIRE(person.use_biometrics(person.device).location() == add_passkey);
}

TEST_CASE("The device that holds it can make no passkey beside it: it becomes the passkey") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    CHECK(ada.sign_in().error() == "second_step_only");
    prove_to_add(ada);
    const Page page = ada.browser.get(add_passkey);
    CHECK_FALSE(ada.device.create(page.text("options"), flow_origin));  // InvalidStateError
    const Page done = ada.promote(ada.device);
    CHECK(done.status() == 200);
    CHECK(done.location() == "/settings/security?message=added");
    REQUIRE(ada.passkeys().size() == 1);
    CHECK(ada.passkeys().front().purpose == CredentialPurpose::passkey);
    CHECK(ada.account()->factors == 1);
    CHECK(latchkey.store().find_second_steps(ada.account()->id).recovery_codes == 0);
    const auto mails = latchkey.mails_to(ada.email);
    const auto is_told = [&mails](std::string_view words) {
        return std::ranges::any_of(mails, [words](const auto& mail) {
            return mail.subject.find(words) != std::string::npos;
        });
    };
    CHECK(is_told("passkey was added"));
    CHECK(is_told("biometrics of a device were turned off"));
    ada.browser.http().cookies.clear();
    CHECK(ada.sign_in().status() == 200);
    CHECK(ada.browser.get("/session").response.header("latchkey-acr") == "phr");
}

TEST_CASE("It takes the place of the passkey that is replaced") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    SoftwareAuthenticator laptop = new_device();
    ada.turn_on_biometrics(laptop);
    const auto passkeys = ada.passkeys();
    const auto old =
        std::ranges::find(passkeys, CredentialPurpose::passkey, &accounts::Passkey::purpose);
    REQUIRE(old != passkeys.end());
    REQUIRE(
        ada.sign_in(
               "?intent=add-passkey&replaces=" + old->public_id.value() +
               "&return_to=/settings/security"
        )
            .location() == add_passkey
    );
    CHECK(ada.promote(laptop).location() == "/settings/security?message=replaced");
    CHECK(ada.account()->factors == 1);
    ada.browser.http().cookies.clear();
    CHECK(ada.sign_in_with(laptop).status() == 200);
}

TEST_CASE("A second factor that is kept elsewhere is not in the way of a passkey") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().location() == add_passkey);
    ada.browser.get("/sign-in/add-biometrics");
    auto draft = ada.device.draft_create(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    draft->discoverable = false;
    REQUIRE(
        ada.browser.submit(
                       "/sign-in/add-biometrics", {{"response", draft->finish().to_json()}}
        ).status() == 200
    );
    CHECK(ada.passkeys().front().discoverable == false);
    ada.browser.http().cookies.clear();
    prove_to_add(ada);
    const Page page = ada.browser.get(add_passkey);
    CHECK(count_named(page, "excludeCredentials") == 0);
    CHECK(page.find("promotion") == nullptr);
    CHECK(ada.create_passkey().status() == 200);
    CHECK(ada.account()->factors == 2);
}

TEST_CASE("T3, T17: it takes a sign-in of its account, its own challenge, and its own factor") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    SoftwareAuthenticator laptop = new_device();
    ada.turn_on_biometrics(laptop);
    Person eve(latchkey, "eve@example.com");
    eve.sign_up_with_biometrics();

    // A session alone, however fresh.
    ada.browser.get("/settings/security");
    const std::string csrf = ada.browser.hidden("/sign-out", "csrf");
    CHECK(
        ada.browser.post("/sign-in/promote-passkey", {{"csrf", csrf}, {"response", "{}"}})
            .status() == 409
    );
    // A sign-in that turns on biometrics.
    REQUIRE(ada.sign_in("?intent=add-second-step").location() == "/sign-in/add-biometrics");
    ada.browser.get("/sign-in/add-biometrics");
    CHECK(ada.post_promotion("{}").status() >= 400);

    // The challenge of the second step, another's factor, and the passkey itself.
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code("?intent=add-passkey").location() == "/sign-in/second-step");
    const Page second = ada.browser.get("/sign-in/second-step");
    const auto for_second = laptop.get(second.text("biometrics.options"), flow_origin);
    REQUIRE(for_second);
    REQUIRE(ada.use_biometrics(laptop).location() == add_passkey);
    const Page page = ada.browser.get(add_passkey);
    CHECK(ada.post_promotion(*for_second).error() == "biometrics_refused");
    for (SoftwareAuthenticator* const wrong : {&ada.device, &eve.device}) {
        const auto response = wrong->get(page.text("promotion"), flow_origin);
        REQUIRE(response);
        CHECK(ada.post_promotion(*response).error() == "biometrics_refused");
    }
    const auto answer = laptop.get(page.text("promotion"), flow_origin);
    REQUIRE(answer);
    CHECK(ada.post_assertion(*answer).status() >= 400);
    ada.browser.get(add_passkey);
    CHECK(ada.post_promotion(*answer).status() == 200);
    ada.browser.look_at(page);
    CHECK(ada.post_promotion(*answer).status() == 409);  // T16: once
    CHECK(ada.account()->factors == 2);
}

TEST_CASE("A new person has nothing to promote, and who recovered may not yet") {
    Latchkey latchkey;
    Person bob(latchkey, "bob@example.com");
    REQUIRE(bob.prove_by_code().location() == add_passkey);
    CHECK(bob.browser.get(add_passkey).find("promotion") == nullptr);
    CHECK(bob.post_promotion("{}").status() == 409);

    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_biometrics();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code("?intent=add-passkey").location() == "/sign-in/second-step");
    ada.browser.get("/sign-in/second-step?way=recovery-code");
    REQUIRE(
        ada.take_second_step(ada.recovery_codes.at(0), "recovery-code").location() == add_passkey
    );
    const Page refused = ada.promote(ada.device);
    CHECK(refused.status() == 403);
    CHECK(refused.error() == "frozen_after_recovery");
    CHECK(ada.passkeys().front().purpose == CredentialPurpose::second_factor);
}

}  // namespace
}  // namespace latchkey::test
