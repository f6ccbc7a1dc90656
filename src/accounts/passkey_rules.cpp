// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/passkey_rules.hpp"

#include "accounts/changes.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/options.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace latchkey::accounts {
namespace {

template <class Matches>
const Passkey* find_where(const std::vector<Passkey>& passkeys, Matches matches) {
    const auto found = std::ranges::find_if(passkeys, matches);
    return found == passkeys.end() ? nullptr : &*found;
}

bool is_full(const std::vector<Passkey>& passkeys) {
    return passkeys.size() >= limits::credentials_per_account;
}

}  // namespace

bool is_usable(const Passkey& passkey) {
    return passkey.purpose == CredentialPurpose::passkey &&
           passkey.status == CredentialStatus::active;
}

const Passkey* find_usable(const std::vector<Passkey>& passkeys, const PublicId& id) {
    return find_where(passkeys, [&id](const Passkey& passkey) {
        return is_usable(passkey) && passkey.public_id == id;
    });
}

const Passkey* find_usable(const std::vector<Passkey>& passkeys, PasskeyId id) {
    return find_where(passkeys, [id](const Passkey& passkey) {
        return is_usable(passkey) && passkey.id == id;
    });
}

bool is_second_factor(const Passkey& credential) {
    return credential.purpose == CredentialPurpose::second_factor &&
           credential.status == CredentialStatus::active;
}

bool is_promotable(const Passkey& credential) {
    return is_second_factor(credential) && credential.discoverable != false;
}

const Passkey* find_second_factor(const std::vector<Passkey>& credentials, const PublicId& id) {
    return find_where(credentials, [&id](const Passkey& credential) {
        return is_second_factor(credential) && credential.public_id == id;
    });
}

const Passkey* find_second_factor(const std::vector<Passkey>& credentials, PasskeyId id) {
    return find_where(credentials, [id](const Passkey& credential) {
        return is_second_factor(credential) && credential.id == id;
    });
}

std::size_t count_methods(const std::vector<Passkey>& credentials, const SecondSteps& steps) {
    const auto devices = std::ranges::count_if(credentials, is_second_factor);
    return static_cast<std::size_t>(devices) + (steps.app ? 1 : 0) + (steps.phone ? 1 : 0);
}

bool still_has(const SecondSteps& steps, SecondStep by) {
    switch (by) {
        case SecondStep::authenticator_app:
            return steps.app.has_value();
        case SecondStep::text_message:
            return steps.phone.has_value();
        case SecondStep::recovery_code:
        case SecondStep::waited:
            return true;
        case SecondStep::biometrics:
            break;
    }
    return false;
}

bool is_recovery(SecondStep by) {
    return by == SecondStep::recovery_code || by == SecondStep::waited;
}

bool is_copy(const Passkey& passkey, std::uint32_t asserted_count, webauthn::CounterRule rule) {
    using enum webauthn::CounterRule;
    const bool is_device_bound = !passkey.record.backup_eligible;
    const bool refuses = rule == refuse || (rule == refuse_device_bound && is_device_bound);
    return refuses && went_back(passkey.record.sign_count, asserted_count);
}

bool went_back(std::uint32_t stored, std::uint32_t asserted) {
    return (stored != 0 || asserted != 0) && asserted <= stored;
}

Result<void> check_not_frozen(const Account& account, TimePoint now) {
    const auto& since = account.frozen_at;
    if (since && now < *since + limits::freeze_after_recovery) {
        return Fail{Refusal::frozen_by_owner};
    }
    return {};
}

bool asks_second_step(const std::vector<Passkey>& passkeys, const SecondSteps& steps) {
    return count_methods(passkeys, steps) > 0;
}

Result<const Passkey*> check_room(
    const std::vector<Passkey>& passkeys, const std::optional<PublicId>& replaces
) {
    const Passkey* replaced = nullptr;
    if (replaces) {
        replaced = find_usable(passkeys, *replaces);
        if (replaced == nullptr) return Fail{Refusal::not_yours};
    }
    const auto usable = static_cast<std::size_t>(std::ranges::count_if(passkeys, is_usable));
    const std::size_t leaves = replaced == nullptr ? 0 : 1;
    if (usable - leaves >= limits::passkeys_per_account) return Fail{Refusal::too_many_passkeys};
    // What is replaced may stay as a suspended one.
    if (is_full(passkeys)) return Fail{Refusal::too_many_passkeys};
    return replaced;
}

Result<void> check_rested(const Account& account, TimePoint now) {
    const auto& since = account.recovered_at;
    if (since && now < *since + limits::freeze_after_recovery) {
        return Fail{Refusal::frozen_after_recovery};
    }
    return {};
}

bool adds_factor(Intent intent) {
    return intent == Intent::add_passkey || intent == Intent::add_second_step;
}

Result<void> check_may_add(
    const Account& account,
    const std::vector<Passkey>& passkeys,
    const Purpose& purpose,
    TimePoint now
) {
    TRY(check_not_frozen(account, now));
    if (purpose.intent != Intent::add_second_step) {
        TRY(check_room(passkeys, purpose.replaces));
        return {};
    }
    TRY(check_rested(account, now));
    const auto devices = std::ranges::count_if(passkeys, is_second_factor);
    if (static_cast<std::size_t>(devices) >= limits::biometrics_per_account || is_full(passkeys)) {
        return Fail{Refusal::too_many_passkeys};
    }
    return {};
}

std::optional<TimePoint> mark_of(std::optional<TimePoint> recovered_at, TimePoint now) {
    if (!recovered_at || now >= *recovered_at + limits::recovered_mark) return std::nullopt;
    return recovered_at;
}

Removal removal_by(const Remover& remover, TimePoint now) {
    const bool is_recovered =
        remover.assurance == Assurance::recovered && mark_of(remover.recovered_at, now);
    if (is_recovered || remover.proof == nullptr) return Removal::suspension;
    const bool is_young = now < remover.proof->created_at + limits::young_passkey;
    return is_young ? Removal::suspension : Removal::for_good;
}

Change remove(const Passkey& passkey, Removal removal, TimePoint now) {
    if (removal == Removal::suspension) {
        return SuspendPasskey{
            .account = passkey.account, .passkey = passkey.id, .at = now, .keep = std::nullopt
        };
    }
    return RemovePasskey{.account = passkey.account, .passkey = passkey.id, .keep = std::nullopt};
}

}  // namespace latchkey::accounts
