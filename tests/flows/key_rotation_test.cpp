// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// Keys of the key file are exchanged while people sign in: nobody notices.
#include "app/key_file.hpp"
#include "app/keyring.hpp"
#include "crypto/system_random.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using Renewal = app::Keyring::Renewal;

void exchange(Latchkey& latchkey) {
    crypto::SystemRandom random;
    REQUIRE(app::add_key_to_file(latchkey.key_file(), random).has_value());
    REQUIRE(latchkey.keyring().reload().has_value());
}

void renew(Latchkey& latchkey) {
    latchkey.clock.advance(std::chrono::seconds(5));
    REQUIRE(latchkey.keyring().renew(1'000) == Renewal::completed);
}

/// Takes out all but the newest key: what still needs one of them fails from then on.
void forget_old_keys(Latchkey& latchkey) {
    latchkey.mails_to("");  // all are sent
    for (const auto& key : latchkey.keyring().list()) {
        if (key.seals) continue;
        CHECK_FALSE(key.is_needed);
        REQUIRE(app::remove_key_from_file(latchkey.key_file(), key.id).has_value());
    }
    REQUIRE(latchkey.keyring().reload().has_value());
}

}  // namespace

TEST_CASE("T42: keys are exchanged three times while people sign in, and none of them fails") {
    Latchkey latchkey;
    constexpr std::size_t people = 3;
    std::vector<std::unique_ptr<Person>> all;
    for (std::size_t i = 0; i < people; ++i) {
        all.push_back(std::make_unique<Person>(
            latchkey,
            "ada" + std::to_string(i) + "@example.com",
            BrowserOptions{.address = "192.0.2." + std::to_string(10 + i)}
        ));
        all.back()->sign_up();
    }
    std::atomic<int> exchanges = 0;
    std::array<int, people> done{};
    std::array<int, people> failed{};
    in_parallel(people + 1, [&](std::size_t i) {
        if (i == people) {
            for (; exchanges < 3; ++exchanges) {
                exchange(latchkey);
                renew(latchkey);
            }
            return;
        }
        // Each at least once before the first and after the last exchange.
        for (int after_the_last = 0; after_the_last < 2;) {
            if (exchanges == 3) ++after_the_last;
            ++done.at(i);
            if (all[i]->sign_in().status() != 200) ++failed.at(i);
        }
    });
    for (std::size_t i = 0; i < people; ++i) {
        CHECK(done.at(i) >= 2);
        CHECK(failed.at(i) == 0);
    }
    CHECK(latchkey.keyring().list().size() == 4);
    forget_old_keys(latchkey);
    CHECK(latchkey.keyring().list().size() == 1);
    CHECK(latchkey.keyring().first_key() == 4);
    for (const auto& person : all) {
        CHECK(person->sign_in().status() == 200);
    }
    latchkey.restart();
    CHECK(all.front()->sign_in().status() == 200);
}

TEST_CASE("Sessions, recovery codes, apps and codes on their way outlive the key they began with") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    Person bob(latchkey, "bob@example.com");
    bob.ask_for_code();
    exchange(latchkey);
    CHECK(ada.browser.get("/settings/security").status() == 200);
    CHECK(bob.enter_code().status() == 303);
    CHECK(bob.create_passkey().status() == 200);
    renew(latchkey);
    forget_old_keys(latchkey);

    CHECK(ada.browser.get("/settings/security").status() == 200);
    CHECK(ada.sign_in_with_app().status() == 303);
    ada.prove_by_code();
    CHECK(ada.take_second_step(ada.recovery_codes.front(), "recovery-code").status() == 303);
    CHECK(bob.sign_in().status() == 200);
}

TEST_CASE("An older key is needed until everything is under the new one, mails on their way too") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.mails_to(ada.email);
    const auto old_is_needed = [&] {
        const auto keys = latchkey.keyring().list();
        REQUIRE(keys.size() == 2);
        CHECK(keys[0].seals);
        CHECK_FALSE(keys[1].seals);
        return keys[1].is_needed;
    };
    ada.ask_for_code();  // a mail, sealed by the old key
    exchange(latchkey);
    CHECK(old_is_needed());
    // Not at once: a secret that was sealed before may still be on its way to the database.
    CHECK(latchkey.keyring().renew(1'000) == Renewal::begun);
    renew(latchkey);
    CHECK(old_is_needed());
    latchkey.mails_to(ada.email);
    CHECK_FALSE(old_is_needed());
    CHECK(latchkey.keyring().renew(1'000) == Renewal::nothing_left);
}

TEST_CASE("Settings that the exchange could not write are sealed anew before a key is let go") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    for (const char* name : {"key_check", "audit_key", "pepper"}) {
        const auto before = latchkey.store().find_setting(name);
        REQUIRE(before.has_value());
        exchange(latchkey);
        REQUIRE(latchkey.store().save_setting(name, *before));
        renew(latchkey);
        forget_old_keys(latchkey);
        latchkey.restart();  // throws if the key file does not open the database
        CHECK(ada.sign_in().status() == 200);
    }
}

TEST_CASE("A key file that does not open what the database holds is refused, and nothing changes") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    crypto::SystemRandom random;
    const std::string key_file = latchkey.key_file();
    const std::string aside = key_file + ".aside";
    std::filesystem::rename(key_file, aside);
    REQUIRE(app::create_key_file(key_file, random).has_value());
    CHECK_FALSE(latchkey.keyring().reload().has_value());
    CHECK(ada.sign_in().status() == 200);
    std::filesystem::remove(key_file);
    CHECK_FALSE(latchkey.keyring().reload().has_value());
    std::filesystem::rename(aside, key_file);
    CHECK(latchkey.keyring().reload().has_value());
    CHECK(ada.sign_in().status() == 200);
}

}  // namespace latchkey::test
