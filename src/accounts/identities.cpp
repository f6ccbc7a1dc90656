// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/identities.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace latchkey::accounts {
namespace {

using enum Refusal;

}  // namespace

Result<Decision> link_identity(
    const Acting& who,
    const std::vector<LinkedIdentity>& identities,
    const ProvedIdentity& proved,
    const Circumstances& at,
    const Fresh& fresh
) {
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    if (std::ranges::find(identities, proved.who, &LinkedIdentity::who) != identities.end()) {
        return draft.finish(SignInState::done);
    }
    if (identities.size() >= limits::identities_per_account) return Fail{too_many_identities};
    require_acting(draft, who);
    draft.add(LinkIdentity{{
        .id = fresh.identity,
        .public_id = fresh.identity_public_id,
        .account = who.account.id,
        .who = proved.who,
        .email = proved.email,
        .linked_at = at.now,
    }});
    draft.renew_session(who.session);
    draft.log(EventKind::identity_linked, who.account.id, proved.who.issuer);
    draft.tell_of_identity(NoticeKind::identity_linked, who.account, proved.who.issuer);
    return draft.finish(SignInState::done);
}

Result<Decision> unlink_identity(
    const Acting& who,
    const std::vector<LinkedIdentity>& identities,
    const PublicId& identity,
    const Circumstances& at,
    const Fresh& fresh
) {
    TRY(check_sensitive_change(who, at.now));
    const auto found = std::ranges::find(identities, identity, &LinkedIdentity::public_id);
    if (found == identities.end()) return Fail{not_yours};
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(UnlinkIdentity{.account = who.account.id, .who = found->who});
    draft.add(EndSessions{.account = who.account.id, .keep = who.session.id});
    draft.renew_session(who.session);
    draft.log(EventKind::identity_unlinked, who.account.id, found->who.issuer);
    draft.tell_of_identity(NoticeKind::identity_unlinked, who.account, found->who.issuer);
    return draft.finish(SignInState::done);
}

Decision withdraw_identity(
    const LinkedIdentity& identity,
    const Account& account,
    const Circumstances& at,
    const Fresh& fresh
) {
    Draft draft(at, fresh);
    draft.add(UnlinkIdentity{.account = account.id, .who = identity.who});
    draft.add(EndSessions{.account = account.id, .keep = std::nullopt});
    draft.log(EventKind::identity_unlinked, account.id, identity.who.issuer);
    draft.tell_of_identity(NoticeKind::identity_withdrawn, account, identity.who.issuer);
    return draft.finish(SignInState::start);
}

}  // namespace latchkey::accounts
