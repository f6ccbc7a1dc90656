// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/types.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// A registration ceremony verified: the only place where a passkey is made.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using enum SignInState;

constexpr std::uint8_t new_credential = 99;

webauthn::CredentialRecord record_for(const webauthn::UserHandle& user_handle) {
    return {
        .id = webauthn::CredentialId(bytes(16, new_credential)),
        .user_handle = user_handle,
        .uv_initialized = true,
        .transports = {"usb"},
    };
}

PasskeyCreated by_new_person() {
    const webauthn::UserHandle user_handle(bytes(64, 0x61));
    return {
        .sign_in =
            {
                .id = SignInId(30),
                .version = 1,
                .state = enrol,
                .email = address("Grace@example.com"),
                .proof = Proof::email_code,
                .proved_at = noon - 10min,
                .user_handle = user_handle,
                .return_to = "/home",
                .expires_at = noon + 5min,
            },
        .record = record_for(user_handle),
        .account = std::nullopt,
        .passkeys = {},
    };
}

/// Ada adds a passkey; `proof` was asserted ten minutes ago.
PasskeyCreated created_by_ada(const Passkey& proof, std::vector<Passkey> passkeys) {
    PasskeyCreated event = by_new_person();
    event.sign_in.account = ada().id;
    event.sign_in.account_epoch = ada().epoch;
    event.sign_in.email = ada().email;
    event.sign_in.proof = Proof::passkey;
    event.sign_in.passkey = proof.id;
    event.sign_in.user_handle = ada().user_handle;
    event.sign_in.intent = Intent::add_passkey;
    event.record = record_for(ada().user_handle);
    event.account = ada();
    event.passkeys = std::move(passkeys);
    return event;
}

PasskeyCreated created_by_ada() {
    return created_by_ada(passkey(1), {passkey(1)});
}

/// The same by an e-mail code, around the passkeys that she has.
PasskeyCreated by_ada_recovering(std::vector<Passkey> passkeys = {passkey(1)}) {
    PasskeyCreated event = created_by_ada(passkey(1), std::move(passkeys));
    event.sign_in.proof = Proof::email_code;
    event.sign_in.passkey = std::nullopt;
    event.sign_in.recovered = true;
    event.account->recovered_at = event.sign_in.proved_at;
    return event;
}

PasskeyCreated replacing(PasskeyCreated event, const Passkey& old) {
    event.sign_in.replaces = old.public_id;
    return event;
}

Result<Decision> create(const PasskeyCreated& event) {
    return decide(event, at(noon), fresh());
}

TEST_CASE("a new person gets account, passkey and session in one commit, never one without another"
) {
    const auto decision = create(by_new_person());
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    CHECK(decision->return_to == "/home");

    REQUIRE(only<CreateAccount>(*decision).has_value());
    const Account account = only<CreateAccount>(*decision)->account;
    CHECK(account.id == fresh().account);
    CHECK(account.public_id == fresh().account_public_id);
    CHECK(account.user_handle == by_new_person().sign_in.user_handle);
    CHECK(account.email == address("Grace@example.com"));
    CHECK(account.created_at == noon);
    CHECK(account.version == 1);
    CHECK(account.epoch == 0);
    CHECK(account.factors == 1);
    CHECK(account.recovered_at == std::nullopt);

    REQUIRE(only<AddPasskey>(*decision).has_value());
    const Passkey added = only<AddPasskey>(*decision)->passkey;
    CHECK(added.id == fresh().passkey);
    CHECK(added.public_id == fresh().passkey_public_id);
    CHECK(added.account == account.id);
    CHECK(added.record == by_new_person().record);
    CHECK(added.purpose == CredentialPurpose::passkey);
    CHECK(added.status == CredentialStatus::active);
    CHECK(added.name.empty());
    CHECK(added.created_on == "Firefox on Linux");
    CHECK(added.created_at == noon);
    CHECK(added.recovered_at == std::nullopt);

    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(30));
    CHECK(only<FinishSignIn>(*decision)->from_version == 1);
    CHECK(
        logged(*decision) ==
        std::vector{EventKind::account_created, EventKind::passkey_added, EventKind::signed_in}
    );
    CHECK(told(*decision) == std::vector{NoticeKind::passkey_added});
    CHECK(decision->notices.front().passkey == "Security key");
    CHECK_FALSE(has<SpendInvite>(*decision));
}

TEST_CASE("a new person's own passkey is the proof of the session, from now on") {
    const auto decision = create(by_new_person());
    REQUIRE(only<OpenSession>(*decision).has_value());
    const Session session = only<OpenSession>(*decision)->session;
    CHECK(decision->session == session);
    CHECK(session.account == fresh().account);
    CHECK(session.account_epoch == 0);
    CHECK(session.assurance == Assurance::passkey);
    CHECK(session.authenticated_at == noon);
    CHECK(session.recovered_at == std::nullopt);
    CHECK(session.passkey == fresh().passkey);
    CHECK(session.expires_at == noon + 24h);
}

