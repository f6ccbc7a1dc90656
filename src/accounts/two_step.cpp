// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/two_step.hpp"

#include "accounts/acting.hpp"
#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::accounts {
using enum Refusal;

namespace {

/// What each change of a method has in common: who makes it is still there and may, and the number
/// of factors fits.
void change_factors(Draft& draft, const Acting& who, int by) {
    require_acting(draft, who);
    draft.add(
        ChangeFactors{.account = who.account.id, .from_version = who.account.version, .by = by}
    );
}

/// The first method comes with a set of recovery codes.
void add_first_codes(Draft& draft, const Acting& who, const std::vector<Hash>& recovery_codes) {
    if (count_methods(who.passkeys, who.steps) > 0) return;
    draft.add(SetRecoveryCodes{.account = who.account.id, .macs = recovery_codes});
    draft.log(EventKind::recovery_codes_made, who.account.id);
}

/// With the last method the codes end that stood in for it.
void end_last_codes(Draft& draft, const Acting& who) {
    if (count_methods(who.passkeys, who.steps) > 1) return;
    draft.add(SetRecoveryCodes{.account = who.account.id, .macs = {}});
}

/// A method for the second step that goes, and how that is told.
struct GoneMethod {
    Change removed;
    EventKind event;
    NoticeKind notice;
    std::string name{};  // of the device; empty: the method needs none
};

Result<Decision> turn_off(
    const Acting& who, const GoneMethod& method, const Circumstances& at, const Fresh& fresh
) {
    if (who.account.factors < 2) return Fail{last_factor};
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    change_factors(draft, who, -1);
    draft.add(method.removed);
    end_last_codes(draft, who);
    draft.add(EndSessions{.account = who.account.id, .keep = std::nullopt});
    draft.renew_session(who.session);
    draft.log(method.event, who.account.id, method.name);
    draft.tell(method.notice, who.account, method.name);
    return draft.finish(SignInState::done);
}

}  // namespace

Result<Decision> turn_on_app(
    const Acting& who,
    const AuthenticatorApp& app,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (who.steps.app) return Fail{app_there};
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    change_factors(draft, who, 1);
    draft.add(AddAuthenticatorApp{app});
    draft.log(EventKind::app_added, who.account.id);
    add_first_codes(draft, who, recovery_codes);
    draft.renew_session(who.session);
    draft.tell(NoticeKind::app_added, who.account);
    return draft.finish(SignInState::done);
}

Result<Decision> turn_off_app(const Acting& who, const Circumstances& at, const Fresh& fresh) {
    if (!who.steps.app) return Fail{not_yours};
    return turn_off(
        who,
        {
            .removed = RemoveAuthenticatorApp{.account = who.account.id, .app = who.steps.app->id},
            .event = EventKind::app_removed,
            .notice = NoticeKind::app_removed,
        },
        at,
        fresh
    );
}

Result<Decision> turn_on_phone(
    const Acting& who,
    const Phone& phone,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
) {
    const auto& old = who.steps.phone;
    if (old && old->number == phone.number) return Fail{phone_there};
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    change_factors(draft, who, old ? 0 : 1);
    if (old) {
        draft.add(RemovePhone{.account = who.account.id, .phone = old->id});
        draft.add(EndSessions{.account = who.account.id, .keep = std::nullopt});
        draft.log(EventKind::phone_removed, who.account.id);
        draft.tell(NoticeKind::phone_removed, who.account);
    }
    draft.add(AddPhone{phone});
    draft.log(EventKind::phone_added, who.account.id);
    add_first_codes(draft, who, recovery_codes);
    draft.renew_session(who.session);
    draft.tell(NoticeKind::phone_added, who.account);
    return draft.finish(SignInState::done);
}

Result<Decision> turn_off_phone(const Acting& who, const Circumstances& at, const Fresh& fresh) {
    if (!who.steps.phone) return Fail{not_yours};
    return turn_off(
        who,
        {
            .removed = RemovePhone{.account = who.account.id, .phone = who.steps.phone->id},
            .event = EventKind::phone_removed,
            .notice = NoticeKind::phone_removed,
        },
        at,
        fresh
    );
}

Result<Decision> turn_off_biometrics(
    const Acting& who, const PublicId& credential, const Circumstances& at, const Fresh& fresh
) {
    const Passkey* const found = find_second_factor(who.passkeys, credential);
    if (found == nullptr) return Fail{not_yours};
    return turn_off(
        who,
        {
            .removed =
                RemovePasskey{
                    .account = who.account.id, .passkey = found->id, .keep = std::nullopt
                },
            .event = EventKind::biometrics_removed,
            .notice = NoticeKind::biometrics_removed,
            .name = display_name(*found),
        },
        at,
        fresh
    );
}

Result<Decision> prefer_second_step(
    const Acting& who, SecondStep second, const Circumstances& at, const Fresh& fresh
) {
    TRY(check_session(who, at.now));
    const bool is_there = second == SecondStep::biometrics
                              ? std::ranges::any_of(who.passkeys, is_second_factor)
                              : !is_recovery(second) && still_has(who.steps, second);
    if (!is_there) return Fail{not_yours};
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(PreferSecondStep{.account = who.account.id, .second = second});
    return draft.finish(SignInState::done);
}

Result<Decision> make_recovery_codes(
    const Acting& who,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (count_methods(who.passkeys, who.steps) == 0) return Fail{not_yours};
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    // What the codes stand in for is still there when they are written.
    change_factors(draft, who, 0);
    draft.add(SetRecoveryCodes{.account = who.account.id, .macs = recovery_codes});
    draft.renew_session(who.session);
    draft.log(EventKind::recovery_codes_made, who.account.id);
    draft.tell(NoticeKind::recovery_codes_made, who.account);
    return draft.finish(SignInState::done);
}

}  // namespace latchkey::accounts
