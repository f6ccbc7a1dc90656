// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/race.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"
#include "support/http_client.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

/// Where an answer is counted: 303, 409, any other.
std::size_t index_of(int status) {
    if (status == 303) return 0;
    return status == 409 ? 1 : 2;
}

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

}  // namespace

void race_for_the_last(int rounds) {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    latchkey.clock.advance(std::chrono::hours(25));
    Person other(latchkey, ada.email);

    std::array<int, 3> answers{};  // removed, refused as the last, session ended meanwhile
    for (int round = 0; round < rounds; ++round) {
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
        for (const int one : status) {
            ++answers.at(index_of(one));
        }

        put_back(latchkey, ada, before);
    }
    CHECK(answers[0] == rounds);
    CHECK(answers[1] + answers[2] == rounds);
    CHECK(answers[1] > 0);
}

}  // namespace latchkey::test
