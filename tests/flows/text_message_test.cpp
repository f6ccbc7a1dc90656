// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/text_messages.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// Codes by text message as people meet them; attack_text_message_test.cpp has what is tried against
// them.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

const std::string number = "+4915123456789";

LatchkeyOptions with_texts() {
    return {
        .text_messages =
            accounts::TextMessagePolicy{.countries = {"DE", "FR", "US"}, .daily_limit = 200}
    };
}

accounts::SecondSteps steps_of(Latchkey& latchkey, const Person& person) {
    return latchkey.store().find_second_steps(person.account()->id);
}

TEST_CASE("A new person secures the account with a phone; the code fills in by its last line") {
    for (const auto representation : representations) {
        Latchkey latchkey(with_texts());
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.prove_by_code("?return_to=/settings/security");
        const Page added = ada.add_phone("0151 234 567 89");
        CHECK(added.status() == 200);
        CHECK(ada.recovery_codes.size() == 10);
        REQUIRE(ada.is_signed_in());
        CHECK(ada.account()->factors == 1);
        CHECK(steps_of(latchkey, ada).phone->number.text() == number);
        CHECK(latchkey.was_told(ada.email, "Codes by text message were turned on"));
        const auto texts = latchkey.texts_to(number);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].text.ends_with("\n\n@localhost #" + ada.text_code(number)));
        ada.browser.use(http::Representation::json);
        CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:2fa");
        const Page settings = ada.browser.get("/settings/security");
        CHECK(settings.text("two_step.phone.masked") == "…89");
        CHECK(settings.response.body.find("23456789") == std::string::npos);
    }
}

TEST_CASE("After an e-mail code a text message is asked for, sent when asked, and signs in") {
    for (const auto representation : representations) {
        Latchkey latchkey(with_texts());
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up_with_phone(number);
        latchkey.clock.advance(10min);
        ada.browser.http().cookies.clear();
        CHECK(ada.prove_by_code("?return_to=/help").location() == "/sign-in/second-step");
        REQUIRE(ada.browser.get("/sign-in/second-step").status() == 200);
        CHECK(latchkey.count_texts() == 1);  // of the sign-up: nothing is sent by itself
        CHECK(ada.ask_for_text().location() == "/sign-in/second-step?way=text");
        CHECK_FALSE(ada.is_signed_in());
        const Page in = ada.take_second_step(ada.text_code(number), "text");
        CHECK(in.location() == "/help");
        CHECK(ada.is_signed_in());
        CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_text"));
        CHECK(steps_of(latchkey, ada).phone->last_used_at == latchkey.clock.now());
        CHECK(ada.account()->recovered_at == std::nullopt);
        ada.browser.use(http::Representation::json);
        CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:2fa");
    }
}

TEST_CASE("Sending again has to wait, longer each time, and says how long") {
    Latchkey latchkey(with_texts());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_phone(number);
    latchkey.clock.advance(24h);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    REQUIRE(ada.ask_for_text().status() == 303);
    const Page soon = ada.ask_for_text();
    CHECK(soon.status() == 429);
    CHECK(soon.error() == "text_too_many");
    CHECK(soon.text("error.wait") == "60 seconds");
    CHECK(*soon.find("text.sent") == json::Value(true));  // the first one still works
    for (int i = 0; i < 2; ++i) {
        latchkey.clock.advance(61s);
        REQUIRE(ada.ask_for_text().status() == 303);
    }
    latchkey.clock.advance(61s);
    CHECK(ada.ask_for_text().text("error.wait") == "7 minutes");
    CHECK(ada.take_second_step(ada.text_code(number), "text").status() == 303);
}

