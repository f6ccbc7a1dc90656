// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// Settings → Activity: what the audit log has of the account, for its owner.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// The kinds of the events on a page, in its order.
std::vector<std::string> kinds_on(Person& person, const std::string& path) {
    const Page page = person.browser.get(path);
    REQUIRE(page.status() == 200);
    std::vector<std::string> kinds;
    for (const json::Value& event : *page.find("events")->as_array()) {
        kinds.push_back(*event.find_string("kind"));
    }
    return kinds;
}

using Kinds = std::vector<std::string>;

TEST_CASE("Activity shows what happened, newest first, in words, with browser and network") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(1min);
    REQUIRE(ada.turn_on_app().status() == 200);
    CHECK(
        kinds_on(ada, "/settings/activity") ==
        Kinds{"recovery_codes_made", "app_added", "signed_in", "passkey_added", "account_created"}
    );
    const auto& events = *ada.browser.page().find("events")->as_array();
    CHECK(*events[1].find_string("what") == "Authenticator app turned on");
    CHECK(*events[1].find_string("when") == "22 November 2026, 18:35 UTC");
    CHECK(*events[1].find_string("where") == "Chrome on Linux, 192.0.2.0/24");
    CHECK(*events[3].find_string("about") == "Passkey on Chrome on Linux");
    CHECK(ada.browser.page().text("older").empty());
    ada.browser.use(http::Representation::html);
    const Page page = ada.browser.get("/settings/activity");
    CHECK(page.status() == 200);
    CHECK(page.response.body.find("Authenticator app turned on") != std::string::npos);
}

TEST_CASE("Wrong codes are in the activity of the account that they were for, and of nobody else") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person eve(latchkey, ada.email);
    eve.ask_for_code();
    const std::string right = latchkey.code_for(ada.email);
    const std::string wrong = (right.front() == '1' ? "2" : "1") + right.substr(1);
    REQUIRE(eve.enter_code(wrong).error() == "wrong");
    CHECK(kinds_on(ada, "/settings/activity?show=attempts") == Kinds{"code_wrong", "code_sent"});
    CHECK(
        *ada.browser.page().find("events")->as_array()->front().find_string("what") == "Wrong code"
    );
    // For an address without an account it is logged, too: nobody can tell by what that costs.
    Person nobody(latchkey, "nobody@example.com");
    nobody.ask_for_code();
    REQUIRE(nobody.enter_code("00000000").error() == "wrong");
    CHECK(kinds_on(ada, "/settings/activity?show=attempts").size() == 2);
}

TEST_CASE("Activity is shown by group; a group that we don't know is everything") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person elsewhere(latchkey, ada.email);
    REQUIRE(elsewhere.ask_for_code().status() == 200);
    REQUIRE(elsewhere.enter_code().status() == 303);
    const std::string path = "/settings/activity";
    CHECK(kinds_on(ada, path + "?show=attempts") == Kinds{"code_sent"});
    CHECK(kinds_on(ada, path + "?show=changes") == Kinds{"passkey_added", "account_created"});
    CHECK(kinds_on(ada, path + "?show=sessions") == Kinds{"signed_in_recovered", "signed_in"});
    CHECK(kinds_on(ada, path + "?show=evil").size() == 5);
    CHECK(*ada.browser.page().find("filters")->as_array()->at(0).find("current")->as_bool());
}

TEST_CASE("Every page of the activity is reached once, also of one group; the last has no next") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const std::string id = ada.passkeys().at(0).public_id.value();
    for (int i = 0; i < 52; ++i) {
        REQUIRE(ada.browser.get("/settings/security").status() == 200);
        const Page renamed = ada.browser.submit(
            "/settings/passkeys/" + id + "/rename", {{"name", "Name " + std::to_string(i)}}
        );
        REQUIRE(renamed.status() == 303);
    }
    for (const auto& [first, all] :
         {std::pair{"/settings/activity", 55}, {"/settings/activity?show=changes", 54}}) {
        std::vector<std::string> names;
        std::string path = first;
        std::size_t pages = 0;
        while (!path.empty()) {
            const Page page = ada.browser.get(path);
            REQUIRE(page.status() == 200);
            for (const json::Value& event : *page.find("events")->as_array()) {
                names.push_back(*event.find_string("kind") + *event.find_string("about"));
            }
            path = page.text("older");
            ++pages;
        }
        CHECK(pages == 3);
        CHECK(std::cmp_equal(names.size(), all));
        CHECK(names.at(0) == "passkey_renamedName 51");
        CHECK(std::set(names.begin(), names.end()).size() == names.size());
    }
}

TEST_CASE("Nobody sees another account's activity; where its page ended says nothing (V8 8.2.2)") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const std::string id = ada.passkeys().at(0).public_id.value();
    for (int i = 0; i < 26; ++i) {
        REQUIRE(ada.browser.get("/settings/security").status() == 200);
        ada.browser.submit("/settings/passkeys/" + id + "/rename", {{"name", "Name"}});
    }
    REQUIRE(ada.browser.get("/settings/activity").status() == 200);
    const std::string older = ada.browser.page().text("older");
    CHECK(older.starts_with("/settings/activity?before="));
    Person eve(latchkey, "eve@example.com");
    eve.sign_up();
    // The first page: a place that is not hers is none.
    CHECK(kinds_on(eve, older) == Kinds{"signed_in", "passkey_added", "account_created"});
    CHECK(kinds_on(eve, "/settings/activity?before=1") == kinds_on(eve, "/settings/activity"));
}

}  // namespace
}  // namespace latchkey::test
