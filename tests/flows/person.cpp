// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/person.hpp"

#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "support/authenticator.hpp"
#include "support/http_client.hpp"

#include <atomic>
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
    return latchkey.store().list_events(found->id, 100);
}

}  // namespace latchkey::test
