// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/seal.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "latchkey/bytes.hpp"
#include "pages/handlers.hpp"
#include "pages/providers.hpp"
#include "pages/saves.hpp"
#include "pages/sessions.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

// Settings → Activity: what the audit log has of the account.
namespace latchkey::pages {
namespace {

using accounts::EventGroup;
using accounts::EventKind;

constexpr std::size_t events_a_page = 25;
constexpr std::string_view activity_path = "/settings/activity";

struct Filter {
    std::string_view name;  // in the query, and of its words
    std::optional<EventGroup> group;
};

constexpr std::array filters{
    Filter{"all", std::nullopt},
    Filter{"sessions", EventGroup::sessions},
    Filter{"changes", EventGroup::changes},
    Filter{"attempts", EventGroup::attempts},
};

/// What was asked for; what we don't know is everything.
const Filter& filter_of(const http::Form& query) {
    const auto* found = std::ranges::find(filters, query.get("show"), &Filter::name);
    return found == filters.end() ? filters.front() : *found;
}

std::string filter_address(const Filter& filter) {
    std::string address(activity_path);
    if (filter.group) address.append("?show=").append(filter.name);
    return address;
}

std::string context_of(const accounts::Account& account) {
    return "activity before: " + account.public_id.value();
}

/// Where a page ended. Ids of rows are not shown: sealed, for the account alone.
std::string seal_place(const Visit& visit, accounts::EventId last) {
    const std::string context = context_of(visit.needed_session().account);
    return base64url_encode(visit.services.sealer.seal(
        bytes_of(std::to_string(last.value())), bytes_of(context), visit.services.random
    ));
}

std::optional<accounts::EventId> open_place(const Visit& visit, std::string_view place) {
    const auto sealed = base64url_decode(place);
    if (!sealed) return std::nullopt;
    const std::string context = context_of(visit.needed_session().account);
    const auto plain = visit.services.sealer.open(*sealed, bytes_of(context));
    if (!plain) return std::nullopt;
    const std::string_view digits = text_of(plain->reveal());
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return accounts::EventId(id);
}

/// What an event is about, where the log has a name that says something to its owner.
std::string about(const Visit& visit, const accounts::Event& event) {
    switch (event.kind) {
        case EventKind::passkey_added:
        case EventKind::passkey_renamed:
        case EventKind::passkey_removed:
        case EventKind::passkey_suspended:
        case EventKind::passkey_replaced:
        case EventKind::passkey_restored:
        case EventKind::counter_went_back:
            return passkey_in_words(visit.edition, event.detail);
        case EventKind::identity_linked:
        case EventKind::identity_unlinked:
            return visit.services.providers.label_of(event.detail);
        case EventKind::email_changed:
        case EventKind::second_email_set:
        case EventKind::second_email_removed:
            return event.detail;
        case EventKind::session_ended:
            return browser_in_words(visit.edition, event.detail);
        default:
            return {};
    }
}

/// Browser and network. Nothing of what the operator did.
std::string where(const Visit& visit, const accounts::Event& event) {
    if (event.network.empty()) return {};
    if (event.browser.empty()) return event.network;
    return browser_in_words(visit.edition, event.browser) + ", " + event.network;
}

json::Value event_model(const Visit& visit, const accounts::Event& event) {
    const std::string_view kind = accounts::name_of(event.kind);
    return json::object({
        {"kind", kind},
        {"what", visit.edition.words("event_" + std::string(kind))},
        {"about", about(visit, event)},
        {"when", time_in_words(visit.edition, event.at)},
        {"where", where(visit, event)},
    });
}

json::Array filters_model(const Visit& visit, const Filter& chosen) {
    json::Array models;
    for (const Filter& filter : filters) {
        models.emplace_back(json::object({
            {"label", visit.edition.words("activity_" + std::string(filter.name))},
            {"href", filter_address(filter)},
            {"current", filter.name == chosen.name},
        }));
    }
    return models;
}

}  // namespace

http::Outcome get_activity(VisitPtr visit) {
    const http::Form& query = visit->request.query;
    const Filter& filter = filter_of(query);
    const auto events = visit->services.store.list_events(
        visit->needed_session().account.id,
        {.count = events_a_page + 1,
         .group = filter.group,
         .before = open_place(*visit, query.get("before"))}
    );
    const std::size_t shown = std::min(events.size(), events_a_page);
    json::Array models;
    for (std::size_t i = 0; i < shown; ++i) {
        models.emplace_back(event_model(*visit, events[i]));
    }
    std::string older;
    if (events.size() > shown) {
        older = filter_address(filter) + (filter.group ? "&before=" : "?before=") +
                seal_place(*visit, events[shown - 1].id);
    }
    json::Value model = json::object({
        {"none", models.empty()},
        {"events", std::move(models)},
        {"older", std::move(older)},
        {"filters", filters_model(*visit, filter)},
        {"has_other_sessions", has_other_sessions(*visit)},
    });
    return respond(*visit, "activity", std::move(model));
}

}  // namespace latchkey::pages