TEST_CASE("by invitation the commit spends it, before the account is made") {
    PasskeyCreated event = by_new_person();
    event.needs_invite = true;
    const auto decision = create(event);
    REQUIRE(only<SpendInvite>(*decision).has_value());
    CHECK(only<SpendInvite>(*decision)->email == event.sign_in.email);
    CHECK(only<SpendInvite>(*decision)->now == noon);
    CHECK(place_of<SpendInvite>(*decision) < place_of<CreateAccount>(*decision));
}

TEST_CASE("T4: without a sign-in in the state enrol nothing is created") {
    for (const SignInState state : {start, identified, done}) {
        PasskeyCreated event = created_by_ada();
        event.sign_in.state = state;
        CHECK(refusal(create(event)) == not_in_this_state);
    }
}

TEST_CASE("a sign-in is over at its expiry, to the millisecond") {
    PasskeyCreated event = created_by_ada();
    event.sign_in.expires_at = noon;
    CHECK(refusal(create(event)) == expired);
    event.sign_in.expires_at = noon + 1ms;
    CHECK(create(event).has_value());
}

TEST_CASE("T18: a passkey for another user handle than the sign-in's is refused") {
    PasskeyCreated event = created_by_ada();
    event.record.user_handle = by_new_person().sign_in.user_handle;
    CHECK(refusal(create(event)) == not_yours);
    event = by_new_person();
    event.record.user_handle = ada().user_handle;
    CHECK(refusal(create(event)) == not_yours);
}

TEST_CASE("T19: a credential id that the account has already is refused, suspended or not") {
    PasskeyCreated event =
        created_by_ada(passkey(1), {passkey(1), suspended(passkey(new_credential))});
    CHECK(refusal(create(event)) == already_registered);
    event = created_by_ada(passkey(1), {passkey(1), passkey(new_credential)});
    CHECK(refusal(create(event)) == already_registered);
}

TEST_CASE("an account that is gone, changed hands or signed out everywhere ends its sign-ins") {
    PasskeyCreated event = created_by_ada();
    event.account = std::nullopt;
    CHECK(refusal(create(event)) == signed_out_everywhere);
    event = created_by_ada();
    event.account->id = AccountId(2);
    CHECK(refusal(create(event)) == signed_out_everywhere);
    event = created_by_ada();
    event.account->epoch = ada().epoch + 1;
    CHECK(refusal(create(event)) == signed_out_everywhere);
    event = by_new_person();
    event.account = ada();
    CHECK(refusal(create(event)) == signed_out_everywhere);
}

TEST_CASE("a second passkey is added with a guard on the version and the epoch, logged and told") {
    const auto decision = create(created_by_ada());
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    REQUIRE(only<ChangeFactors>(*decision).has_value());
    CHECK(only<ChangeFactors>(*decision)->account == ada().id);
    CHECK(only<ChangeFactors>(*decision)->from_version == ada().version);
    CHECK(only<ChangeFactors>(*decision)->by == 1);
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    CHECK(only<AddPasskey>(*decision)->passkey.account == ada().id);
    CHECK(only<AddPasskey>(*decision)->passkey.recovered_at == std::nullopt);
    CHECK_FALSE(has<CreateAccount>(*decision));
    CHECK_FALSE(has<RemovePasskey>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::passkey_added, EventKind::signed_in});
    CHECK(told(*decision) == std::vector{NoticeKind::passkey_added});
    CHECK(decision->notices.front().to == ada().email);
}

TEST_CASE(
    "the session of who added a passkey dates from the proof and ends with the proof's passkey"
) {
    const auto decision = create(created_by_ada());
    REQUIRE(decision->session.has_value());
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(decision->session->authenticated_at == noon - 10min);
    CHECK(decision->session->expires_at == noon - 10min + 24h);
    CHECK(decision->session->passkey == passkey(1).id);
}

TEST_CASE("T3: a sign-in whose passkey was removed or suspended since adds nothing") {
    CHECK(refusal(create(created_by_ada(passkey(1), {passkey(2)}))) == proof_withdrawn);
    CHECK(
        refusal(create(created_by_ada(passkey(1), {suspended(passkey(1)), passkey(2)}))) ==
        proof_withdrawn
    );
    PasskeyCreated event = created_by_ada();
    event.sign_in.passkey = std::nullopt;
    CHECK(refusal(create(event)) == proof_withdrawn);
}

TEST_CASE("an e-mail proof that was enough without a passkey is not enough once there is one") {
    PasskeyCreated event = by_ada_recovering({});
    event.sign_in.recovered = false;
    event.account->recovered_at = std::nullopt;
    const auto decision = create(event);
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(only<AddPasskey>(*decision)->passkey.recovered_at == std::nullopt);
    event.passkeys = {passkey(2)};
    CHECK(refusal(create(event)) == proof_withdrawn);
}

