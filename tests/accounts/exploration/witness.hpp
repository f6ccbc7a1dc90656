// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace latchkey::accounts {

/// An independent record of what really happened: who proved what, when, and what was taken back.
/// It goes by the steps, never by what decisions say of themselves (assurance, marks, states), and
/// names the invariant (I1-I8, T5) that a commit breaks.
class Witness {
public:
    Witness(const World& world, const Bounds& bounds);

    /// One commit: `step`, decided on `seen`, made `before` into `after`. The first two differ if
    /// it was overtaken.
    struct Scene {
        const Step& step;
        const Decision& decision;
        const World& seen;
        const World& before;
        const World& after;
    };

    /// Names what must never happen; nullopt: all is well.
    std::optional<std::string> see(const Scene& scene);

    /// Time passed, and what expired was deleted.
    std::optional<std::string> see_time(const World& after);

    /// What was really proved, by whom and when.
    struct Proof {
        std::optional<AccountId> account;
        EmailAddress email;
        TimePoint at;
        std::optional<PasskeyId> passkey;  // none: another proof
        std::optional<Identity> upstream;
        std::optional<TimePoint> recovered_at;  // it went around a passkey, or by one that did
        std::optional<SecondStep> second;       // what followed it
        std::optional<PasskeyId> device;        // whose biometrics that were
        bool is_void = false;                   // taken back since
    };

    struct Code {
        EmailAddress email;
        std::optional<AccountId> account;  // at sending
        std::uint32_t guesses = 0;
        bool is_won = false;
        bool is_void = false;
    };

    struct Key {
        AccountId owner;
        webauthn::CredentialId credential;
        TimePoint made_at;
        std::optional<TimePoint> recovered_at;
        CredentialPurpose purpose = CredentialPurpose::passkey;
    };

    [[nodiscard]] const std::map<SignInId, Proof>& sign_ins() const { return sign_ins_; }

    [[nodiscard]] const std::map<SessionId, Proof>& sessions() const { return sessions_; }

    [[nodiscard]] const std::map<CodeId, Code>& codes() const { return codes_; }

    [[nodiscard]] const std::map<PasskeyId, Key>& keys() const { return keys_; }

    /// Whether the account went through a recovery whose mark lasts.
    [[nodiscard]] bool is_marked(AccountId account, TimePoint now) const;

private:
    using Verdict = std::optional<std::string>;

    void see_code(const EmailCode& code);
    Verdict see_guess(const Scene& scene);
    Verdict see_match(const Scene& scene);
    Verdict see_assertion(const Scene& scene);
    Verdict see_upstream(const Scene& scene);
    Verdict see_first_proof(const Scene& scene, Proof proof);
    Verdict see_second_step(const Scene& scene);
    Verdict see_hold(const Scene& scene);
    void see_stop(const Scene& scene);
    Verdict see_restoring(const Scene& scene);
    void end_all_of(AccountId account, const EmailAddress& email);
    [[nodiscard]] Verdict check_frozen(const Scene& scene) const;
    Verdict see_waited(const Scene& scene, const Proof& proof);
    Verdict see_link(const Scene& scene);
    Verdict see_unlink(const Scene& scene);
    [[nodiscard]] Verdict check_one_made(const Scene& scene) const;
    Verdict take_enrolment(const Scene& scene, Proof& proof);
    Verdict begin_account(const Scene& scene, Proof& proof);
    Verdict see_creation(const Scene& scene);
    Verdict see_promotion(const Scene& scene);
    [[nodiscard]] Verdict check_rested(const Scene& scene, const Proof& proof) const;
    Verdict see_app(const Scene& scene);
    Verdict see_removal(const Scene& scene);
    Verdict see_two_step(const Scene& scene);
    void see_end(const Scene& scene);

    Verdict open(const Scene& scene, const Proof& proof);
    Verdict check_lost_passkeys(const Scene& scene);
    Verdict check_told(const Scene& scene) const;
    Verdict take_session(const Scene& scene);
    [[nodiscard]] Verdict check_identities(const World& world) const;
    [[nodiscard]] Verdict check_state(const World& world) const;
    static Verdict check_factors(const World& world, const Account& account);
    [[nodiscard]] Verdict check_credentials(const World& world) const;
    [[nodiscard]] Verdict check_holds(const World& world) const;
    [[nodiscard]] Verdict check_session(const World& world, const Session& session) const;
    [[nodiscard]] bool asks_more(const World& world, AccountId account) const;
    [[nodiscard]] bool may_remove_for_good(const Proof& actor, const World& before) const;
    void forget(const World& after);

    std::uint32_t guesses_at_most_;
    Recovery recovery_;
    std::map<SignInId, Proof> sign_ins_;
    std::map<SessionId, Proof> sessions_;
    std::map<CodeId, Code> codes_;
    std::map<PasskeyId, Key> keys_;
    std::map<std::string, AccountId> identities_;  // by subject
    std::map<AccountId, TimePoint> recoveries_;
    std::map<AccountId, TimePoint> frozen_;        // when its owner said "this wasn't me"
    std::map<AccountId, TimePoint> holds_;         // when the wait began
    std::map<AuthenticatorAppId, TotpStep> used_;  // the latest step that a code was used of
    std::optional<Proof> actor_;                   // of the step that is being seen
};

}  // namespace latchkey::accounts
