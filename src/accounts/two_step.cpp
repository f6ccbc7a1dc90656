// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/two_step.hpp"

#include "accounts/draft.hpp"
#include "base/try.hpp"

namespace latchkey::accounts {
using enum Refusal;

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
    require_acting(draft, who);
    draft.add(ChangeFactors{.account = who.account.id, .from_version = who.account.version, .by = 1}
    );
    draft.add(AddAuthenticatorApp{app});
    draft.add(SetRecoveryCodes{.account = who.account.id, .macs = recovery_codes});
    draft.renew_session(who.session);
    draft.log(EventKind::app_added, who.account.id);
    draft.log(EventKind::recovery_codes_made, who.account.id);
    draft.tell(NoticeKind::app_added, who.account);
    return draft.finish(SignInState::done);
}

Result<Decision> turn_off_app(const Acting& who, const Circumstances& at, const Fresh& fresh) {
    if (!who.steps.app) return Fail{not_yours};
    if (who.account.factors < 2) return Fail{last_factor};
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(
        ChangeFactors{.account = who.account.id, .from_version = who.account.version, .by = -1}
    );
    draft.add(RemoveAuthenticatorApp{.account = who.account.id, .app = who.steps.app->id});
    draft.add(SetRecoveryCodes{.account = who.account.id, .macs = {}});
    draft.add(EndSessions{.account = who.account.id, .keep = std::nullopt});
    draft.renew_session(who.session);
    draft.log(EventKind::app_removed, who.account.id);
    draft.tell(NoticeKind::app_removed, who.account);
    return draft.finish(SignInState::done);
}

Result<Decision> make_recovery_codes(
    const Acting& who,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (!who.steps.app) return Fail{not_yours};
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    require_acting(draft, who);
    // What the codes stand in for is still there when they are written.
    draft.add(ChangeFactors{.account = who.account.id, .from_version = who.account.version, .by = 0}
    );
    draft.add(SetRecoveryCodes{.account = who.account.id, .macs = recovery_codes});
    draft.renew_session(who.session);
    draft.log(EventKind::recovery_codes_made, who.account.id);
    draft.tell(NoticeKind::recovery_codes_made, who.account);
    return draft.finish(SignInState::done);
}

}  // namespace latchkey::accounts
