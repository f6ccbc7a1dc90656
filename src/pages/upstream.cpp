// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/upstream.hpp"

#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/once.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "oidc/authorization.hpp"
#include "oidc/id_token.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"
#include "pages/ceremonies.hpp"
#include "pages/cookies.hpp"
#include "pages/providers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

/// What a state is bound to beside its own seal.
std::string bound_to(const Visit& visit, const oidc::Provider& provider, Errand errand) {
    std::string bound = visit.browser_id + '\n' + provider.name;
    if (errand == Errand::link) bound += '\n' + visit.session->account.public_id.value();
    return bound;
}

oidc::Binding binding_of(const webauthn::Challenge& challenge) {
    std::array<std::byte, 32> seed{};
    LATCHKEY_ASSERT(challenge.value().size() == seed.size());
    std::ranges::copy(challenge.value(), seed.begin());
    return oidc::binding_of(seed);
}

std::string redirect_uri(const Site& site, const oidc::Provider& provider) {
    return site.origin + "/sign-in/with/" + provider.name + "/callback";
}

SignInError unavailable(const std::string& reason) {
    return {.status = 503, .code = "provider_unavailable", .reason = reason};
}

SignInError refused(std::string reason) {
    return {.status = 422, .code = "provider_refused", .reason = std::move(reason)};
}

/// One answer of a provider on its way to be believed.
struct Attempt {
    VisitPtr visit;
    const Providers::Entry& entry;
    Errand errand = Errand::sign_in;
    Ceremony state;
    oidc::AuthorizationResponse response;
    oidc::Binding binding;
    std::shared_ptr<const oidc::Metadata> metadata;  // shared with the cache
    oidc::TokenResponse tokens;
    Once<http::Outcome(Returned)> then;

    [[nodiscard]] const oidc::Provider& provider() const { return Providers::provider_of(entry); }

    [[nodiscard]] http::Response respond(const SignInError& error) const {
        return respond_errand(*visit, errand, state.purpose, error);
    }
};

using AttemptPtr = std::unique_ptr<Attempt>;

/// The last step: the state is good once, and only after all else was.
http::Outcome finish(AttemptPtr attempt, oidc::IdToken token) {
    if (!attempt->visit->services.upstream_states.spend(attempt->state)) {
        return attempt->respond(
            {.status = 409, .code = "provider_expired", .reason = "state used twice"}
        );
    }
    return std::move(attempt->then)(Returned{
        .entry = attempt->entry,
        .errand = attempt->errand,
        .purpose = attempt->state.purpose,
        .token = std::move(token),
    });
}

/// Some providers put no address into the ID token, but tell it where the access token is shown. It
/// is asked for only if it would be believed.
http::Outcome ask_for_address(AttemptPtr attempt, oidc::IdToken token) {
    const bool is_needed = attempt->provider().trusts_address && !token.address &&
                           !attempt->metadata->userinfo_endpoint.empty() &&
                           !attempt->tokens.access_token.reveal().empty();
    if (!is_needed) return finish(std::move(attempt), std::move(token));
    auto request = Providers::request_to(attempt->entry, attempt->metadata->userinfo_endpoint);
    request.authorization = SecretText("Bearer " + attempt->tokens.access_token.reveal());
    return http::Call{
        .request = std::move(request),
        .then = [attempt = std::move(attempt),
                 token =
                     std::move(token)](const outbound::HttpsReply& reply) mutable -> http::Outcome {
            if (reply.status != 200) return attempt->respond(refused("userinfo: no answer"));
            auto address = oidc::parse_userinfo(reply.body, attempt->provider(), token.subject);
            if (!address) {
                return attempt->respond(
                    refused("userinfo: " + std::string(name_of(address.error())))
                );
            }
            token.address = *std::move(address);
            return finish(std::move(attempt), std::move(token));
        },
    };
}

/// Verifies the ID token; a key that is not known may be a new one (10.1.1 of Core: rotation).
http::Outcome verify(AttemptPtr attempt, Providers::Freshness freshness) {
    const Providers& providers = attempt->visit->services.providers;
    const Providers::Entry& entry = attempt->entry;
    const auto metadata = attempt->metadata;
    return providers.with_keys(
        entry,
        {.metadata = *metadata, .freshness = freshness},
        [attempt = std::move(attempt),
         freshness](Providers::Got<Providers::Keys> keys) mutable -> http::Outcome {
            if (!keys) return attempt->respond(unavailable(keys.error()));
            auto token = oidc::verify_id_token(
                attempt->tokens.id_token,
                **keys,
                {.provider = attempt->provider(),
                 .nonce = attempt->binding.nonce,
                 .access_token = attempt->tokens.access_token.reveal(),
                 .now = attempt->visit->services.clock.now()}
            );
            if (token) return ask_for_address(std::move(attempt), *std::move(token));
            const bool may_be_new = token.error() == oidc::TokenError::key_unknown &&
                                    freshness == Providers::Freshness::kept;
            if (may_be_new) return verify(std::move(attempt), Providers::Freshness::asked);
            return attempt->respond(refused("ID token: " + std::string(name_of(token.error()))));
        }
    );
}

