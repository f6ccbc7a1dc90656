// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "flows/browser.hpp"
#include "support/authenticator.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::test {

/// A device that can hold passkeys: each call makes another one. Synced, as most are.
SoftwareAuthenticator new_device(
    AuthenticatorOptions options = {.flags = flag::up | flag::uv | flag::be | flag::bs}
);

/// A passkey that never leaves its device and counts its uses.
SoftwareAuthenticator new_security_key();

/// A person with a mailbox, a browser and a device. Each step goes through the pages as a browser
/// does, and returns the answer to its last request; nothing is asserted but that the steps before
/// led there.
class Person {
public:
    Person(Latchkey& where, std::string address, BrowserOptions options = {});

    /// Opens /sign-in and signs in with a passkey of `device`.
    Page sign_in(std::string_view query = "");
    Page sign_in_with(SoftwareAuthenticator& with, std::string_view query = "");

    /// On the sign-in page that is open.
    Page use_passkey(SoftwareAuthenticator& with);

    /// Sends what `navigator.credentials.get()` gave.
    Page post_assertion(std::string_view response);

    /// Opens /sign-in, gives the address, and stands on the page for the code.
    Page ask_for_code(std::string_view query = "");

    /// The code of the newest mail.
    Page enter_code();
    Page enter_code(std::string_view code);

    /// Proves the address by a code.
    Page prove_by_code(std::string_view query = "");

    /// Opens /sign-in/add-passkey and creates a passkey there.
    Page create_passkey();
    Page create_passkey_on(SoftwareAuthenticator& on);

    /// Sends what `navigator.credentials.create()` gave.
    Page post_attestation(std::string_view response);

    /// Everything from the first page to the session; fails the test if a step does.
    void sign_up();

    /// Secures the new account by an authenticator app: reads its secret from /sign-in/add-app,
    /// sends its first code. Keeps the secret, and the recovery codes that the answer shows.
    Page add_app();

    /// Everything from the first page to the session, by an app; fails the test if a step does.
    void sign_up_with_app();

    /// Turns on an app in Settings, the same way.
    Page turn_on_app();

    /// Secures the new account by codes to `number`, or turns them on in Settings
    /// ("/settings/phone"): asks for one, and types it in. Keeps recovery codes that the answer
    /// shows.
    Page add_phone(std::string_view number, std::string_view path = "/sign-in/add-phone");

    /// Everything from the first page to the session, by a phone; fails the test if a step does.
    void sign_up_with_phone(std::string_view number);

    /// On /sign-in/add-passkey: makes a passkey of a second factor that a device holds.
    Page promote(SoftwareAuthenticator& held_by);
    Page post_promotion(std::string_view response);

    /// On the second step: has a code sent to the phone.
    Page ask_for_text();

    /// On the page that turns on this device's biometrics: as a new person, or where
    /// `?intent=add-second-step` led. Keeps recovery codes that the answer shows.
    Page add_biometrics(SoftwareAuthenticator& on);

    /// Everything from the first page to the session, by biometrics of `device`; fails the test if
    /// a step does.
    void sign_up_with_biometrics();

    /// intent=add-second-step, proved with a passkey of `device`. Fails the test if a step does.
    void turn_on_biometrics(SoftwareAuthenticator& on);

    /// On the second step: confirms with a credential of `with`.
    Page use_biometrics(SoftwareAuthenticator& with);

    /// On the second step: sends what `navigator.credentials.get()` gave.
    Page post_biometrics(std::string_view response);

    /// The code in the newest message to the number.
    [[nodiscard]] std::string text_code(std::string_view number) const;

    /// What the app shows now, or `steps` time steps later.
    [[nodiscard]] std::string app_code(std::int64_t steps = 0) const;

    Page take_second_step(std::string_view code, std::string_view way = "app");

    /// Proves the address by a code, then takes the second step in a time step of its own.
    Page sign_in_with_app(std::string_view query = "");

    /// intent=add-passkey, proved with a passkey of `device`. Fails the test if a step does.
    void add_passkey_on(SoftwareAuthenticator& on);

    /// Asks on its page, then removes; `index` counts the account's passkeys from the oldest.
    Page remove(std::size_t index);

    /// Leaves Settings by a fresh proof for a change there.
    Page confirm();

    [[nodiscard]] bool is_signed_in();

    /// Lets the time pass, with a request now and then, so that the session is not idle.
    void stay_for(std::chrono::milliseconds time);

    /// What stands in the database.
    [[nodiscard]] std::optional<accounts::Account> account() const;
    [[nodiscard]] std::vector<accounts::Passkey> passkeys() const;
    [[nodiscard]] std::vector<accounts::Event> events() const;

    /// The page that asks before the removal of a passkey, and its form.
    [[nodiscard]] std::string remove_path(std::size_t index) const;

    Latchkey& latchkey;
    std::string email;
    Browser browser;
    SoftwareAuthenticator device;
    Bytes app_secret;
    std::vector<std::string> recovery_codes;

private:
    Page set_up_app(std::string_view path);
};

}  // namespace latchkey::test
