// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/identities.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// Linking and unlinking other providers as ways in.
namespace latchkey::accounts {
namespace {

using enum Refusal;

const ProvedIdentity proved{
    .who = {.issuer = "https://accounts.example.net", .subject = "ada-there"},
    .email = "ada@gmail.example"
};

LinkedIdentity linked(std::int64_t number = 1) {
    return {
        .id = LinkedIdentityId(number),
        .public_id = PublicId("identity-" + std::to_string(number)),
        .account = ada().id,
        .who =
            {.issuer = "https://accounts.example.net", .subject = "there-" + std::to_string(number)
            },
        .email = "ada@gmail.example",
        .linked_at = noon - 24h,
    };
}

Acting acting() {
    return {.account = ada(), .session = session(passkey()), .passkeys = {passkey()}};
}

Result<Decision> link(const Acting& who, const std::vector<LinkedIdentity>& identities = {}) {
    return link_identity(who, identities, proved, at(noon), fresh());
}

Result<Decision> unlink(const Acting& who, const PublicId& identity = linked().public_id) {
    return unlink_identity(who, {linked()}, identity, at(noon), fresh());
}

TEST_CASE("linking adds the identity, tells the owner, and renews the session (7.2.4)") {
    const auto decision = link(acting());
    REQUIRE(decision.has_value());
    REQUIRE(only<LinkIdentity>(*decision).has_value());
    const LinkedIdentity identity = only<LinkIdentity>(*decision)->identity;
    CHECK(identity.who == proved.who);
    CHECK(identity.email == proved.email);
    CHECK(identity.account == ada().id);
    CHECK(identity.public_id == fresh().identity_public_id);
    CHECK(only<RequireSession>(*decision)->session == acting().session.id);
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    CHECK(only<EndSession>(*decision)->session == acting().session.id);
    CHECK(decision->session->id == fresh().session);
    CHECK(decision->session->authenticated_at == acting().session.authenticated_at);
    CHECK(logged(*decision) == std::vector{EventKind::identity_linked});
    CHECK(told(*decision) == std::vector{NoticeKind::identity_linked});
    CHECK(decision->notices.front().issuer == proved.who.issuer);
}

TEST_CASE("an identity that the account has is not linked again, and nothing changes") {
    LinkedIdentity same = linked();
    same.who = proved.who;
    const auto decision = link(acting(), {same});
    REQUIRE(decision.has_value());
    CHECK(decision->changes.empty());
    CHECK(decision->notices.empty());
}

TEST_CASE("an account has at most ten identities") {
    std::vector<LinkedIdentity> many;
    for (std::size_t i = 0; i < limits::identities_per_account; ++i) {
        many.push_back(linked(static_cast<std::int64_t>(i)));
    }
    CHECK(refusal(link(acting(), many)) == too_many_identities);
    many.pop_back();
    CHECK(link(acting(), many).has_value());
}

TEST_CASE("T32: ways in are changed by a live session with a fresh proof only") {
    Acting who = acting();
    who.session.authenticated_at = noon - limits::step_up_lifetime;
    CHECK(refusal(link(who)) == proof_too_old);
    CHECK(refusal(unlink(who)) == proof_too_old);
    who = acting();
    who.session.expires_at = noon;
    CHECK(refusal(link(who)) == expired);
    CHECK(refusal(unlink(who)) == expired);
    who = acting();
    who.account.epoch += 1;
    CHECK(refusal(link(who)) == signed_out_everywhere);
    CHECK(refusal(unlink(who)) == signed_out_everywhere);
}

TEST_CASE("design.md 4.3: ways in are frozen for 72 h after a recovery, to the millisecond") {
    Acting who = acting();
    who.session.assurance = Assurance::recovered;
    CHECK(refusal(link(who)) == frozen_after_recovery);
    CHECK(refusal(unlink(who)) == frozen_after_recovery);
    who = acting();
    who.account.recovered_at = noon - limits::freeze_after_recovery + 1ms;
    CHECK(refusal(link(who)) == frozen_after_recovery);
    CHECK(refusal(unlink(who)) == frozen_after_recovery);
    who.account.recovered_at = noon - limits::freeze_after_recovery;
    CHECK(link(who).has_value());
    CHECK(unlink(who).has_value());
}

TEST_CASE("unlinking ends every other session, and the acting one goes on under a new id") {
    const auto decision = unlink(acting());
    REQUIRE(decision.has_value());
    CHECK(only<UnlinkIdentity>(*decision)->who == linked().who);
    CHECK(only<UnlinkIdentity>(*decision)->account == ada().id);
    CHECK(only<EndSessions>(*decision)->keep == acting().session.id);
    CHECK(only<EndSession>(*decision)->session == acting().session.id);
    CHECK(decision->session->id == fresh().session);
    CHECK(logged(*decision) == std::vector{EventKind::identity_unlinked});
    CHECK(told(*decision) == std::vector{NoticeKind::identity_unlinked});
}

TEST_CASE("8.2.2: nobody unlinks an identity of another account") {
    CHECK(refusal(unlink(acting(), PublicId("of-another-account"))) == not_yours);
}

TEST_CASE("what its provider ended is unlinked, every session ends, and the owner is told") {
    const Decision decision = withdraw_identity(linked(), ada(), at(noon), fresh());
    CHECK(only<UnlinkIdentity>(decision)->who == linked().who);
    CHECK(only<EndSessions>(decision)->keep == std::nullopt);
    CHECK_FALSE(decision.session.has_value());
    CHECK(logged(decision) == std::vector{EventKind::identity_unlinked});
    CHECK(told(decision) == std::vector{NoticeKind::identity_withdrawn});
    CHECK(decision.notices.front().to == ada().email);
}

}  // namespace
}  // namespace latchkey::accounts
