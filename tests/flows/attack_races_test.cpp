// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/parallel.hpp"
#include "flows/person.hpp"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

/// One of the two passkeys is gone; brings it back as it was.
void put_back(
    Latchkey& latchkey, const Person& person, const std::vector<accounts::Passkey>& both
) {
    const auto left = person.passkeys();
    const auto account = person.account();
    REQUIRE(left.size() == 1);
    CHECK(account->factors == 1);
    latchkey.commit({
        accounts::ChangeFactors{.account = account->id, .from_version = account->version, .by = 1},
        accounts::AddPasskey{both[left[0].id == both[0].id ? 1 : 0]},
    });
}

TEST_CASE("T7: of two parallel removals of the two last passkeys exactly one is refused") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    latchkey.clock.advance(std::chrono::hours(25));
    Person other(latchkey, ada.email);

    std::array<int, 3> answers{};  // removed, refused as the last, session ended meanwhile
    for (int round = 0; round < 100; ++round) {
        REQUIRE(ada.sign_in().status() == 200);
        REQUIRE(other.sign_in_with(ada.device).status() == 200);
        ada.browser.get("/settings/security");
        other.browser.get("/settings/security");
        const std::vector<accounts::Passkey> before = ada.passkeys();
        REQUIRE(before.size() == 2);
        std::array<HttpClient, 2> clients{ada.browser.twin(), other.browser.twin()};
        const std::array<std::string, 2> csrf{
            ada.browser.page().text("csrf"), other.browser.page().text("csrf")
        };
        std::array<int, 2> status{};
        in_parallel(2, [&](std::size_t i) {
            const std::string path =
                "/settings/passkeys/" + before[i].public_id.value() + "/remove";
            status.at(i) = clients.at(i).post(path, {{"csrf", csrf.at(i)}}).status;
        });
        CHECK((status[0] == 303) != (status[1] == 303));
        for (const int one : status)
            ++answers.at(one == 303 ? 0 : one == 409 ? 1 : 2);

        put_back(latchkey, ada, before);
    }
    CHECK(answers[0] == 100);
    CHECK(answers[1] + answers[2] == 100);
    CHECK(answers[1] > 0);
}

TEST_CASE("T7: removals and additions at once never leave an account without a passkey") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto first_key = new_security_key();
    auto second_key = new_security_key();
    ada.add_passkey_on(first_key);
    ada.add_passkey_on(second_key);
    ada.browser.get("/settings/security");
    const std::string csrf = ada.browser.page().text("csrf");
    const auto passkeys = ada.passkeys();
    REQUIRE(passkeys.size() == 3);

    constexpr std::size_t count = 30;
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < count; ++i)
        clients.push_back(ada.browser.twin());
    in_parallel(count, [&](std::size_t i) {
        const std::string path =
            "/settings/passkeys/" + passkeys[i % 3].public_id.value() + "/remove";
        clients[i].post(path, {{"csrf", csrf}});
    });
    const auto account = ada.account();
    std::size_t active = 0;
    for (const auto& passkey : ada.passkeys()) {
        active += passkey.status == accounts::CredentialStatus::active ? 1 : 0;
    }
    CHECK(active >= 1);
    CHECK(account->factors == active);
}

}  // namespace
}  // namespace latchkey::test
