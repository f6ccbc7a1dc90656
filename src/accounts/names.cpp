// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <string_view>

namespace latchkey::accounts {

std::string_view name_of(SignInState state) {
    switch (state) {
        case SignInState::start:
            return "start";
        case SignInState::identified:
            return "identified";
        case SignInState::enrol:
            return "enrol";
        case SignInState::done:
            return "done";
        case SignInState::second:
            return "second";
    }
    return "unknown";
}

std::string_view name_of(SignInEvent event) {
    switch (event) {
        case SignInEvent::code_requested:
            return "code_requested";
        case SignInEvent::passkey_asserted:
            return "passkey_asserted";
        case SignInEvent::code_matched:
            return "code_matched";
        case SignInEvent::upstream_proved:
            return "upstream_proved";
        case SignInEvent::second_matched:
            return "second_matched";
        case SignInEvent::hold_started:
            return "hold_started";
        case SignInEvent::passkey_restored:
            return "passkey_restored";
        case SignInEvent::passkey_created:
            return "passkey_created";
        case SignInEvent::passkey_promoted:
            return "passkey_promoted";
        case SignInEvent::app_confirmed:
            return "app_confirmed";
        case SignInEvent::phone_confirmed:
            return "phone_confirmed";
        case SignInEvent::biometrics_created:
            return "biometrics_created";
        case SignInEvent::started_over:
            return "started_over";
    }
    return "unknown";
}

std::string_view name_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::not_in_this_state:
            return "not_in_this_state";
        case Refusal::expired:
            return "expired";
        case Refusal::unknown_credential:
            return "unknown_credential";
        case Refusal::credential_suspended:
            return "credential_suspended";
        case Refusal::second_step_only:
            return "second_step_only";
        case Refusal::counter_went_back:
            return "counter_went_back";
        case Refusal::signed_out_everywhere:
            return "signed_out_everywhere";
        case Refusal::sign_up_closed:
            return "sign_up_closed";
        case Refusal::already_registered:
            return "already_registered";
        case Refusal::not_yours:
            return "not_yours";
        case Refusal::last_factor:
            return "last_factor";
        case Refusal::proof_too_old:
            return "proof_too_old";
        case Refusal::too_many_passkeys:
            return "too_many_passkeys";
        case Refusal::frozen_after_recovery:
            return "frozen_after_recovery";
        case Refusal::frozen_by_owner:
            return "frozen_by_owner";
        case Refusal::not_restorable:
            return "not_restorable";
        case Refusal::proof_withdrawn:
            return "proof_withdrawn";
        case Refusal::address_not_vouched:
            return "address_not_vouched";
        case Refusal::address_taken:
            return "address_taken";
        case Refusal::identity_taken:
            return "identity_taken";
        case Refusal::too_many_identities:
            return "too_many_identities";
        case Refusal::app_there:
            return "app_there";
        case Refusal::phone_there:
            return "phone_there";
        case Refusal::not_over:
            return "not_over";
        case Refusal::only_operator:
            return "only_operator";
        case Refusal::name_not_allowed:
            return "name_not_allowed";
    }
    return "unknown";
}

}  // namespace latchkey::accounts
