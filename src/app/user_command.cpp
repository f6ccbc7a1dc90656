// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/terminal.hpp"
#include "base/json.hpp"
#include "latchkey/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::int64_t listed_per_request = 500;
constexpr std::int64_t events_per_request = 200;

std::string text_at(const json::Value& value, std::string_view key) {
    const std::string* text = value.find_string(key);
    return text == nullptr ? "-" : printable(*text);
}

bool is_true(const json::Value& value, std::string_view key) {
    const json::Value* found = value.find(key);
    return found != nullptr && found->as_bool() != nullptr && *found->as_bool();
}

std::int64_t integer_at(const json::Value& value, std::string_view key) {
    const json::Value* found = value.find(key);
    return found == nullptr || found->as_integer() == nullptr ? 0 : *found->as_integer();
}

const json::Array& array_at(const json::Value& value, std::string_view key) {
    static const json::Array none;
    const json::Value* found = value.find(key);
    return found == nullptr || found->as_array() == nullptr ? none : *found->as_array();
}

void print_account(const json::Value& account) {
    fmt::print(
        "{:<40} {:>2} factors  since {}\n",
        text_at(account, "email"),
        integer_at(account, "factors"),
        text_at(account, "created_at")
    );
}

void print_passkeys(const json::Value& account) {
    fmt::print("passkeys\n");
    for (const json::Value& passkey : array_at(account, "passkeys")) {
        fmt::print(
            "  {}: {}{}{}; created {}, last used {}\n",
            text_at(passkey, "name"),
            is_true(passkey, "synced") ? "synced" : "on one device",
            is_true(passkey, "suspended") ? ", turned off" : "",
            is_true(passkey, "second_step_only") ? ", as a second step" : "",
            text_at(passkey, "created_at"),
            text_at(passkey, "last_used_at")
        );
    }
}

void print_event(const json::Value& event) {
    fmt::print(
        "{} {} {} {} {}\n",
        text_at(event, "at"),
        text_at(event, "event"),
        text_at(event, "network"),
        text_at(event, "browser"),
        text_at(event, "detail")
    );
}

void print_factors(const json::Value& factors) {
    fmt::print("{}\n", text_at(factors, "email"));
    fmt::print("  recovered  {}\n", text_at(factors, "recovered_at"));
    fmt::print("  frozen     {}\n", text_at(factors, "frozen_at"));
    fmt::print("  let in by a wait from  {}\n", text_at(factors, "waits_until"));
    print_passkeys(factors);
    fmt::print("second step\n");
    const json::Value* app = factors.find("app");
    if (app != nullptr && !app->is_null()) {
        fmt::print(
            "  authenticator app; created {}, last used {}\n",
            text_at(*app, "created_at"),
            text_at(*app, "last_used_at")
        );
    }
    const json::Value* phone = factors.find("phone");
    if (phone != nullptr && !phone->is_null()) {
        fmt::print(
            "  codes by text message to {}; created {}, last used {}\n",
            text_at(*phone, "number"),
            text_at(*phone, "created_at"),
            text_at(*phone, "last_used_at")
        );
    }
    for (const json::Value& credential : array_at(factors, "biometrics")) {
        fmt::print(
            "  biometrics of {}; created {}, last used {}\n",
            text_at(credential, "name"),
            text_at(credential, "created_at"),
            text_at(credential, "last_used_at")
        );
    }
    fmt::print("  recovery codes left: {}\n", integer_at(factors, "recovery_codes"));
    fmt::print("other providers\n");
    for (const json::Value& identity : array_at(factors, "identities")) {
        fmt::print(
            "  {} as {}; linked {}\n",
            text_at(identity, "issuer"),
            text_at(identity, "email"),
            text_at(identity, "linked_at")
        );
    }
}

void print_details(const json::Value& account) {
    fmt::print("{}\n", text_at(account, "email"));
    fmt::print("  id              {}\n", text_at(account, "id"));
    fmt::print("  created         {}\n", text_at(account, "created_at"));
    fmt::print("  second address  {}\n", text_at(account, "second_email"));
    fmt::print("  recovered       {}\n", text_at(account, "recovered_at"));
    fmt::print("  frozen          {}\n", text_at(account, "frozen_at"));
    fmt::print("  to be deleted   {}\n", text_at(account, "deletes_at"));
    print_passkeys(account);
    fmt::print("sessions\n");
    for (const json::Value& session : array_at(account, "sessions")) {
        fmt::print(
            "  {}{}; signed in {}, until {}\n",
            text_at(session, "browser"),
            is_true(session, "recovered") ? ", recovered" : "",
            text_at(session, "authenticated_at"),
            text_at(session, "expires_at")
        );
    }
    fmt::print("what happened, newest first\n");
    for (const json::Value& event : array_at(account, "events")) {
        fmt::print("  ");
        print_event(event);
    }
}

