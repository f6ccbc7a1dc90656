// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("A new person proves the address, creates a passkey and is signed in") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "Ada@example.com", {.representation = representation});

        REQUIRE(ada.ask_for_code().status() == 200);
        CHECK_FALSE(ada.account());
        CHECK_FALSE(ada.is_signed_in());

        const Page proved = ada.enter_code();
        CHECK(proved.status() == 303);
        CHECK(proved.location() == "/sign-in/add-passkey");
        CHECK_FALSE(ada.account());  // an account without a passkey is never stored
        CHECK_FALSE(ada.is_signed_in());

        const Page created = ada.create_passkey();
        CHECK(created.status() == 200);
        CHECK(created.location() == "/settings/security");
        CHECK(ada.browser.follow(created).status() == 200);
        CHECK(ada.is_signed_in());

        REQUIRE(ada.account());
        CHECK(ada.account()->email.text() == "Ada@example.com");
        CHECK(ada.account()->email.canonical() == "ada@example.com");
        CHECK(ada.account()->factors == 1);
        REQUIRE(ada.passkeys().size() == 1);
        CHECK(ada.passkeys()[0].created_on == "Chrome on Linux");
        CHECK(ada.passkeys()[0].record.backup_state);
    }
}

TEST_CASE("A sign-up ends in the session of the new account, and the sign-in is over") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK(ada.browser.has_cookie("__Host-latchkey_session"));
    CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_sign_in"));
    CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_code"));
    CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
    CHECK(ada.browser.get("/sign-in/code").status() == 409);
}

TEST_CASE("The options of create() leave the place to the person and ask for user verification") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    ada.browser.get("/sign-in/add-passkey");
    const auto options = json::parse(ada.browser.ceremony_options());
    REQUIRE(options);

    const json::Value* selection = options->find("authenticatorSelection");
    REQUIRE(selection != nullptr);
    CHECK(selection->find("authenticatorAttachment") == nullptr);
    CHECK(*selection->find_string("residentKey") == "required");
    CHECK(*selection->find("requireResidentKey") == json::Value(true));
    CHECK(*selection->find_string("userVerification") == "required");

    const json::Value* user = options->find("user");
    REQUIRE(user != nullptr);
    CHECK(*user->find_string("name") == "ada@example.com");
    const auto handle = base64url_decode(*user->find_string("id"));
    REQUIRE(handle);
    CHECK(handle->size() == 64);
    CHECK(*options->find("rp")->find_string("id") == "localhost");
    json::Array algorithms;
    for (const json::Value& parameter : *options->find("pubKeyCredParams")->as_array()) {
        algorithms.push_back(*parameter.find("alg"));
    }
    CHECK(algorithms == json::Array{-8, -7, -257});
}

TEST_CASE("One button stores the passkey inside the device or on a security key") {
    Latchkey latchkey;
    for (const std::string_view transport : {"internal", "usb"}) {
        Person person(latchkey, std::string(transport) + "@example.com");
        AuthenticatorOptions options;
        options.transports = {std::string(transport)};
        person.device = new_device(std::move(options));
        person.sign_up();
        CHECK(person.passkeys()[0].record.transports == std::vector{std::string(transport)});
        CHECK(person.sign_in().status() == 200);
    }
}

TEST_CASE("Every algorithm that is offered makes a passkey that signs in") {
    Latchkey latchkey;
    using webauthn::CoseAlgorithm;
    for (const auto algorithm :
         {CoseAlgorithm::es256, CoseAlgorithm::eddsa, CoseAlgorithm::rs256}) {
        Person person(
            latchkey, "alg" + std::to_string(static_cast<std::int32_t>(algorithm)) + "@example.com"
        );
        AuthenticatorOptions options;
        options.algorithm = algorithm;
        person.device = new_device(std::move(options));
        person.sign_up();
        CHECK(person.sign_in().status() == 200);
        CHECK(person.passkeys()[0].record.public_key.algorithm == algorithm);
    }
}

TEST_CASE("A new person goes back to where the sign-up began") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code("?return_to=https://app.example.com/welcome?a=1");
    const Page created = ada.create_passkey();
    CHECK(created.location() == "https://app.example.com/welcome?a=1");
}

TEST_CASE("A wrong address is told on the same page, and nothing is sent") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person nobody(latchkey, "no address", {.representation = representation});
        const Page answer = nobody.ask_for_code();
        CHECK(answer.status() == 422);
        CHECK(nobody.latchkey.store()
                  .due_mails(accounts::Channel::mail, latchkey.clock.now(), 10)
                  .empty());
        if (representation == http::Representation::json) {
            CHECK(answer.error() == "email_invalid");
        } else {
            CHECK(answer.response.body.find("aria-invalid=\"true\"") != std::string::npos);
        }
    }
}

TEST_CASE("A response that is none, or of another ceremony, creates nothing and can be repeated") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
    CHECK(ada.post_attestation("{}").status() == 400);
    const auto foreign = ada.device.create(ada.browser.ceremony_options(), "https://evil.example");
    REQUIRE(foreign);
    const Page refused = ada.post_attestation(*foreign);
    CHECK(refused.status() == 422);
    CHECK(refused.error() == "passkey_not_created");
    CHECK_FALSE(ada.account());
    CHECK(ada.create_passkey().status() == 200);
    CHECK(ada.is_signed_in());
}

TEST_CASE("A sign-in that waits too long is over; what was proved is not good any more") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
    const auto response = ada.device.create(ada.browser.ceremony_options(), flow_origin);
    latchkey.clock.advance(15min);
    CHECK(ada.post_attestation(*response).status() == 409);
    CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
    CHECK_FALSE(ada.account());
}

TEST_CASE("Starting over gives up what was proved") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.prove_by_code();
        REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
        const auto cookies = ada.browser.http().cookies;
        const Page restarted = ada.browser.submit("/sign-in/restart", {});
        CHECK(restarted.status() == 303);
        CHECK(restarted.location() == "/sign-in");
        CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_sign_in"));
        ada.browser.http().cookies = cookies;  // a copy of the cookie is worth nothing either
        ada.browser.use(http::Representation::json);
        CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
    }
}

TEST_CASE("Two browsers that proved the same new address make one account") {
    Latchkey latchkey;
    Person first(latchkey, "ada@example.com");
    Person second(latchkey, "ada@example.com");
    first.prove_by_code();
    second.prove_by_code();
    CHECK(first.create_passkey().status() == 200);
    const Page late = second.create_passkey();
    CHECK(late.status() == 409);
    CHECK(late.error() == "sign_in_expired");
    CHECK_FALSE(second.is_signed_in());
    CHECK(first.passkeys().size() == 1);
}

}  // namespace
}  // namespace latchkey::test
