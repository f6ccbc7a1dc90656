// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/passkeys.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/passkey_model.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

accounts::PublicId passkey_in_path(const Visit& visit) {
    return accounts::PublicId(visit.request.path_parameters.at(0));
}

bool suspends(const accounts::Decision& decision) {
    return std::ranges::any_of(decision.changes, [](const auto& change) {
        return std::holds_alternative<accounts::SuspendPasskey>(change);
    });
}

/// The page that asks before a removal, or says why it cannot be.
http::Response respond_remove(const Visit& visit, int status) {
    const accounts::Acting who = load_acting(visit);
    const accounts::PublicId id = passkey_in_path(visit);
    const auto passkey = std::ranges::find(who.passkeys, id, &accounts::Passkey::public_id);
    if (passkey == who.passkeys.end() || passkey->status == accounts::CredentialStatus::suspended) {
        return respond_refusal(visit, accounts::Refusal::not_yours);
    }
    // What would happen is asked of the decision itself; its fresh ids are thrown away.
    const FreshTokens tokens = make_fresh(visit.services);
    const auto would = accounts::remove_passkey(who, id, visit.circumstances(), tokens.fresh);
    json::Value model = json::object({
        {"passkey", passkey_model(visit, *passkey)},
        {"last", !would && would.error() == accounts::Refusal::last_factor},
        {"suspends", would && suspends(*would)},
        {"needs_proof", !would && would.error() == accounts::Refusal::proof_too_old},
        {"frozen_by_owner", !would && would.error() == accounts::Refusal::frozen_by_owner},
    });
    return respond(visit, "remove_passkey", std::move(model), status);
}

http::Outcome save_and_return(
    const VisitPtr& visit,
    accounts::Decision decided,
    std::shared_ptr<FreshTokens> tokens,
    std::string_view message
) {
    return save_change(visit, std::move(decided), std::move(tokens), [message] {
        return http::see_other("/settings/security?message=" + std::string(message));
    });
}

}  // namespace

http::Outcome post_rename_passkey(VisitPtr visit) {
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided = accounts::rename_passkey(
        load_acting(*visit),
        passkey_in_path(*visit),
        visit->form.get("name"),
        visit->circumstances(),
        tokens->fresh
    );
    if (!decided && decided.error() == accounts::Refusal::name_not_allowed &&
        visit->request.representation == http::Representation::html) {
        return http::see_other("/settings/security?message=name_not_allowed");
    }
    if (!decided) return respond_refusal(*visit, decided.error());
    return save_and_return(visit, std::move(*decided), std::move(tokens), "renamed");
}

http::Outcome get_remove_passkey(VisitPtr visit) {
    return respond_remove(*visit, 200);
}

http::Outcome post_remove_passkey(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided = accounts::remove_passkey(
        who, passkey_in_path(*visit), visit->circumstances(), tokens->fresh
    );
    if (!decided) {
        const bool has_a_page = decided.error() == accounts::Refusal::last_factor ||
                                decided.error() == accounts::Refusal::proof_too_old ||
                                decided.error() == accounts::Refusal::frozen_by_owner;
        if (has_a_page && visit->request.representation == http::Representation::html) {
            return respond_remove(*visit, error_of(decided.error()).status);
        }
        return respond_refusal(*visit, decided.error());
    }
    const std::string_view message = suspends(*decided) ? "suspended" : "removed";
    return save_and_return(visit, std::move(*decided), std::move(tokens), message);
}

}  // namespace latchkey::pages
