// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/acting.hpp"
#include "accounts/authenticator_names.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <fmt/chrono.h>  // IWYU pragma: keep
#include <fmt/core.h>

// Download my data: what is stored of the account, as JSON. No secret, and nothing derived from
// one.
namespace latchkey::pages {
namespace {

constexpr std::size_t most_events = 10'000;

std::string text_of_time(TimePoint time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", seconds);
}

json::Value time_or_null(const std::optional<TimePoint>& time) {
    return time ? json::Value(text_of_time(*time)) : json::Value();
}

json::Value data_of(const accounts::Account& account) {
    return json::object({
        {"id", account.public_id.value()},
        {"email", account.email.text()},
        {"language", account.language},
        {"second_email",
         account.second_email ? json::Value(account.second_email->text()) : json::Value()},
        {"created_at", text_of_time(account.created_at)},
        {"recovered_at", time_or_null(account.recovered_at)},
        {"frozen_at", time_or_null(account.frozen_at)},
    });
}

json::Value data_of(const accounts::Passkey& passkey) {
    return json::object({
        {"name", accounts::display_name(passkey)},
        {"credential_id", base64url_encode(passkey.record.id.value())},
        {"second_step_only", passkey.purpose == accounts::CredentialPurpose::second_factor},
        {"synced", passkey.record.backup_state},
        {"suspended", passkey.status == accounts::CredentialStatus::suspended},
        {"created_at", text_of_time(passkey.created_at)},
        {"created_on", passkey.created_on},
        {"last_used_at", time_or_null(passkey.last_used_at)},
        {"last_used_on", passkey.last_used_on},
    });
}

json::Value data_of(const accounts::AuthenticatorApp& app) {
    return json::object({
        {"created_at", text_of_time(app.created_at)},
        {"created_on", app.created_on},
        {"last_used_at", time_or_null(app.last_used_at)},
    });
}

json::Value data_of(const accounts::Phone& phone) {
    return json::object({
        {"number", phone.number.text()},
        {"created_at", text_of_time(phone.created_at)},
        {"created_on", phone.created_on},
        {"last_used_at", time_or_null(phone.last_used_at)},
    });
}

json::Value data_of(const accounts::Hold& hold) {
    return json::object({
        {"started_at", text_of_time(hold.started_at)},
        {"ends_at", text_of_time(hold.ends_at)},
    });
}

json::Value data_of(const accounts::LinkedIdentity& identity) {
    return json::object({
        {"issuer", identity.who.issuer},
        {"subject", identity.who.subject},
        {"email", identity.email},
        {"linked_at", text_of_time(identity.linked_at)},
    });
}

json::Value data_of(const accounts::Session& session) {
    return json::object({
        {"browser", session.browser},
        {"created_at", text_of_time(session.created_at)},
        {"last_seen_at", text_of_time(session.last_seen_at)},
        {"expires_at", text_of_time(session.expires_at)},
    });
}

json::Value data_of(const accounts::Event& event) {
    return json::object({
        {"at", text_of_time(event.at)},
        {"event", accounts::name_of(event.kind)},
        {"network", event.network},
        {"browser", event.browser},
        {"detail", event.detail},
    });
}

template <class Row>
json::Value data_or_null(const std::optional<Row>& row) {
    return row ? data_of(*row) : json::Value();
}

template <class Rows>
json::Array all_of(const Rows& rows) {
    json::Array array;
    for (const auto& row : rows) {
        array.emplace_back(data_of(row));
    }
    return array;
}

}  // namespace

/// Needs what a change needs: all at once, with the whole number of a phone, is worth more to a
/// thief than what each page shows.
http::Outcome get_download(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    const auto checked = accounts::check_sensitive_change(who, visit->services.clock.now());
    if (!checked) return respond_refused_change(*visit, visit->request.path, checked.error());
    store::Store& store = visit->services.store;
    const json::Value data = json::object({
        {"account", data_of(who.account)},
        {"passkeys", all_of(who.passkeys)},
        {"authenticator_app", data_or_null(who.steps.app)},
        {"phone", data_or_null(who.steps.phone)},
        {"recovery_codes_left", who.steps.recovery_codes},
        {"wait", data_or_null(who.steps.hold)},
        {"identities", all_of(store.list_identities(who.account.id))},
        {"sessions", all_of(store.list_sessions(who.account.id))},
        {"events", all_of(store.list_events(who.account.id, {.count = most_events}))},
    });
    http::Response response = http::json_response(200, json::write(data));
    response.headers.emplace_back("Content-Disposition", R"(attachment; filename="account.json")");
    return response;
}

}  // namespace latchkey::pages
