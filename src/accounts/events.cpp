// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/events.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::accounts {
namespace {

constexpr auto names = [] {
    using enum EventKind;
    return std::to_array<std::pair<EventKind, std::string_view>>({
        {account_created, "account_created"},
        {account_deleted, "account_deleted"},
        {passkey_added, "passkey_added"},
        {passkey_renamed, "passkey_renamed"},
        {passkey_removed, "passkey_removed"},
        {passkey_suspended, "passkey_suspended"},
        {passkey_replaced, "passkey_replaced"},
        {passkey_restored, "passkey_restored"},
        {identity_linked, "identity_linked"},
        {identity_unlinked, "identity_unlinked"},
        {signed_in, "signed_in"},
        {signed_in_recovered, "signed_in_recovered"},
        {code_sent, "code_sent"},
        {code_wrong, "code_wrong"},
        {signed_out, "signed_out"},
        {signed_out_everywhere, "signed_out_everywhere"},
        {session_ended, "session_ended"},
        {email_changed, "email_changed"},
        {second_email_set, "second_email_set"},
        {second_email_removed, "second_email_removed"},
        {deletion_asked, "deletion_asked"},
        {deletion_stopped, "deletion_stopped"},
        {invited, "invited"},
        {counter_went_back, "counter_went_back"},
        {app_added, "app_added"},
        {app_removed, "app_removed"},
        {phone_added, "phone_added"},
        {phone_removed, "phone_removed"},
        {biometrics_added, "biometrics_added"},
        {biometrics_removed, "biometrics_removed"},
        {recovery_codes_made, "recovery_codes_made"},
        {recovery_code_used, "recovery_code_used"},
        {second_step_wrong, "second_step_wrong"},
        {hold_started, "hold_started"},
        {hold_stopped, "hold_stopped"},
        {recovery_granted, "recovery_granted"},
        {row_refused, "row_refused"},
    });
}();

}  // namespace

EventGroup group_of(EventKind kind) {
    switch (kind) {
        using enum EventKind;
        case signed_in:
        case signed_in_recovered:
        case signed_out:
        case signed_out_everywhere:
        case session_ended:
            return EventGroup::sessions;
        case code_sent:
        case code_wrong:
        case counter_went_back:
        case second_step_wrong:
        case hold_started:
        case hold_stopped:
        case row_refused:
            return EventGroup::attempts;
        default:
            return EventGroup::changes;
    }
}

std::string_view name_of(EventKind kind) {
    for (const auto& [known, name] : names) {
        if (known == kind) return name;
    }
    return "unknown";
}

std::optional<EventKind> event_kind_named(std::string_view name) {
    for (const auto& [kind, known] : names) {
        if (known == name) return kind;
    }
    return std::nullopt;
}

}  // namespace latchkey::accounts
