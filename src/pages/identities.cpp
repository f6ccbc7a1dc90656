// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/identities.hpp"

#include "accounts/acting.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"
#include "oidc/provider.hpp"
#include "pages/handlers.hpp"
#include "pages/providers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/upstream.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace latchkey::pages {
namespace {

/// The page that asks before a removal. `change` says what stands in its way.
http::Response respond_remove(
    const Visit& visit,
    const accounts::LinkedIdentity& identity,
    const accounts::Result<void>& change,
    int status = 200
) {
    const auto is_refused_with = [&change](accounts::Refusal refusal) {
        return !change && change.error() == refusal;
    };
    json::Value model = json::object({
        {"identity", identity_model(visit, identity)},
        {"needs_proof", is_refused_with(accounts::Refusal::proof_too_old)},
        {"frozen",
         is_refused_with(accounts::Refusal::frozen_after_recovery) ||
             is_refused_with(accounts::Refusal::frozen_by_owner)},
        {"frozen_by_owner", is_refused_with(accounts::Refusal::frozen_by_owner)},
    });
    return respond(visit, "remove_identity", std::move(model), status);
}

std::optional<accounts::LinkedIdentity> identity_in_path(const Visit& visit) {
    const auto identities = visit.services.store.list_identities(visit.session->account.id);
    const accounts::PublicId id(visit.request.path_parameters.at(0));
    const auto found = std::ranges::find(identities, id, &accounts::LinkedIdentity::public_id);
    return found == identities.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

json::Value identity_model(const Visit& visit, const accounts::LinkedIdentity& identity) {
    const Providers& providers = visit.services.providers;
    const oidc::Provider* provider = providers.of_issuer(identity.who.issuer);
    const auto kind = provider == nullptr ? oidc::ProviderKind::other : provider->kind;
    return json::object({
        {"id", identity.public_id.value()},
        {"label", providers.label_of(identity.who.issuer)},
        {"google", kind == oidc::ProviderKind::google},
        {"apple", kind == oidc::ProviderKind::apple},
        {"email", identity.email},
        {"linked", day_in_words(visit.edition, identity.linked_at)},
    });
}

/// Adds a provider as a way in. Only from a page of ours: a site that could send people here could
/// link its own account at the provider to theirs.
http::Outcome get_link_identity(VisitPtr visit) {
    const Providers& providers = visit->services.providers;
    const Providers::Entry* entry = providers.find(visit->request.path_parameters.at(0));
    if (entry == nullptr) return respond_error(*visit, 404, "not_found", "no such provider");
    const std::string* site = visit->request.header("sec-fetch-site");
    if (site == nullptr || *site != "same-origin") {
        return respond_error(*visit, 403, "csrf", "sec-fetch-site");
    }
    // Asked before the way there, and decided after it.
    const auto change =
        accounts::check_sensitive_change(load_acting(*visit), visit->services.clock.now());
    if (!change && change.error() == accounts::Refusal::proof_too_old) {
        return respond_step_up(visit->request.path);
    }
    if (!change) return respond_refusal(*visit, change.error());
    return send_to_provider(visit, *entry, Errand::link, {});
}

http::Outcome finish_link(const VisitPtr& visit, const Returned& returned) {
    const auto address = returned.token.address;
    const accounts::ProvedIdentity proved{
        .who = returned.identity(), .email = address ? address->email.substr(0, 254) : ""
    };
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided = accounts::link_identity(
        load_acting(*visit),
        visit->services.store.list_identities(visit->session->account.id),
        proved,
        visit->circumstances(),
        tokens->fresh
    );
    if (!decided) return respond_refusal(*visit, decided.error());
    if (decided->changes.empty()) return see_security("linked");
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return see_security("linked");
    });
}

http::Outcome get_remove_identity(VisitPtr visit) {
    const auto identity = identity_in_path(*visit);
    if (!identity) return respond_refusal(*visit, accounts::Refusal::not_yours);
    const auto now = visit->services.clock.now();
    return respond_remove(
        *visit, *identity, accounts::check_sensitive_change(load_acting(*visit), now)
    );
}

http::Outcome post_remove_identity(VisitPtr visit) {
    const auto identity = identity_in_path(*visit);
    if (!identity) return respond_refusal(*visit, accounts::Refusal::not_yours);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided = accounts::unlink_identity(
        load_acting(*visit), {*identity}, identity->public_id, visit->circumstances(), tokens->fresh
    );
    if (decided) {
        return save_change(visit, std::move(*decided), std::move(tokens), [] {
            return see_security("unlinked");
        });
    }
    if (visit->request.representation == http::Representation::html) {
        const accounts::Refusal refusal = decided.error();
        return respond_remove(*visit, *identity, Fail{refusal}, error_of(refusal).status);
    }
    return respond_refusal(*visit, decided.error());
}

}  // namespace latchkey::pages
