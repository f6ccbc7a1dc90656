// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/person.hpp"

#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/totp.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "http/request.hpp"
#include "latchkey/bytes.hpp"
#include "support/authenticator.hpp"
#include "support/http_client.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

std::atomic<std::uint64_t> next_seed{1};

/// The key as a page shows it, in the model or in HTML.
std::string key_of(const Page& page) {
    if (page.find("secret.key") != nullptr) return page.text("secret.key");
    const std::string& html = page.response.body;
    constexpr std::string_view before = "data-text=\"";
    const std::size_t at = html.find(before);
    REQUIRE(at != std::string::npos);
    return html.substr(at + before.size(), html.find('"', at + before.size()) - at - before.size());
}

/// base32 in groups, as a person would type it into an app.
Bytes base32_decode(std::string_view key) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    Bytes bytes;
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char character : key) {
        if (character == ' ') continue;
        const std::size_t value = alphabet.find(character);
        REQUIRE(value != std::string_view::npos);
        pending = (pending << 5U) | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>((pending >> bits) & 0xffU));
    }
    return bytes;
}

/// What stands in `<code>` elements, or in the model.
std::vector<std::string> codes_of(const Page& page) {
    std::vector<std::string> codes;
    if (const json::Value* shown = page.find("codes")) {
        for (const json::Value& one : *shown->as_array()) {
            codes.push_back(*one.find_string("code"));
        }
        return codes;
    }
    const std::string& html = page.response.body;
    constexpr std::string_view before = "<code>";
    for (std::size_t at = html.find(before); at != std::string::npos; at = html.find(before, at)) {
        at += before.size();
        codes.push_back(html.substr(at, html.find('<', at) - at));
    }
    return codes;
}

/// The script of our pages asks for JSON, whatever the page was.
const Fields script_headers{{"accept", "application/json"}};

}  // namespace

SoftwareAuthenticator new_device(AuthenticatorOptions options) {
    options.seed = next_seed++;
    return SoftwareAuthenticator(std::move(options));
}

SoftwareAuthenticator new_security_key() {
    return new_device(
        {.flags = flag::up | flag::uv, .counter = Counter::counts, .transports = {"usb"}}
    );
}

Person::Person(Latchkey& where, std::string address, BrowserOptions options)
    : latchkey(where),
      email(std::move(address)),
      browser(where, std::move(options)),
      device(new_device()) {}

Page Person::sign_in(std::string_view query) {
    return sign_in_with(device, query);
}

Page Person::sign_in_with(SoftwareAuthenticator& with, std::string_view query) {
    browser.get("/sign-in" + std::string(query));
    return use_passkey(with);
}

