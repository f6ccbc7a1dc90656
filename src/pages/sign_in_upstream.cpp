// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "oidc/id_token.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/providers.hpp"
#include "pages/purpose.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/upstream.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

const Providers::Entry* provider_in_path(const Visit& visit) {
    return visit.services.providers.find(visit.request.path_parameters.at(0));
}

http::Response respond_no_provider(const Visit& visit) {
    return respond_error(visit, 404, "not_found", "no such provider");
}

/// Whether another site led here: then the person is shown our own page first.
bool is_led_by_others(const Visit& visit) {
    const std::string* site = visit.request.header("sec-fetch-site");
    return site != nullptr && *site != "same-origin" && *site != "none";
}

SignInError error_of_upstream(accounts::Refusal refusal) {
    // Who proved the address may be told what holds for it.
    if (refusal != accounts::Refusal::sign_up_closed) return error_of(refusal);
    return {
        .status = 403, .code = "sign_up_closed", .reason = std::string(accounts::name_of(refusal))
    };
}

accounts::UpstreamProved load(const Visit& visit, const Returned& returned) {
    const Services& services = visit.services;
    accounts::UpstreamProved event{
        .identity = returned.identity(), .recovery = services.site.recovery.rule
    };
    const auto address =
        oidc::vouched_address(returned.token, Providers::provider_of(returned.entry));
    if (address) event.email = accounts::EmailAddress::parse(*address);
    if (auto known = services.store.find_identity(event.identity)) {
        event.passkeys = services.store.list_passkeys(known->account.id);
        event.steps = services.store.find_second_steps(known->account.id);
        event.account = std::move(known->account);
    }
    if (!event.email) return event;
    event.is_address_taken = services.store.find_account(*event.email).has_value();
    const bool is_invited = services.store.is_invited(*event.email, services.clock.now());
    event.may_sign_up = accounts::may_sign_up(
        services.site.sign_up,
        *event.email,
        is_invited ? accounts::Invitation::open : accounts::Invitation::none
    );
    return event;
}

/// What the proof leads to, decided on what stands there now.
http::Outcome go_on(
    const VisitPtr& visit, const std::shared_ptr<const Returned>& returned, int tries
) {
    const Services& services = visit->services;
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    const accounts::UpstreamProved event = load(*visit, *returned);
    auto decided = accounts::decide(
        visit->state(),
        returned->purpose,
        event,
        event.account ? circumstances_for(*visit, event.account->email) : visit->circumstances(),
        tokens->fresh
    );
    if (!decided) {
        return respond_sign_in(*visit, returned->purpose, error_of_upstream(decided.error()));
    }
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));  // as the tokens
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens](store::Committed) -> http::Outcome {
                http::Response response = http::see_other(next_location(*decision));
                set_cookies_of(*visit, *decision, *tokens, response);
                return response;
            },
            .refused = [visit, returned, tries](RefusedChange) -> http::Outcome {
                if (tries > 1) return go_on(visit, returned, tries - 1);
                return respond_sign_in(
                    *visit, returned->purpose, error_of(accounts::Refusal::expired)
                );
            },
        }
    );
}

}  // namespace

/// Continue with Google: a link, so that it works without a script, and writes nothing.
http::Outcome get_sign_in_with(VisitPtr visit) {
    const Providers::Entry* entry = provider_in_path(*visit);
    if (entry == nullptr) return respond_no_provider(*visit);
    accounts::Purpose purpose = read_purpose(visit->request.query, visit->services.site);
    if (is_led_by_others(*visit)) return http::see_other(sign_in_location(purpose));
    const bool just_signs_in = purpose.intent == accounts::Intent::sign_in;
    if (visit->session && just_signs_in) return http::see_other(location_after(purpose.return_to));
    return send_to_provider(visit, *entry, Errand::sign_in, std::move(purpose));
}

/// Back from the provider.
http::Outcome get_upstream_callback(VisitPtr visit) {
    const Providers::Entry* entry = provider_in_path(*visit);
    if (entry == nullptr) return respond_no_provider(*visit);
    return take_from_provider(visit, *entry, [visit](Returned returned) -> http::Outcome {
        if (returned.errand == Errand::link) return finish_link(visit, returned);
        return go_on(visit, std::make_shared<const Returned>(std::move(returned)), 2);
    });
}

/// Back from Apple, by a form that Apple's page posts: no cookie of ours comes with it. So nothing
/// is believed or done here; the browser is sent to the page above, where its cookies come along.
/// The name that Apple may add is not kept: accounts have none.
http::Outcome post_upstream_callback(VisitPtr visit) {
    const Providers::Entry* entry = provider_in_path(*visit);
    if (entry == nullptr) return respond_no_provider(*visit);
    std::string location = "/sign-in/with/" + Providers::provider_of(*entry).name +
                           "/callback?state=" + percent_encode(visit->form.get("state"));
    for (const std::string_view name : {"code", "error", "iss"}) {
        const std::string* value = visit->form.find(name);
        if (value == nullptr) continue;
        location.append("&").append(name).append("=").append(percent_encode(*value));
    }
    constexpr std::size_t longest = 8'192;  // what our own query takes
    if (location.size() > longest) {
        return respond_error(*visit, 413, "too_large", "response of a provider");
    }
    return http::see_other(location);
}

}  // namespace latchkey::pages
