// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/events.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "pages/routes.hpp"
#include "pages/visit.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

// What the audit log and the log say of who got in, who did not, and who was turned away.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// Details of the events of these kinds, in the order in which they happened.
std::vector<std::string> details_of(
    const Person& person, const std::vector<accounts::EventKind>& kinds
) {
    std::vector<std::string> details;
    for (const accounts::Event& event : person.events()) {
        if (std::ranges::find(kinds, event.kind) != kinds.end()) details.push_back(event.detail);
    }
    std::ranges::reverse(details);  // the newest came first
    return details;
}

constexpr auto in = accounts::EventKind::signed_in;
constexpr auto in_recovered = accounts::EventKind::signed_in_recovered;

/// Signed in nowhere, a time step later.
void leave(Person& person) {
    person.latchkey.clock.advance(11min);
    person.browser.http().cookies.clear();
}

using Details = std::vector<std::string>;

TEST_CASE("Each sign-in is one event that names the factor") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    leave(ada);
    REQUIRE(ada.sign_in_with_app().status() == 303);
    leave(ada);
    ada.prove_by_code();
    REQUIRE(ada.take_second_step(ada.recovery_codes.at(0), "recovery-code").status() == 303);
    CHECK(
        details_of(ada, {in, in_recovered}) ==
        Details{"authenticator app", "authenticator app", "recovery code"}
    );

    Person grace(latchkey, "grace@example.com");
    grace.sign_up();
    leave(grace);
    REQUIRE(grace.sign_in().status() == 200);
    CHECK(
        details_of(grace, {in, in_recovered}) ==
        Details{"Passkey on Chrome on Linux", "Passkey on Chrome on Linux"}
    );
    leave(grace);
    REQUIRE(grace.prove_by_code().status() == 303);  // around the passkey
    CHECK(details_of(grace, {in_recovered}) == Details{""});

    Person bob(latchkey, "bob@example.com");
    bob.sign_up_with_biometrics();
    leave(bob);
    bob.prove_by_code();
    REQUIRE(bob.use_biometrics(bob.device).status() == 303);
    CHECK(details_of(bob, {in, in_recovered}) == Details{"device biometrics", "device biometrics"});
}

TEST_CASE("Each try that did not lead in is logged: as an event of the account, else in the log") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    leave(ada);
    ada.ask_for_code();
    REQUIRE(ada.enter_code("00000000").error() == "wrong");
    REQUIRE(ada.enter_code().location() == "/sign-in/second-step");
    REQUIRE(ada.take_second_step("000000").error() == "wrong");
    CHECK(details_of(ada, {accounts::EventKind::code_wrong}).size() == 1);
    CHECK(details_of(ada, {accounts::EventKind::second_step_wrong}).size() == 1);

    Person eve(latchkey, "eve@example.com");
    eve.browser.get("/sign-in");
    REQUIRE(eve.post_assertion("{}").status() == 400);
    CHECK_FALSE(latchkey.log_with(R"("event":"bad_request")").empty());
}

std::string_view method_of(const pages::PageRoute& route) {
    return route.method == http::Method::get ? "GET" : "POST";
}

TEST_CASE("Each request that is turned away stands in the log with its reason") {
    const Latchkey latchkey;
    Browser browser(latchkey);
    REQUIRE(browser.get("/sign-in").status() == 200);
    const std::string csrf = browser.page().text("csrf");
    for (const pages::PageRoute& route : pages::page_routes()) {
        if (route.needs == pages::Needs::nothing) continue;
        std::string path(route.pattern);
        for (const std::string_view part : {"{id}", "{provider}"}) {
            if (const auto at = path.find(part); at != std::string::npos) {
                path.replace(at, part.size(), "x");
            }
        }
        CAPTURE(path);
        const bool is_get = route.method == http::Method::get;
        const Page page = is_get ? browser.get(path) : browser.post(path, {{"csrf", csrf}});
        REQUIRE((page.status() == 401 || page.status() == 409));
        const std::string id = page.response.header("x-request-id");
        const std::string entry = R"("request_id":")" + id + R"(",)";
        const std::string log =
            latchkey.log_with(entry + R"("method":")" + std::string(method_of(route)) + '"');
        CHECK(log.find(entry + R"("reason":")") != std::string::npos);
    }
}

}  // namespace
}  // namespace latchkey::test