// A command on one account, and what to say when it is done.
Exit change(
    const std::string& config_file,
    std::string_view command,
    const std::string& email,
    std::string_view done
) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto answer = carry_out(*config, json::object({{"command", command}, {"email", email}}));
    if (!answer) return fail(answer.error());
    fmt::print("{}: {}\n", printable(email), done);
    return Exit::done;
}

}  // namespace

Exit list_users(const std::string& config_file, OutputForm form) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    json::Value after(0);
    while (!after.is_null()) {
        const auto answer = carry_out(
            *config,
            json::object({{"command", "user.list"}, {"after", after}, {"count", listed_per_request}}
            )
        );
        if (!answer) return fail(answer.error());
        for (const json::Value& account : array_at(*answer, "accounts")) {
            if (form == OutputForm::json) fmt::print("{}\n", json::write(account));
            if (form == OutputForm::text) print_account(account);
        }
        const json::Value* next = answer->find("next");
        after = next == nullptr ? json::Value() : *next;
    }
    return Exit::done;
}

Exit show_user(const std::string& config_file, const std::string& email, OutputForm form) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto answer =
        carry_out(*config, json::object({{"command", "user.show"}, {"email", email}}));
    if (!answer) return fail(answer.error());
    const json::Value* account = answer->find("account");
    LATCHKEY_ASSERT(account != nullptr);
    if (form == OutputForm::json) fmt::print("{}\n", json::write(*account));
    if (form == OutputForm::text) print_details(*account);
    return Exit::done;
}

Exit show_factors(const std::string& config_file, const std::string& email, OutputForm form) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto answer =
        carry_out(*config, json::object({{"command", "user.factors"}, {"email", email}}));
    if (!answer) return fail(answer.error());
    const json::Value* factors = answer->find("factors");
    LATCHKEY_ASSERT(factors != nullptr);
    if (form == OutputForm::json) fmt::print("{}\n", json::write(*factors));
    if (form == OutputForm::text) print_factors(*factors);
    return Exit::done;
}

Exit list_events(const std::string& config_file, const std::string& email, OutputForm form) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto answer = carry_out(
        *config,
        json::object({{"command", "user.events"}, {"email", email}, {"count", events_per_request}})
    );
    if (!answer) return fail(answer.error());
    for (const json::Value& event : array_at(*answer, "events")) {
        if (form == OutputForm::json) fmt::print("{}\n", json::write(event));
        if (form == OutputForm::text) print_event(event);
    }
    return Exit::done;
}

Exit grant_recovery(const std::string& config_file, const std::string& email) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto answer =
        carry_out(*config, json::object({{"command", "user.recovery_link"}, {"email", email}}));
    if (!answer) return fail(answer.error());
    fmt::print(
        "{}\n{} is let in there once, until {}: by a code from the mailbox, then \"I can't do "
        "this\".\nThe address was told, and can stop it.\n",
        text_at(*answer, "link"),
        printable(email),
        text_at(*answer, "until")
    );
    return Exit::done;
}

Exit reset_second_factor(const std::string& config_file, const std::string& email) {
    return change(
        config_file,
        "user.reset_second_factor",
        email,
        "two-step sign-in is off, and signed out on every device; the address was told"
    );
}

Exit sign_out_user(const std::string& config_file, const std::string& email) {
    return change(config_file, "user.sign_out", email, "signed out on every device");
}

Exit delete_user(const std::string& config_file, const std::string& email) {
    return change(
        config_file,
        "user.delete",
        email,
        "deleted, with passkeys and sessions; the address was told"
    );
}

Exit invite_user(const std::string& config_file, const std::string& email) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto answer =
        carry_out(*config, json::object({{"command", "user.invite"}, {"email", email}}));
    if (!answer) return fail(answer.error());
    fmt::print(
        "{} may create an account until {}, at {}/sign-in\n",
        printable(email),
        text_at(*answer, "expires_at"),
        config->origin.text()
    );
    if (config->sign_up.who != accounts::SignUp::invite) {
        fmt::print("Note: sign_up is not \"invite\", so the invitation changes nothing now.\n");
    }
    return Exit::done;
}

}  // namespace latchkey::app
