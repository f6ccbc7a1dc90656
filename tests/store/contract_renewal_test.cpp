// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::test;
using namespace latchkey::accounts;
using store::RenewedTable;

TEST_CASE("Secrets of authenticator apps become what they are resealed to, or stay") {
    const auto under_test = make_store_under_test();
    store::Store& store = under_test->store();
    const auto ada = sign_up(store);
    const auto bob = sign_up(store);
    const auto adas = sample_app(store, ada.account, day_one);
    const auto bobs = sample_app(store, bob.account, day_one);
    REQUIRE(is_committed(commit(store, {AddAuthenticatorApp{adas}, AddAuthenticatorApp{bobs}})));
    std::vector<store::SealedSecret> seen;
    const store::Reseal reseal = [&](const store::SealedSecret& secret) -> std::optional<Bytes> {
        seen.push_back(secret);
        if (secret.account == bob.account.id) return std::nullopt;
        return Bytes(40, std::byte{9});
    };
    CHECK(store.renew({}, 100, reseal)->table == RenewedTable::none);
    REQUIRE(seen.size() == 2);
    CHECK(seen.front().app == adas.id);
    CHECK(seen.front().sealed == adas.sealed_secret);
    auto resealed = adas;
    resealed.sealed_secret = Bytes(40, std::byte{9});
    CHECK(store.find_second_steps(ada.account.id).app == resealed);
    CHECK(store.find_second_steps(bob.account.id).app == bobs);
}

TEST_CASE("A mail that waits is found by the byte that its sealed content begins with") {
    const auto under_test = make_store_under_test();
    store::Store& store = under_test->store();
    const auto queue = [&](std::byte first, Channel channel) {
        const MailId id(store.next_id());
        const QueueMail mail{
            .id = id,
            .sealed = Bytes(50, first),
            .not_before = day_one,
            .expires_at = day_one + std::chrono::hours(1),
            .hold = std::nullopt,
            .channel = channel,
        };
        REQUIRE(is_committed(commit(store, {mail})));
        return id;
    };
    const auto letter = queue(std::byte{1}, Channel::mail);
    queue(std::byte{2}, Channel::text_message);
    CHECK(store.has_mail(std::byte{1}));
    CHECK(store.has_mail(std::byte{2}));
    CHECK_FALSE(store.has_mail(std::byte{3}));
    store.finish_mail(letter);
    CHECK_FALSE(store.has_mail(std::byte{1}));
}