TEST_CASE("design.md 4.3: a passkey added under recovery carries the mark, and so does its session"
) {
    const auto decision = create(by_ada_recovering());
    REQUIRE(decision.has_value());
    CHECK(only<AddPasskey>(*decision)->passkey.recovered_at == noon - 10min);
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == noon - 10min);
    CHECK(decision->session->authenticated_at == noon - 10min);
    CHECK(decision->session->passkey == fresh().passkey);
}

TEST_CASE("the mark is handed on as it is: a chain of passkeys does not make it younger or older") {
    Passkey marked = passkey(1);
    marked.recovered_at = noon - 24h * 6;
    PasskeyCreated event = created_by_ada(marked, {marked, passkey(2)});
    event.sign_in.recovered = true;
    const auto decision = create(event);
    REQUIRE(decision.has_value());
    CHECK(only<AddPasskey>(*decision)->passkey.recovered_at == noon - 24h * 6);
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == noon - 24h * 6);
}

TEST_CASE("a passkey from before the recovery adds one without a mark; the session tells of it") {
    PasskeyCreated event = created_by_ada();
    event.account->recovered_at = noon - 24h;
    const auto decision = create(event);
    CHECK(only<AddPasskey>(*decision)->passkey.recovered_at == std::nullopt);
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(decision->session->recovered_at == noon - 24h);
}

TEST_CASE("replace: new in and old out in one commit, in the order that keeps a way in") {
    const auto decision =
        create(replacing(created_by_ada(passkey(1), {passkey(1), passkey(2)}), passkey(2)));
    REQUIRE(decision.has_value());
    CHECK(only<ChangeFactors>(*decision)->by == 0);
    REQUIRE(only<RemovePasskey>(*decision).has_value());
    CHECK(only<RemovePasskey>(*decision)->passkey == passkey(2).id);
    CHECK(only<RemovePasskey>(*decision)->account == ada().id);
    CHECK(place_of<AddPasskey>(*decision) < place_of<RemovePasskey>(*decision));
    CHECK(place_of<RemovePasskey>(*decision) < place_of<OpenSession>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::passkey_replaced, EventKind::signed_in});
    CHECK(told(*decision) == std::vector{NoticeKind::passkey_replaced});
    CHECK(decision->notices.front().passkey == "Passkey 2");
    CHECK(decision->session->passkey == passkey(1).id);
}

TEST_CASE("replace works for the only passkey; then the new one holds the session") {
    const auto decision = create(replacing(created_by_ada(), passkey(1)));
    REQUIRE(decision.has_value());
    CHECK(only<RemovePasskey>(*decision)->passkey == passkey(1).id);
    CHECK(decision->session->passkey == fresh().passkey);
    CHECK(decision->session->assurance == Assurance::passkey);
}

TEST_CASE("design.md 4.3: replaced under recovery is suspended, not removed") {
    const auto decision = create(replacing(by_ada_recovering(), passkey(1)));
    REQUIRE(decision.has_value());
    CHECK_FALSE(has<RemovePasskey>(*decision));
    REQUIRE(only<SuspendPasskey>(*decision).has_value());
    CHECK(only<SuspendPasskey>(*decision)->passkey == passkey(1).id);
    CHECK(only<SuspendPasskey>(*decision)->at == noon);
    CHECK(
        logged(*decision) ==
        std::vector{EventKind::passkey_replaced, EventKind::passkey_suspended, EventKind::signed_in}
    );
    CHECK(told(*decision) == std::vector{NoticeKind::passkey_replaced});
}

TEST_CASE("T5: replaced by the proof of a passkey younger than 24 h is suspended, not removed") {
    Passkey young = passkey(1);
    young.created_at = noon - 24h + 1ms;
    const auto by = [](const Passkey& proof) {
        return create(replacing(created_by_ada(proof, {proof, passkey(2)}), passkey(2)));
    };
    CHECK(has<SuspendPasskey>(*by(young)));
    young.created_at = noon - 24h;
    CHECK(has<RemovePasskey>(*by(young)));
}

TEST_CASE("what is to be replaced must still be there") {
    const PasskeyCreated event = created_by_ada(passkey(1), {passkey(1), suspended(passkey(2))});
    CHECK(refusal(create(replacing(event, passkey(2)))) == not_yours);
    CHECK(refusal(create(replacing(event, passkey(3)))) == not_yours);
}

TEST_CASE("the limit on passkeys holds when one is created, too") {
    PasskeyCreated event = created_by_ada();
    for (std::uint8_t i = 2; i <= 20; ++i) {
        event.passkeys.push_back(passkey(i));
    }
    CHECK(refusal(create(event)) == too_many_passkeys);
    CHECK(create(replacing(event, passkey(20))).has_value());
}

TEST_CASE("T14: the session that the browser had ends when the enrolment opens one") {
    Circumstances signed_in = at(noon);
    signed_in.current_session = SessionId(40);
    for (const PasskeyCreated& event : {created_by_ada(), by_new_person()}) {
        const auto decision = decide(event, signed_in, fresh());
        REQUIRE(decision.has_value());
        CHECK(only<EndSession>(*decision)->session == SessionId(40));
    }
}

}  // namespace
}  // namespace latchkey::accounts
