// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "pages/handlers.hpp"
#include "pages/passkey_model.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr std::array<std::string_view, 6> messages{
    "added", "replaced", "renamed", "removed", "suspended", "name_not_allowed"
};

/// What was just done, from `?message=`; words of our own only.
std::optional<json::Value> message_model(const http::Form& query) {
    const auto found = std::find(messages.begin(), messages.end(), query.get("message"));
    if (found == messages.end()) return std::nullopt;
    return json::object({{std::string(*found), true}});
}

}  // namespace

http::Outcome get_security(VisitPtr visit) {
    const store::KnownSession& known = *visit->session;
    const auto passkeys = only_passkeys(visit->services.store.list_passkeys(known.account.id));
    json::Array cards;
    const std::size_t active = count_active(passkeys);
    for (const accounts::Passkey& passkey : passkeys) {
        json::Value card = passkey_model(*visit, passkey);
        card.set("only", active == 1 && passkey.status == accounts::CredentialStatus::active);
        cards.push_back(std::move(card));
    }
    const bool one_device_only = passkeys.size() == 1 && !passkeys[0].record.backup_state;
    json::Value model = json::object({
        {"email", known.account.email.text()},
        {"account", known.account.public_id.value()},
        {"passkeys", std::move(cards)},
        {"count", static_cast<std::int64_t>(active)},
        {"one_device_only", one_device_only},
        {"recovered", known.session.assurance == accounts::Assurance::recovered},
    });
    if (const auto signal = signal_model(visit->services, known.account)) {
        model.set("signal", json::write(*signal));
    }
    if (auto message = message_model(visit->request.query)) {
        model.set("message", std::move(*message));
    }
    return respond(*visit, "security", std::move(model));
}

}  // namespace latchkey::pages
