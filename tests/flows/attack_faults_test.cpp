// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "flows/watched_store.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <doctest/doctest.h>

// No fail-open (ASVS 16.5.3): whichever call of the store fails in the request that would open a
// session, there is none.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* session_cookie = "__Host-latchkey_session";

/// What leads up to the request, for a new person who is signed in nowhere, and the request.
struct WayIn {
    std::function<void(Person&)> prepare;
    std::function<Page(Person&)> enter;
};

void leave(Person& person) {
    person.latchkey.clock.advance(31s);  // another time step of the app
    person.browser.http().cookies.clear();
}

void go_to_second_step(Person& person) {
    person.sign_up_with_app();
    leave(person);
    REQUIRE(person.prove_by_code().location() == "/sign-in/second-step");
}

/// Fails each call of the request once; returns how many there are.
std::size_t check_each_failure(const WayIn& way) {
    const auto watch = std::make_shared<StoreWatch>();
    Latchkey latchkey({.wrap_store = watched_by(watch)});
    for (std::size_t calls = 0; calls < 100; ++calls) {
        CAPTURE(calls);
        Person ada(
            latchkey,
            "ada" + std::to_string(calls) + "@example.com",
            {.address = "10.9." + std::to_string(calls) + ".1"}
        );
        way.prepare(ada);
        watch->fail_after(calls);
        const Page page = way.enter(ada);
        if (!watch->has_failed()) {
            watch->forget();
            CHECK(page.status() < 400);
            CHECK(ada.is_signed_in());
            return calls;
        }
        CHECK(page.status() == 503);
        CHECK_FALSE(ada.browser.has_cookie(session_cookie));
        CHECK_FALSE(ada.is_signed_in());
    }
    FAIL("it never ends");
    return 0;
}

TEST_CASE("No fail-open: a passkey, whichever call of the store fails") {
    const std::size_t calls = check_each_failure({
        .prepare =
            [](Person& person) {
                person.sign_up();
                leave(person);
                REQUIRE(person.browser.get("/sign-in").status() == 200);
            },
        .enter = [](Person& person) { return person.use_passkey(person.device); },
    });
    CHECK(calls >= 4);
}

TEST_CASE("No fail-open: the code of an app, whichever call of the store fails") {
    const std::size_t calls = check_each_failure({
        .prepare = go_to_second_step,
        .enter = [](Person& person) { return person.take_second_step(person.app_code()); },
    });
    CHECK(calls >= 4);
}

TEST_CASE("No fail-open: a recovery code, whichever call of the store fails") {
    const std::size_t calls = check_each_failure({
        .prepare = go_to_second_step,
        .enter =
            [](Person& person) {
                return person.take_second_step(person.recovery_codes.at(0), "recovery-code");
            },
    });
    CHECK(calls >= 4);
}

TEST_CASE("No fail-open: a code by e-mail around a passkey, whichever call of the store fails") {
    std::string code;
    const std::size_t calls = check_each_failure({
        .prepare =
            [&code](Person& person) {
                person.sign_up();
                leave(person);
                REQUIRE(person.ask_for_code().status() == 200);
                code = person.latchkey.code_for(person.email);
            },
        .enter = [&code](Person& person) { return person.enter_code(code); },
    });
    CHECK(calls >= 4);
}

TEST_CASE("No fail-open: the first passkey of a new account, whichever call of the store fails") {
    const std::size_t calls = check_each_failure({
        .prepare =
            [](Person& person) {
                REQUIRE(person.prove_by_code().location() == "/sign-in/add-passkey");
                REQUIRE(person.browser.get("/sign-in/add-passkey").status() == 200);
            },
        .enter =
            [](Person& person) {
                const auto response =
                    person.device.create(person.browser.ceremony_options(), flow_origin);
                REQUIRE(response);
                return person.post_attestation(*response);
            },
    });
    CHECK(calls >= 3);
}

}  // namespace
}  // namespace latchkey::test
