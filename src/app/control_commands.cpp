// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/control_commands.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/authenticator_names.hpp"
#include "accounts/events.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "app/control_parts.hpp"
#include "app/log.hpp"
#include "app/start_checks.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

namespace latchkey::app {

json::Value error(std::string_view code, std::string what, std::string mend) {
    return json::object({{
        "error",
        json::object({{"code", code}, {"what", std::move(what)}, {"mend", std::move(mend)}}),
    }});
}

json::Value not_written() {
    return error("not_written", "the change could not be written", "try again; look at the log");
}

// From the command line: no network and no browser.
accounts::Circumstances circumstances(const CommandContext& context) {
    return {.now = context.clock.now(), .network = "", .browser = "", .current_session = {}};
}

accounts::Fresh fresh_events(const CommandContext& context) {
    accounts::Fresh fresh;
    for (accounts::EventId& event : fresh.events) {
        event = accounts::EventId(context.store.next_id());
    }
    return fresh;
}

store::CommitResult commit(const CommandContext& context, accounts::Decision decision) {
    std::promise<store::CommitResult> promise;
    auto result = promise.get_future();
    context.store.commit(
        {.operation = context.random.bytes<16>(), .changes = std::move(decision.changes)},
        [&promise](store::CommitResult outcome) { promise.set_value(std::move(outcome)); }
    );
    return result.get();
}

json::Value time_or_null(const std::optional<TimePoint>& time) {
    return time ? json::Value(format_time(*time)) : json::Value();
}

json::Value passkey_line(const accounts::Passkey& passkey) {
    return json::object({
        {"name", accounts::display_name(passkey)},
        {"second_step_only", passkey.purpose == accounts::CredentialPurpose::second_factor},
        {"synced", passkey.record.backup_state},
        {"suspended", passkey.status == accounts::CredentialStatus::suspended},
        {"created_at", format_time(passkey.created_at)},
        {"last_used_at", time_or_null(passkey.last_used_at)},
    });
}

json::Value event_line(const accounts::Event& event) {
    return json::object({
        {"at", format_time(event.at)},
        {"event", accounts::name_of(event.kind)},
        {"network", event.network},
        {"browser", event.browser},
        {"detail", event.detail},
    });
}

namespace {

constexpr std::int64_t accounts_at_most = 1'000;  // in one answer
constexpr std::size_t events_shown = 20;
constexpr std::size_t passkeys_at_most = 400;  // in one answer: with the last account at most 460

json::Value account_line(const accounts::Account& account) {
    return json::object({
        {"id", account.public_id.value()},
        {"email", account.email.text()},
        {"created_at", format_time(account.created_at)},
        {"factors", account.factors},
    });
}

json::Value session_line(const accounts::Session& session) {
    return json::object({
        {"browser", session.browser},
        {"recovered", session.assurance == accounts::Assurance::recovered},
        {"authenticated_at", format_time(session.authenticated_at)},
        {"last_seen_at", format_time(session.last_seen_at)},
        {"expires_at", format_time(session.expires_at)},
    });
}

json::Value list_users(const CommandContext& context, const json::Value& request) {
    const json::Value* after = request.find("after");
    const json::Value* count = request.find("count");
    if (after == nullptr || after->as_integer() == nullptr || count == nullptr ||
        count->as_integer() == nullptr || *count->as_integer() < 1) {
        return error("bad_request", "user.list wants `after` and `count`", "this is a fault");
    }
    const auto wanted = static_cast<std::size_t>(std::min(*count->as_integer(), accounts_at_most));
    const auto accounts =
        context.store.list_accounts(accounts::AccountId(*after->as_integer()), wanted);
    const bool is_last = accounts.size() < wanted;
    return json::object({
        {"accounts", lines_of(accounts, account_line)},
        {"next", is_last ? json::Value() : json::Value(accounts.back().id.value())},
    });
}

json::Value policy_line(const webauthn::CredentialRecord& record) {
    return json::object({
        {"aaguid", hex_encode(record.aaguid.value())},
        {"format", record.attestation_format},
        {"algorithm", std::int64_t{static_cast<std::int32_t>(record.public_key.algorithm)}},
        {"may_be_synced", record.backup_eligible},
    });
}

json::Value list_passkeys(const CommandContext& context, const json::Value& request) {
    const json::Value* after = request.find("after");
    const json::Value* count = request.find("count");
    if (after == nullptr || after->as_integer() == nullptr || count == nullptr ||
        count->as_integer() == nullptr || *count->as_integer() < 1) {
        return error("bad_request", "passkey.list wants `after` and `count`", "this is a fault");
    }
    const auto wanted = static_cast<std::size_t>(std::min(*count->as_integer(), accounts_at_most));
    const auto accounts =
        context.store.list_accounts(accounts::AccountId(*after->as_integer()), wanted);
    json::Array lines;
    json::Value next;
    for (const accounts::Account& account : accounts) {
        for (const accounts::Passkey& passkey : context.store.list_passkeys(account.id)) {
            lines.push_back(policy_line(passkey.record));
        }
        next = account.id.value();
        // One line of the socket holds no more: the caller goes on after this account.
        if (lines.size() >= passkeys_at_most) break;
    }
    const bool is_last = accounts.size() < wanted && lines.size() < passkeys_at_most;
    return json::object(
        {{"passkeys", std::move(lines)}, {"next", is_last ? json::Value() : std::move(next)}}
    );
}

json::Value show_user(const CommandContext& context, const accounts::Account& account) {
    json::Value shown = account_line(account);
    const auto& second = account.second_email;
    shown.set("second_email", second ? json::Value(second->text()) : json::Value());
    shown.set("recovered_at", time_or_null(account.recovered_at));
    shown.set("frozen_at", time_or_null(account.frozen_at));
    shown.set("deletes_at", time_or_null(account.deletes_at));
    shown.set("passkeys", lines_of(context.store.list_passkeys(account.id), passkey_line));
    shown.set("sessions", lines_of(context.store.list_sessions(account.id), session_line));
    shown.set(
        "events",
        lines_of(context.store.list_events(account.id, {.count = events_shown}), event_line)
    );
    return json::object({{"account", std::move(shown)}});
}

// Each decision states the version of the account that it saw; another writer may be faster.
json::Value sign_out_everywhere(
    const CommandContext& context, const accounts::EmailAddress& email
) {
    for (int i = 0; i < tries; ++i) {
        const auto account = context.store.find_account(email);
        if (!account) break;
        const auto result = commit(
            context,
            accounts::sign_out_everywhere(*account, circumstances(context), fresh_events(context))
        );
        if (std::holds_alternative<store::Committed>(result)) return json::object({});
        if (std::holds_alternative<store::Unknown>(result)) return not_written();
    }
    return not_written();
}

json::Value invite_user(const CommandContext& context, const accounts::EmailAddress& email) {
    const accounts::Circumstances at = circumstances(context);
    const auto result = commit(context, accounts::invite(email, at, fresh_events(context)));
    if (!std::holds_alternative<store::Committed>(result)) return not_written();
    return json::object({{"expires_at", format_time(at.now + accounts::limits::invitation_lifetime)}
    });
}

json::Value answer_about_user(
    const CommandContext& context, std::string_view command, const json::Value& request
) {
    const std::string* address = request.find_string("email");
    const auto email = accounts::EmailAddress::parse(address == nullptr ? "" : *address);
    if (!email) {
        return error(
            "bad_request",
            fmt::format("\"{}\" is no e-mail address", address == nullptr ? "" : *address),
            "name the account by its address, like ada@example.com"
        );
    }
    if (command == "user.invite") return invite_user(context, *email);
    const auto account = context.store.find_account(*email);
    if (!account) {
        return error(
            "no_such_account",
            fmt::format("no account has the address {}", email->text()),
            "`latchkey user list` shows all accounts"
        );
    }
    if (command == "user.show") return show_user(context, *account);
    if (command == "user.factors") return show_factors(context, *account);
    if (command == "user.events") return list_events(context, *account, request);
    if (command == "user.recovery_link") return grant_recovery(context, *account);
    if (command == "user.reset_second_factor") return reset_second_factor(context, *account);
    if (command == "user.delete") return delete_account(context, *account);
    return sign_out_everywhere(context, *email);
}

json::Value status(const CommandContext& context) {
    return json::object({{"healthy", context.store.is_healthy()}});
}

json::Value enable_signals(const CommandContext& context) {
    if (!context.store.save_setting(signals_setting, "yes")) return not_written();
    return json::object({});
}

json::Value answer_readable(const CommandContext& context, const json::Value& request) {
    constexpr std::array about_user{
        "user.show",
        "user.factors",
        "user.events",
        "user.recovery_link",
        "user.reset_second_factor",
        "user.sign_out",
        "user.delete",
        "user.invite"
    };
    const std::string* command = request.find_string("command");
    if (command == nullptr) return error("bad_request", "no command", "this is a fault");
    if (*command == "status") return status(context);
    if (*command == "signals.enable") return enable_signals(context);
    if (*command == "keys.list") return list_keys(context);
    if (*command == "keys.reload") return reload_keys(context);
    if (*command == "user.list") return list_users(context, request);
    if (*command == "passkey.list") return list_passkeys(context, request);
    if (std::ranges::find(about_user, *command) != about_user.end()) {
        return answer_about_user(context, *command, request);
    }
    return error(
        "bad_request",
        fmt::format("the running server does not know the command {}", *command),
        "use the command line of the version that is running"
    );
}

}  // namespace

json::Value answer_command(const CommandContext& context, const json::Value& request) {
    try {
        return answer_readable(context, request);
    } catch (const store::ReadFailed& failed) {
        return error(
            "not_read",
            fmt::format("the database cannot be read (code {})", failed.code),
            "look at the disk and at the log"
        );
    }
}

}  // namespace latchkey::app
