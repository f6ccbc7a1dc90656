// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/types.hpp"
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"
#include "flows/race.hpp"
#include "support/http_client.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

TEST_CASE("T7: of two parallel removals of the two last passkeys exactly one is refused") {
    race_for_the_last(100);
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
    clients.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(ada.browser.twin());
    }
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
