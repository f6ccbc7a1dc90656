// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/identities.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/policy.hpp"
#include "base/try.hpp"

#include <algorithm>

namespace latchkey::accounts {
namespace {

using enum Refusal;

/// A change of the ways in: by a live session whose proof is fresh and no way around a passkey.
Result<void> check_acting(const Acting& who, TimePoint now) {
    if (session_state(who.session, who.account, now) != SessionState::valid) {
        return Fail{signed_out_everywhere};
    }
    const auto recovered_at = who.account.recovered_at;
    const bool is_frozen = recovered_at && now < *recovered_at + limits::freeze_after_recovery;
    if (is_frozen || who.session.assurance == Assurance::recovered) {
        return Fail{frozen_after_recovery};
    }
    if (!is_fresh(who.session, now)) return Fail{proof_too_old};
    return {};
}

void require_acting(Draft& draft, const Acting& who) {
    draft.add(RequireSession{who.session.id});
    draft.add(RequireEpoch{.account = who.account.id, .epoch = who.account.epoch});
}

}  // namespace

Result<Decision> link_identity(
    const Acting& who,
    const std::vector<LinkedIdentity>& identities,
    const ProvedIdentity& proved,
    const Circumstances& at,
    const Fresh& fresh
) {
    TRY(check_acting(who, at.now));
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
    TRY(check_acting(who, at.now));
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
