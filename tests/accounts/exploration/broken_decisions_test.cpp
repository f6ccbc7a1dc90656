// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/exploration/breaking.hpp"
#include "accounts/exploration/explorer.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/holds.hpp"
#include "accounts/passkeys.hpp"
#include "accounts/policy.hpp"
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <doctest/doctest.h>

// The exploration finds what it looks for: each decision is broken once.
namespace latchkey::accounts {
namespace {

/// All that a small world shows is wrong with the core.
std::string violation_of(const Core& core) {
    const Bounds bounds{.tickets = 2, .eves_tickets = 1, .passkeys = 2, .apps = 1, .guesses = 2};
    return explore(core, bounds, Overtaking::all_pairs, 100'000).violation;
}

/// The same, of a world with waits.
void check_found_waiting(const Core& core) {
    const Bounds bounds{.tickets = 1, .eves_tickets = 0, .passkeys = 1, .apps = 1, .holds = 1};
    const std::string violation = explore(core, bounds, Overtaking::all_pairs, 100'000).violation;
    CAPTURE(violation);
    CHECK(violation.starts_with("4.3"));
}

void check_found(const Core& core, std::string_view invariant) {
    const std::string violation = violation_of(core);
    CAPTURE(violation);
    CHECK(violation.starts_with(invariant));
}

TEST_CASE("found: the last passkey can be removed (I1)") {
    Core core = real_core();
    core.remove_passkey = [](Acting who, const PublicId& passkey, const auto& at, const auto& fresh
                          ) {
        Passkey invented = who.passkeys.front();
        invented.id = PasskeyId(0);
        invented.public_id = PublicId("invented");
        invented.status = CredentialStatus::active;
        invented.purpose = CredentialPurpose::passkey;
        who.passkeys.push_back(invented);
        who.account.factors += 1;
        return without<ChangeFactors>(remove_passkey(who, passkey, at, fresh));
    };
    check_found(core, "I1");
}

TEST_CASE("found: a sign-in around a lost passkey passes for one by passkey (I2)") {
    Core core = real_core();
    core.code_matched =
        [real = core.code_matched](
            const auto& purpose, const auto& event, const auto& at, const auto& fresh
        ) {
            return with_each<OpenSession>(real(purpose, event, at, fresh), [](OpenSession& open) {
                open.session.assurance = Assurance::passkey;
            });
        };
    check_found(core, "I2");
}

TEST_CASE("found: enrolling under recovery and signing in again launders the mark (I2)") {
    Core core = real_core();
    core.passkey_created = [](const auto& event, const auto& at, const auto& fresh) {
        return with_each<AddPasskey>(decide(event, at, fresh), [](AddPasskey& add) {
            add.passkey.recovered_at = std::nullopt;
        });
    };
    check_found(core, "I2");
}

TEST_CASE("found: a suspended passkey signs in (I2)") {
    Core core = real_core();
    core.passkey_asserted =
        [real = core.passkey_asserted](
            const auto& purpose, PasskeyAsserted event, const auto& at, const auto& fresh
        ) {
            event.passkey.status = CredentialStatus::active;
            return without<UsePasskey>(real(purpose, event, at, fresh));
        };
    check_found(core, "I2");
}

TEST_CASE("found: an enrolment can be finished twice (I6)") {
    Core core = real_core();
    core.passkey_created = [](const auto& event, const auto& at, const auto& fresh) {
        return without<FinishSignIn>(decide(event, at, fresh));
    };
    check_found(core, "I6");
}

TEST_CASE("found: one guess too many is compared (I4)") {
    Core core = real_core();
    core.guesses_per_code = 3;
    check_found(core, "I4");
}

TEST_CASE("found: a passkey is given to another account (I5)") {
    Core core = real_core();
    core.passkey_created = [](const auto& event, const auto& at, const auto& fresh) {
        return with_each<AddPasskey>(decide(event, at, fresh), [&event](AddPasskey& add) {
            if (event.account) add.passkey.account = AccountId(2);  // Eve's
        });
    };
    check_found(core, "I5");
}

TEST_CASE("found: a removed passkey still adds another, by a sign-in that it had begun (I6)") {
    Core core = real_core();
    core.passkey_created = [](PasskeyCreated event, const auto& at, const auto& fresh) {
        if (event.sign_in.passkey) {
            Passkey proof;
            proof.id = *event.sign_in.passkey;
            proof.account = *event.sign_in.account;
            event.passkeys.push_back(proof);
        }
        return decide(event, at, fresh);
    };
    check_found(core, "I6");
}

TEST_CASE("found: a code outlives 'sign out everywhere' (I7)") {
    Core core = real_core();
    core.code_matched =
        [real = core.code_matched](
            const auto& purpose, CodeMatched event, const auto& at, const auto& fresh
        ) {
            if (event.account) event.code.account_epoch = event.account->epoch;
            return real(purpose, event, at, fresh);
        };
    check_found(core, "I7");
}

TEST_CASE("found: an enrolment outlives 'sign out everywhere' (I6)") {
    Core core = real_core();
    core.passkey_created = [](PasskeyCreated event, const auto& at, const auto& fresh) {
        if (event.account) event.sign_in.account_epoch = event.account->epoch;
        return decide(event, at, fresh);
    };
    check_found(core, "I6");
}

TEST_CASE("found: a removal brings back a session that was signed out meanwhile (I7)") {
    Core core = real_core();
    core.remove_passkey = [](const auto& who, const auto& passkey, const auto& at, const auto& fresh
                          ) {
        return without<RequireSession>(remove_passkey(who, passkey, at, fresh));
    };
    check_found(core, "I7");
}

TEST_CASE("found: a recovered session removes a passkey for good (T5)") {
    Core core = real_core();
    core.remove_passkey = [](const auto& who, const auto& passkey, const auto& at, const auto& fresh
                          ) {
        Result<Decision> decided = remove_passkey(who, passkey, at, fresh);
        if (!decided) return decided;
        for (Change& change : decided->changes) {
            if (const auto* suspend = std::get_if<SuspendPasskey>(&change)) {
                change = RemovePasskey{.account = suspend->account, .passkey = suspend->passkey};
            }
        }
        return decided;
    };
    check_found(core, "T5");
}

TEST_CASE("found: nobody is told of a new passkey (I8)") {
    Core core = real_core();
    core.passkey_created = [](const auto& event, const auto& at, const auto& fresh) {
        Result<Decision> decided = decide(event, at, fresh);
        if (decided) decided->notices.clear();
        return decided;
    };
    check_found(core, "I8");
}

TEST_CASE("found: a recovered session links an identity (T32)") {
    Core core = real_core();
    core.link_identity =
        [](Acting who, const auto& identities, const auto& proved, const auto& at, const auto& fresh
        ) {
            who.account.recovered_at = std::nullopt;
            who.session.assurance = Assurance::passkey;
            return link_identity(who, identities, proved, at, fresh);
        };
    check_found(core, "T32");
}

TEST_CASE("found: an identity that was unlinked meanwhile still opens the account (T32)") {
    Core core = real_core();
    core.upstream_proved =
        [real = core.upstream_proved](
            const auto& purpose, const auto& event, const auto& at, const auto& fresh
        ) { return without<RequireIdentity>(real(purpose, event, at, fresh)); };
    check_found(core, "T32");
}

TEST_CASE("found: an e-mail code alone signs in to an account with an app (T1)") {
    Core core = real_core();
    core.code_matched =
        [real = core.code_matched](
            const auto& purpose, CodeMatched event, const auto& at, const auto& fresh
        ) {
            event.steps = {};
            return real(purpose, event, at, fresh);
        };
    check_found(core, "T1");
}

TEST_CASE("found: a recovery overtakes an app that is being turned on (T1)") {
    Core core = real_core();
    core.code_matched =
        [real = core.code_matched](
            const auto& purpose, const auto& event, const auto& at, const auto& fresh
        ) { return without<ChangeFactors>(real(purpose, event, at, fresh)); };
    check_found(core, "T1");
}

TEST_CASE("found: a passkey is added by a first proof, although an app was turned on since (T1)") {
    Core core = real_core();
    core.passkey_created = [](PasskeyCreated event, const auto& at, const auto& fresh) {
        event.steps = {};
        event.sign_in.second = std::nullopt;
        return decide(event, at, fresh);
    };
    check_found(core, "T1");
}

TEST_CASE("found: a second step can be finished twice (I6)") {
    Core core = real_core();
    core.second_matched = [](const auto& event, const auto& at, const auto& fresh) {
        return without<FinishSignIn>(decide(event, at, fresh));
    };
    check_found(core, "I6");
}

TEST_CASE("found: a recovery code passes for the app (I2)") {
    Core core = real_core();
    core.second_matched = [](const auto& event, const auto& at, const auto& fresh) {
        return with_each<OpenSession>(decide(event, at, fresh), [](OpenSession& open) {
            open.session.assurance = Assurance::two_steps;
        });
    };
    check_found(core, "I2");
}

TEST_CASE("found: a recovered session turns on an app of its own (4.3)") {
    Core core = real_core();
    core.turn_on_app =
        [](Acting who, const auto& app, const auto& codes, const auto& at, const auto& fresh) {
            who.session.assurance = Assurance::passkey;
            who.account.recovered_at = std::nullopt;
            return turn_on_app(who, app, codes, at, fresh);
        };
    check_found(core, "4.3");
}

TEST_CASE("found: a wait lets in before its end (4.3)") {
    Core core = real_core();
    core.second_matched = [](SecondMatched event, const auto& at, const auto& fresh) {
        if (event.steps.hold) event.steps.hold->ends_at = at.now - 1min;
        return decide(event, at, fresh);
    };
    check_found_waiting(core);
}

TEST_CASE("found: a sign-in with the passkey leaves a wait as it is (4.3)") {
    Core core = real_core();
    core.passkey_asserted =
        [real = core.passkey_asserted](
            const auto& purpose, const auto& event, const auto& at, const auto& fresh
        ) { return without<EndHold>(real(purpose, event, at, fresh)); };
    check_found_waiting(core);
}

TEST_CASE("found: under delay an e-mail code goes around a passkey at once (T1)") {
    Core core = real_core();
    core.recovery = Recovery::delay;
    core.code_matched =
        [real = core.code_matched](
            const auto& purpose, CodeMatched event, const auto& at, const auto& fresh
        ) {
            event.recovery = Recovery::notify;
            return real(purpose, event, at, fresh);
        };
    const Bounds bounds{.tickets = 1, .passkeys = 1, .recovery = Recovery::delay};
    const std::string violation = explore(core, bounds, Overtaking::all_pairs, 100'000).violation;
    CAPTURE(violation);
    CHECK(violation.starts_with("T1"));
}

TEST_CASE("found: under strict somebody waits (4.3)") {
    Core core = real_core();
    core.recovery = Recovery::strict;
    core.start_hold = [](HoldWanted event, const auto& at, const auto& fresh) {
        event.policy.rule = Recovery::delay;
        return start_hold(event, at, fresh);
    };
    const Bounds bounds{.tickets = 1, .passkeys = 1, .holds = 1, .recovery = Recovery::strict};
    const std::string violation = explore(core, bounds, Overtaking::all_pairs, 100'000).violation;
    CAPTURE(violation);
    CHECK(violation.starts_with("4.3"));
}

/// What a world in which passkeys are given back shows to be wrong.
void check_found_restoring(const Core& core, std::string_view invariant) {
    const Bounds bounds{.tickets = 1, .eves_tickets = 0, .passkeys = 2, .restores = 1};
    const std::string violation = explore(core, bounds, Overtaking::all_pairs, 100'000).violation;
    CAPTURE(violation);
    CHECK(violation.starts_with(invariant));
}

TEST_CASE("found: factors change after \"this wasn't me\" (4.3)") {
    Core core = real_core();
    core.passkey_created = [](PasskeyCreated event, const auto& at, const auto& fresh) {
        if (event.account) event.account->frozen_at = std::nullopt;
        return decide(event, at, fresh);
    };
    core.passkey_asserted =
        [real = core.passkey_asserted](
            const auto& purpose, PasskeyAsserted event, const auto& at, const auto& fresh
        ) {
            event.account.frozen_at = std::nullopt;
            return real(purpose, event, at, fresh);
        };
    check_found_restoring(core, "4.3");
}

TEST_CASE("found: a passkey that the recovery made undoes what the owner stopped (T5)") {
    Core core = real_core();
    core.passkey_restored = [](PasskeyRestored event, const auto& at, const auto& fresh) {
        event.passkey.recovered_at = std::nullopt;
        return decide(event, at, fresh);
    };
    check_found_restoring(core, "T5");
}

TEST_CASE("found: a provider's word stands in for the code (4.3)") {
    Core core = real_core();
    core.passkey_restored = [](PasskeyRestored event, const auto& at, const auto& fresh) {
        event.sign_in.proof = Proof::email_code;
        event.sign_in.state = SignInState::second;
        return decide(event, at, fresh);
    };
    check_found_restoring(core, "4.3");
}

TEST_CASE("found: sessions outlive \"this wasn't me\" (I7)") {
    Core core = real_core();
    core.stop_recovery =
        [real = core.stop_recovery](
            const auto& link, const auto& account, const auto& at, const auto& fresh
        ) { return without<RaiseEpoch>(without<EndSessions>(real(link, account, at, fresh))); };
    check_found_restoring(core, "I7");
}

TEST_CASE("found: sessions outlive the app that is turned off (I7)") {
    Core core = real_core();
    core.turn_off_app = [](const auto& who, const auto& at, const auto& fresh) {
        return without<EndSessions>(turn_off_app(who, at, fresh));
    };
    check_found(core, "I7");
}

}  // namespace
}  // namespace latchkey::accounts