http::Outcome redeem(AttemptPtr attempt) {
    const Services& services = attempt->visit->services;
    oidc::TokenRequest made = oidc::token_request(
        attempt->provider(),
        *attempt->metadata,
        {.code = attempt->response.code,
         .redirect_uri = redirect_uri(services.site, attempt->provider()),
         .binding = attempt->binding},
        services.clock.now()
    );
    auto request = Providers::request_to(attempt->entry, std::move(made.url));
    request.form = std::move(made.body);
    request.authorization = std::move(made.authorization);
    return http::Call{
        .request = std::move(request),
        .then = [attempt = std::move(attempt)](const outbound::HttpsReply& reply
                ) mutable -> http::Outcome {
            if (reply.status == 0) return attempt->respond(unavailable("token: " + reply.error));
            if (reply.status != 200) {
                return attempt->respond(refused("token: status " + std::to_string(reply.status)));
            }
            auto tokens = oidc::parse_token_response(reply.body);
            if (!tokens) return attempt->respond(refused("token: not usable"));
            attempt->tokens = *std::move(tokens);
            return verify(std::move(attempt), Providers::Freshness::kept);
        },
    };
}

http::Outcome judge_response(AttemptPtr attempt) {
    // RFC 9207 2.4: before anything of the response is acted on, an error too.
    if (!oidc::is_response_of(attempt->response, attempt->provider(), *attempt->metadata)) {
        return attempt->respond(refused("response of another issuer"));
    }
    const std::string& error = attempt->response.error;
    if (error.empty()) return redeem(std::move(attempt));
    if (error == "access_denied" || error == "user_cancelled_authorize") {
        return attempt->respond(
            {.status = 422, .code = "provider_cancelled", .reason = "cancelled there"}
        );
    }
    return attempt->respond(refused("the provider said " + error));
}

/// The errand that a state is good for in this browser; nullopt: none.
struct Opened {
    Errand errand = Errand::sign_in;
    Ceremony state;
};

std::optional<Opened> open_state(
    const Visit& visit, const oidc::Provider& provider, std::string_view sealed
) {
    const Ceremonies& states = visit.services.upstream_states;
    for (const Errand errand : {Errand::sign_in, Errand::link}) {
        if (errand == Errand::link && !visit.session) break;
        auto state = states.open(sealed, bound_to(visit, provider, errand));
        if (state) return Opened{.errand = errand, .state = *std::move(state)};
    }
    return std::nullopt;
}

}  // namespace

accounts::Identity Returned::identity() const {
    return {.issuer = Providers::provider_of(entry).issuer, .subject = token.subject};
}

http::Response respond_errand(
    const Visit& visit, Errand errand, const accounts::Purpose& purpose, const SignInError& error
) {
    if (errand == Errand::sign_in) return respond_sign_in(visit, purpose, error);
    return respond_error(visit, error.status, error.code, error.reason);
}

http::Outcome send_to_provider(
    const VisitPtr& visit, const Providers::Entry& entry, Errand errand, accounts::Purpose purpose
) {
    return visit->services.providers.with_metadata(
        entry,
        [visit, &entry, errand, purpose = std::move(purpose)](
            const Providers::Got<oidc::Metadata>& metadata
        ) -> http::Outcome {
            if (!metadata) {
                return respond_errand(*visit, errand, purpose, unavailable(metadata.error()));
            }
            const oidc::Provider& provider = Providers::provider_of(entry);
            const Services& services = visit->services;
            const auto issued =
                services.upstream_states.issue(bound_to(*visit, provider, errand), purpose);
            const oidc::Binding binding = binding_of(issued.challenge);
            http::Response response = http::see_other(oidc::authorization_url(
                provider,
                **metadata,
                {.redirect_uri = redirect_uri(services.site, provider),
                 .state = issued.sealed,
                 .binding = binding}
            ));
            if (visit->is_new_browser) {
                response.cookies.push_back(
                    set_lasting_cookie(cookie_names::browser, visit->browser_id)
                );
            }
            return response;
        }
    );
}

http::Outcome take_from_provider(
    const VisitPtr& visit, const Providers::Entry& entry, Once<http::Outcome(Returned)> then
) {
    const http::Form& query = visit->request.query;
    auto response = oidc::check_response({
        .state = std::string(query.get("state")),
        .code = std::string(query.get("code")),
        .error = std::string(query.get("error")),
        .issuer = std::string(query.get("iss")),
    });
    if (!response) return respond_sign_in(*visit, {}, refused("malformed response"));
    auto opened = open_state(*visit, Providers::provider_of(entry), response->state);
    const SignInError over{.status = 409, .code = "provider_expired", .reason = "state"};
    if (!opened) return respond_sign_in(*visit, {}, over);
    if (!opened->state.is_alive) {
        return respond_errand(*visit, opened->errand, opened->state.purpose, over);
    }
    oidc::Binding binding = binding_of(opened->state.challenge);
    auto attempt = std::make_unique<Attempt>(Attempt{
        .visit = visit,
        .entry = entry,
        .errand = opened->errand,
        .state = std::move(opened->state),
        .response = *std::move(response),
        .binding = std::move(binding),
        .metadata = nullptr,
        .tokens = {},
        .then = std::move(then),
    });
    return visit->services.providers.with_metadata(
        entry,
        [attempt =
             std::move(attempt)](Providers::Got<oidc::Metadata> metadata) mutable -> http::Outcome {
            if (!metadata) return attempt->respond(unavailable(metadata.error()));
            attempt->metadata = *std::move(metadata);
            return judge_response(std::move(attempt));
        }
    );
}

}  // namespace latchkey::pages