TEST_CASE("A code lives five minutes and takes five tries, and is good for one browser") {
    Latchkey latchkey(with_texts());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_phone(number);
    latchkey.clock.advance(10min);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    CHECK(ada.take_second_step("123456", "text").error() == "malformed");  // none was sent
    REQUIRE(ada.ask_for_text().status() == 303);
    latchkey.clock.advance(5min);
    CHECK(ada.take_second_step(ada.text_code(number), "text").error() == "expired");
    REQUIRE(ada.ask_for_text().status() == 303);
    const std::string code = ada.text_code(number);
    const std::string wrong = code == "123456" ? "123457" : "123456";
    CHECK(ada.take_second_step("12345", "text").error() == "malformed");
    for (int i = 0; i < 5; ++i) {
        CHECK(ada.take_second_step(wrong, "text").error() == "wrong");
    }
    CHECK(ada.take_second_step(code, "text").error() == "ended");
    CHECK(latchkey.was_told(ada.email, "Wrong codes at sign-in"));
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("In Settings a phone is turned on by a fresh proof, changed as a new one, turned off") {
    for (const auto representation : representations) {
        Latchkey latchkey(with_texts());
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        REQUIRE(ada.add_phone(number, "/settings/phone").status() == 200);
        CHECK(ada.recovery_codes.size() == 10);
        CHECK(ada.account()->factors == 2);
        Person elsewhere(latchkey, ada.email);
        REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
        const auto first = steps_of(latchkey, ada).phone;

        CHECK(
            ada.add_phone("+33 6 12 34 56 78", "/settings/phone").location() ==
            "/settings/security?message=phone_on"
        );
        const auto second = steps_of(latchkey, ada);
        CHECK(second.phone->number.text() == "+33612345678");
        CHECK(second.phone->id != first->id);
        CHECK(second.recovery_codes == 10);
        CHECK(ada.account()->factors == 2);
        CHECK(latchkey.was_told(ada.email, "Codes by text message were turned off"));
        CHECK(ada.is_signed_in());
        CHECK_FALSE(elsewhere.is_signed_in());

        REQUIRE(ada.browser.get("/settings/phone/turn-off").status() == 200);
        CHECK(
            ada.browser.submit("/settings/phone/turn-off", {}).location() ==
            "/settings/security?message=phone_off"
        );
        CHECK(steps_of(latchkey, ada) == accounts::SecondSteps{});
        CHECK(ada.account()->factors == 1);
    }
}

TEST_CASE("With an old proof nobody is texted from Settings") {
    Latchkey latchkey(with_texts());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.browser.get("/settings/phone").status() == 200);
    const std::string csrf = ada.browser.page().text("csrf");
    latchkey.clock.advance(5min);
    CHECK(*ada.browser.get("/settings/phone").find("needs_proof") == json::Value(true));
    for (const std::string path : {"/settings/phone", "/settings/phone/code"}) {
        const Page refused = ada.browser.post(path, {{"csrf", csrf}, {"number", number}});
        CHECK(refused.error() == "proof_too_old");
    }
    CHECK(latchkey.count_texts() == 0);
}

TEST_CASE("App and phone stand side by side: either will do, and the codes end with the last") {
    Latchkey latchkey(with_texts());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    CHECK(ada.add_phone(number, "/settings/phone").status() == 303);
    CHECK(ada.account()->factors == 2);
    CHECK(steps_of(latchkey, ada).recovery_codes == 10);
    latchkey.clock.advance(1min);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    const Page page = ada.browser.get("/sign-in/second-step");
    CHECK(*page.find("by_app") == json::Value(true));  // it comes first
    CHECK(*page.find("has_text") == json::Value(true));
    REQUIRE(ada.ask_for_text().status() == 303);
    REQUIRE(ada.take_second_step(ada.text_code(number), "text").status() == 303);
    REQUIRE(ada.browser.get("/settings/app/turn-off").status() == 200);
    REQUIRE(ada.browser.submit("/settings/app/turn-off", {}).status() == 303);
    CHECK(steps_of(latchkey, ada).recovery_codes == 10);
    REQUIRE(ada.browser.get("/settings/phone/turn-off").status() == 200);
    CHECK(ada.browser.submit("/settings/phone/turn-off", {}).error() == "last_factor");
}

TEST_CASE("Numbers that are none, of other countries, or written otherwise: each told apart") {
    Latchkey latchkey(with_texts());
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    CHECK(ada.add_phone("12345").error() == "phone_malformed");
    CHECK(ada.add_phone("+44 7400 123456").error() == "text_country");
    CHECK(ada.add_phone("+1 876 210 1234").error() == "text_country");  // not the US
    CHECK(latchkey.count_texts() == 0);
    Latchkey japan(
        {.text_messages = accounts::TextMessagePolicy{.countries = {"JP"}, .daily_limit = 10}}
    );
    Person kei(japan, "kei@example.com");
    kei.prove_by_code();
    CHECK(kei.add_phone("090-1234-5678").error() == "phone_needs_plus");
}

TEST_CASE("Without a provider there is no such page, and a phone of before is no wall") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    CHECK(ada.browser.get("/sign-in/add-phone").status() == 404);
    REQUIRE(ada.create_passkey().status() == 200);
    CHECK(ada.browser.get("/settings/phone").status() == 404);
    const accounts::AccountId account = ada.account()->id;
    latchkey.commit({accounts::AddPhone{accounts::Phone{
        .id = accounts::PhoneId(latchkey.store().next_id()),
        .account = account,
        .number = *accounts::PhoneNumber::parse(number, ""),
        .failures = 0,
        .created_on = "Chromium on Linux",
        .created_at = latchkey.clock.now(),
        .last_used_at = std::nullopt,
    }}});
    ada.browser.http().cookies.clear();
    CHECK(ada.prove_by_code().location() == "/sign-in/second-step");
    const Page page = ada.browser.get("/sign-in/second-step");
    CHECK(*page.find("by_wait") == json::Value(true));
    CHECK(ada.browser.submit("/sign-in/text", {}).error() == "phone_off");
}

}  // namespace
}  // namespace latchkey::test
