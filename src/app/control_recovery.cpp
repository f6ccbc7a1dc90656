// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "app/control_commands.hpp"
#include "app/control_parts.hpp"
#include "app/log.hpp"
#include "base/json.hpp"
#include "pages/language.hpp"
#include "pages/saves.hpp"
#include "pages/site.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::app {
namespace {

constexpr std::int64_t events_at_most = 200;

json::Value identity_line(const accounts::LinkedIdentity& identity) {
    return json::object({
        {"issuer", identity.who.issuer},
        {"email", identity.email},
        {"linked_at", format_time(identity.linked_at)},
    });
}

std::vector<accounts::Passkey> credentials_of(
    const CommandContext& context,
    const accounts::Account& account,
    accounts::CredentialPurpose purpose
) {
    std::vector<accounts::Passkey> credentials = context.store.list_passkeys(account.id);
    std::erase_if(credentials, [purpose](const auto& row) { return row.purpose != purpose; });
    return credentials;
}

json::Value not_running() {
    return error(
        "not_running",
        "the server does not run, and its owner would not be told",
        "start the server first"
    );
}

/// Commits with the mails that tell of it; anew when the account changed meanwhile. `decide` gets
/// the account as it is now. nullopt: done.
template <class Decide>
std::optional<json::Value> change_and_tell(
    const CommandContext& context, accounts::AccountId id, Decide decide
) {
    const pages::Services& services = *context.services;
    for (int i = 0; i < tries; ++i) {
        const auto account = context.store.find_account(id);
        if (!account) break;
        accounts::Result<accounts::Decision> decided = decide(*account);
        if (!decided && decided.error() == accounts::Refusal::last_factor) {
            return error(
                "last_factor",
                "the account has no passkey: without its second step nobody could sign in to it",
                "let its owner in by `latchkey user recovery-link`, to add a passkey"
            );
        }
        if (!decided) {
            return error(
                "nothing_there",
                "the account has no second step",
                "`latchkey user factors` shows what it has"
            );
        }
        pages::add_notices(
            services, services.renderer.in(pages::Language::en), decided->changes, decided->notices
        );
        const auto result = commit(context, *std::move(decided));
        if (std::holds_alternative<store::Committed>(result)) {
            services.mail_queued();
            return std::nullopt;
        }
        if (std::holds_alternative<store::Unknown>(result)) break;
    }
    return not_written();
}

}  // namespace

json::Value show_factors(const CommandContext& context, const accounts::Account& account) {
    using enum accounts::CredentialPurpose;
    const accounts::SecondSteps steps = context.store.find_second_steps(account.id);
    json::Value app;
    if (steps.app) {
        app = json::object({
            {"created_at", format_time(steps.app->created_at)},
            {"last_used_at", time_or_null(steps.app->last_used_at)},
        });
    }
    json::Value phone;
    if (steps.phone) {
        phone = json::object({
            {"number", steps.phone->number.masked()},
            {"created_at", format_time(steps.phone->created_at)},
            {"last_used_at", time_or_null(steps.phone->last_used_at)},
        });
    }
    json::Value factors = json::object({
        {"email", account.email.text()},
        {"recovered_at", time_or_null(account.recovered_at)},
        {"frozen_at", time_or_null(account.frozen_at)},
        {"passkeys", lines_of(credentials_of(context, account, passkey), passkey_line)},
        {"biometrics", lines_of(credentials_of(context, account, second_factor), passkey_line)},
        {"app", std::move(app)},
        {"phone", std::move(phone)},
        {"recovery_codes", steps.recovery_codes},
        {"waits_until", time_or_null(steps.hold ? std::optional(steps.hold->ends_at) : std::nullopt)
        },
        {"identities", lines_of(context.store.list_identities(account.id), identity_line)},
    });
    return json::object({{"factors", std::move(factors)}});
}

json::Value list_events(
    const CommandContext& context, const accounts::Account& account, const json::Value& request
) {
    const json::Value* count = request.find("count");
    if (count == nullptr || count->as_integer() == nullptr || *count->as_integer() < 1) {
        return error("bad_request", "user.events wants `count`", "this is a fault");
    }
    const auto wanted = static_cast<std::size_t>(std::min(*count->as_integer(), events_at_most));
    return json::object(
        {{"events", lines_of(context.store.list_events(account.id, {.count = wanted}), event_line)}}
    );
}

json::Value grant_recovery(const CommandContext& context, const accounts::Account& account) {
    if (context.services == nullptr) return not_running();
    const accounts::Circumstances at = circumstances(context);
    auto problem = change_and_tell(context, account.id, [&](const accounts::Account& now) {
        return accounts::Result<accounts::Decision>(
            accounts::grant_recovery(now, at, fresh_events(context))
        );
    });
    if (problem) return *std::move(problem);
    return json::object({
        {"link",
         context.services->site.origin + "/sign-in?intent=add-passkey&return_to=/settings/security"
        },
        {"until", format_time(at.now + accounts::limits::hold_stays_over)},
    });
}

json::Value reset_second_factor(const CommandContext& context, const accounts::Account& account) {
    if (context.services == nullptr) return not_running();
    auto problem = change_and_tell(context, account.id, [&](const accounts::Account& now) {
        return accounts::reset_second_step(
            now,
            context.store.list_passkeys(now.id),
            context.store.find_second_steps(now.id),
            circumstances(context),
            fresh_events(context)
        );
    });
    return problem ? *std::move(problem) : json::object({});
}

json::Value delete_account(const CommandContext& context, const accounts::Account& account) {
    if (context.services == nullptr) return not_running();
    auto problem = change_and_tell(context, account.id, [&](const accounts::Account& now) {
        return accounts::Result<accounts::Decision>(
            accounts::delete_account(now, circumstances(context), fresh_events(context))
        );
    });
    return problem ? *std::move(problem) : json::object({});
}

}  // namespace latchkey::app
