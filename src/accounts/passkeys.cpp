// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/passkeys.hpp"

#include "accounts/acting.hpp"
#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::accounts {
namespace {

using enum Refusal;

/// Control characters, and those by which a name could pose as another or turn the text around
/// it (Unicode 15, Bidi_Control and the line and paragraph separators).
bool is_allowed_in_name(char32_t point) {
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return false;
    if (point == 0x061c || point == 0x200e || point == 0x200f) return false;
    if (point >= 0x2028 && point <= 0x202e) return false;
    return point < 0x2066 || point > 0x2069;
}

}  // namespace

std::optional<std::string> parse_passkey_name(std::string_view typed) {
    constexpr std::string_view white_space = " \t\n\f\r";
    const std::size_t begin = std::min(typed.find_first_not_of(white_space), typed.size());
    const std::size_t end = typed.find_last_not_of(white_space) + 1;
    const std::string_view name = typed.substr(begin, end - std::min(begin, end));
    if (name.size() > limits::passkey_name_characters * 4) return std::nullopt;
    const auto points = code_points(name);
    if (!points || points->size() > limits::passkey_name_characters) return std::nullopt;
    if (!std::ranges::all_of(*points, is_allowed_in_name)) return std::nullopt;
    return std::string(name);
}

Result<Decision> rename_passkey(
    const Acting& who,
    const PublicId& passkey,
    std::string_view name,
    const Circumstances& at,
    const Fresh& fresh
) {
    TRY(check_session(who, at.now));
    const auto parsed = parse_passkey_name(name);
    if (!parsed) return Fail{name_not_allowed};
    const auto found = std::ranges::find(who.passkeys, passkey, &Passkey::public_id);
    if (found == who.passkeys.end()) return Fail{not_yours};
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(RenamePasskey{.account = who.account.id, .passkey = found->id, .name = *parsed});
    draft.log(EventKind::passkey_renamed, who.account.id, *parsed);
    return draft.finish(SignInState::done);
}

Result<Decision> remove_passkey(
    const Acting& who, const PublicId& passkey, const Circumstances& at, const Fresh& fresh
) {
    TRY(check_session(who, at.now));
    const Passkey* const found = find_usable(who.passkeys, passkey);
    if (found == nullptr) return Fail{not_yours};
    const auto usable = std::ranges::count_if(who.passkeys, is_usable);
    const bool is_secured = usable > 1 || asks_second_step(who.passkeys, who.steps);
    if (!is_secured || who.account.factors < 2) return Fail{last_factor};
    TRY(check_not_frozen(who.account, at.now));
    // Last: nobody is asked for a proof that would change nothing.
    if (!is_fresh(who.session, at.now)) return Fail{proof_too_old};
    const Removal removal = removal_by(
        {
            .assurance = who.session.assurance,
            .recovered_at = who.session.recovered_at,
            .proof =
                who.session.passkey ? find_usable(who.passkeys, *who.session.passkey) : nullptr,
        },
        at.now
    );
    const bool is_suspension = removal == Removal::suspension;

    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(
        ChangeFactors{.account = who.account.id, .from_version = who.account.version, .by = -1}
    );
    draft.add(remove(*found, removal, at.now));
    draft.renew_session(who.session);
    draft.log(
        is_suspension ? EventKind::passkey_suspended : EventKind::passkey_removed,
        who.account.id,
        display_name(*found)
    );
    draft.tell(
        is_suspension ? NoticeKind::passkey_suspended : NoticeKind::passkey_removed,
        who.account,
        display_name(*found)
    );
    return draft.finish(SignInState::done);
}

Decision delete_suspended(const Passkey& passkey, const Circumstances& at, const Fresh& fresh) {
    Draft draft(at, fresh);
    draft.add(DeleteSuspendedPasskey{
        .account = passkey.account,
        .passkey = passkey.id,
        .suspended_at = passkey.suspended_at.value_or(at.now),  // one that is active is refused
    });
    draft.log(EventKind::passkey_removed, passkey.account, display_name(passkey));
    return draft.finish(SignInState::start);
}

}  // namespace latchkey::accounts