Page Person::use_passkey(SoftwareAuthenticator& with) {
    const auto response = with.get(browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    return post_assertion(*response);
}

Page Person::post_assertion(std::string_view response) {
    return browser.submit(
        "/sign-in/passkey", {{"response", std::string(response)}}, script_headers
    );
}

Page Person::ask_for_code(std::string_view query) {
    browser.get("/sign-in" + std::string(query));
    const Page sent = browser.submit("/sign-in/email", {{"email", email}});
    if (sent.status() != 303) return sent;
    return browser.follow(sent);
}

Page Person::enter_code() {
    return enter_code(latchkey.code_for(email));
}

Page Person::enter_code(std::string_view code) {
    return browser.submit("/sign-in/code", {{"code", std::string(code)}});
}

Page Person::prove_by_code(std::string_view query) {
    const Page asked = ask_for_code(query);
    REQUIRE(asked.status() == 200);
    return enter_code();
}

Page Person::create_passkey() {
    return create_passkey_on(device);
}

Page Person::create_passkey_on(SoftwareAuthenticator& on) {
    const Page page = browser.get("/sign-in/add-passkey");
    REQUIRE(page.status() == 200);
    const auto response = on.create(browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    return post_attestation(*response);
}

Page Person::post_attestation(std::string_view response) {
    return browser.submit(
        "/sign-in/add-passkey", {{"response", std::string(response)}}, script_headers
    );
}

void Person::sign_up() {
    const Page proved = prove_by_code();
    REQUIRE(proved.status() == 303);
    REQUIRE(proved.location() == "/sign-in/add-passkey");
    REQUIRE(create_passkey().status() == 200);
    REQUIRE(is_signed_in());
}

Page Person::set_up_app(std::string_view path) {
    const Page page = browser.get(path);
    REQUIRE(page.status() == 200);
    app_secret = base32_decode(key_of(page));
    REQUIRE(app_secret.size() == 20);
    // A typing mistake first: the secret stays the same, and is not shown again.
    const Page mistaken = browser.submit(path, {{"code", "12345"}});
    REQUIRE(mistaken.status() == 422);
    REQUIRE(mistaken.response.body.find(key_of(page)) == std::string::npos);
    const Page done = browser.submit(path, {{"code", app_code()}});
    if (done.status() == 200) recovery_codes = codes_of(done);
    return done;
}

Page Person::add_app() {
    return set_up_app("/sign-in/add-app");
}

Page Person::turn_on_app() {
    return set_up_app("/settings/app");
}

void Person::sign_up_with_app() {
    REQUIRE(prove_by_code().location() == "/sign-in/add-passkey");
    REQUIRE(add_app().status() == 200);
    REQUIRE(recovery_codes.size() == 10);
    REQUIRE(is_signed_in());
}

Page Person::add_phone(std::string_view number, std::string_view path) {
    const std::string page(path);
    const Page shown = browser.get(page);
    REQUIRE(shown.status() == 200);
    const Page sent = browser.submit(page, {{"number", std::string(number)}});
    if (sent.status() != 303) return sent;
    REQUIRE(sent.location() == page);
    REQUIRE(browser.get(page).status() == 200);
    const auto read = accounts::PhoneNumber::parse(number, "DE");
    REQUIRE(read);
    const Page done = browser.submit(page + "/code", {{"code", text_code(read->text())}});
    if (done.status() == 200) recovery_codes = codes_of(done);
    return done;
}

void Person::sign_up_with_phone(std::string_view number) {
    REQUIRE(prove_by_code().location() == "/sign-in/add-passkey");
    REQUIRE(add_phone(number).status() == 200);
    REQUIRE(recovery_codes.size() == 10);
    REQUIRE(is_signed_in());
}

Page Person::add_biometrics(SoftwareAuthenticator& on) {
    const std::string page = "/sign-in/add-biometrics";
    REQUIRE(browser.get(page).status() == 200);
    const auto response = on.create(browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    const Page done = browser.submit(page, {{"response", *response}});
    if (done.status() == 200) recovery_codes = codes_of(done);
    return done;
}

void Person::sign_up_with_biometrics() {
    REQUIRE(prove_by_code().location() == "/sign-in/add-passkey");
    REQUIRE(add_biometrics(device).status() == 200);
    REQUIRE(recovery_codes.size() == 10);
    REQUIRE(is_signed_in());
}

void Person::turn_on_biometrics(SoftwareAuthenticator& on) {
    const Page proved = sign_in("?intent=add-second-step&return_to=/settings/security");
    REQUIRE(proved.status() == 200);
    REQUIRE(proved.location() == "/sign-in/add-biometrics");
    const Page done = add_biometrics(on);
    REQUIRE((done.status() == 200 || done.status() == 303));
}

Page Person::use_biometrics(SoftwareAuthenticator& with) {
    const Page page = browser.get("/sign-in/second-step?way=biometrics");
    REQUIRE(page.status() == 200);
    const bool is_json = browser.options().representation == http::Representation::json;
    const auto response = with.get(
        is_json ? page.text("biometrics.options") : browser.ceremony_options(), flow_origin
    );
    REQUIRE(response);
    return post_biometrics(*response);
}

Page Person::post_biometrics(std::string_view response) {
    Fields fields{{"response", std::string(response)}};
    if (browser.options().representation == http::Representation::json) {
        fields.emplace_back("way", "biometrics");
    }
    return browser.submit("/sign-in/second-step", fields);
}

Page Person::promote(SoftwareAuthenticator& held_by) {
    const Page page = browser.get("/sign-in/add-passkey");
    REQUIRE(page.status() == 200);
    const auto response = held_by.get(page.text("promotion"), flow_origin);
    REQUIRE(response);
    return post_promotion(*response);
}

Page Person::post_promotion(std::string_view response) {
    return browser.submit("/sign-in/promote-passkey", {{"response", std::string(response)}});
}

Page Person::ask_for_text() {
    REQUIRE(browser.get("/sign-in/second-step?way=text").status() == 200);
    return browser.submit("/sign-in/text", {});
}

std::string Person::text_code(std::string_view number) const {
    const auto texts = latchkey.texts_to(number);
    REQUIRE_FALSE(texts.empty());
    // The last line, "@localhost #123456", which is what browsers read.
    const std::string& text = texts.back().text;
    const auto mark = text.rfind(" #");
    REQUIRE(mark != std::string::npos);
    return text.substr(mark + 2);
}

std::string Person::app_code(std::int64_t steps) const {
    const std::int64_t step = accounts::totp_step(latchkey.clock.now()).value() + steps;
    return accounts::hotp(app_secret, static_cast<std::uint64_t>(step), 6);
}

Page Person::take_second_step(std::string_view code, std::string_view way) {
    const Page page = browser.get("/sign-in/second-step?way=" + std::string(way));
    if (page.status() != 200) return page;
    Fields fields{{"code", std::string(code)}};
    if (browser.options().representation == http::Representation::json) {
        fields.emplace_back("way", std::string(way));  // a form has it as a hidden field
    }
    return browser.submit("/sign-in/second-step", fields);
}

Page Person::sign_in_with_app(std::string_view query) {
    latchkey.clock.advance(std::chrono::seconds(30));
    REQUIRE(prove_by_code(query).location() == "/sign-in/second-step");
    return take_second_step(app_code());
}

void Person::add_passkey_on(SoftwareAuthenticator& on) {
    const Page proved = sign_in("?intent=add-passkey&return_to=/settings/security");
    REQUIRE(proved.status() == 200);
    REQUIRE(proved.location() == "/sign-in/add-passkey");
    REQUIRE(create_passkey_on(on).status() == 200);
}

Page Person::confirm() {
    return sign_in("?intent=confirm&return_to=/settings/security");
}

std::string Person::remove_path(std::size_t index) const {
    return "/settings/passkeys/" + passkeys().at(index).public_id.value() + "/remove";
}

Page Person::remove(std::size_t index) {
    const std::string path = remove_path(index);
    REQUIRE(browser.get(path).status() == 200);
    return browser.submit(path, {});
}

bool Person::is_signed_in() {
    return browser.get("/session").status() == 200;
}

void Person::stay_for(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step = std::chrono::minutes(50);
    for (; time > step; time -= step) {
        latchkey.clock.advance(step);
        REQUIRE(is_signed_in());
    }
    latchkey.clock.advance(time);
}

std::optional<accounts::Account> Person::account() const {
    const auto address = accounts::EmailAddress::parse(email);
    REQUIRE(address);
    return latchkey.store().find_account(*address);
}

std::vector<accounts::Passkey> Person::passkeys() const {
    const auto found = account();
    if (!found) return {};
    return latchkey.store().list_passkeys(found->id);
}

std::vector<accounts::Event> Person::events() const {
    const auto found = account();
    if (!found) return {};
    return latchkey.store().list_events(found->id, {.count = 100});
}

}  // namespace latchkey::test
