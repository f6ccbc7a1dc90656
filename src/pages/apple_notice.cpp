// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/identities.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "oidc/id_token.hpp"
#include "oidc/provider.hpp"
#include "pages/handlers.hpp"
#include "pages/providers.hpp"
#include "pages/saves.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <memory>
#include <string>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr json::Limits notice_limits{.bytes = 65'536, .depth = 2, .values = 16};

http::Response done() {
    return {.status = 200};
}

/// A notice that changes nothing here.
http::Response note(const Visit& visit, std::string reason) {
    visit.services.log(
        {.event = "apple_notice", .request_id = visit.request.id, .reason = std::move(reason)}
    );
    return done();
}

/// What Apple said ended is unlinked; a notice that is older than the link says nothing of it.
http::Outcome withdraw(
    const VisitPtr& visit, const accounts::Identity& who, TimePoint when, int tries
) {
    const Services& services = visit->services;
    const auto known = services.store.find_identity(who);
    if (!known || when <= known->identity.linked_at) return done();
    const FreshTokens tokens = make_fresh(services);
    accounts::Circumstances at = visit->circumstances();
    at.browser.clear();
    accounts::Decision decision =
        accounts::withdraw_identity(known->identity, known->account, at, tokens.fresh);
    add_notices(*visit, decision.changes, decision.notices);
    return save(
        visit,
        std::move(decision.changes),
        {
            .committed = [](store::Committed) -> http::Outcome { return done(); },
            .refused = [visit, who, when, tries](RefusedChange) -> http::Outcome {
                // Unlinked by its owner meanwhile, or linked anew: looked at again.
                if (tries > 1) return withdraw(visit, who, when, tries - 1);
                return respond_error(*visit, 503, "unavailable", "a notice met a change");
            },
        }
    );
}

/// A notice on its way to be believed.
struct Received {
    VisitPtr visit;
    const Providers::Entry& entry;
    std::string payload;
    std::shared_ptr<const oidc::Metadata> metadata;  // shared with the cache
};

http::Outcome act_on(const Received& received, const oidc::AppleNotice& notice) {
    switch (notice.kind) {
        case oidc::AppleNoticeKind::consent_revoked:
        case oidc::AppleNoticeKind::account_deleted:
            break;
        case oidc::AppleNoticeKind::mail_off:  // the address stays: who owns it is not in question
            return note(*received.visit, "mail to the relay address is no longer forwarded");
        case oidc::AppleNoticeKind::mail_on:
            return note(*received.visit, "mail to the relay address is forwarded again");
    }
    const accounts::Identity who{
        .issuer = Providers::provider_of(received.entry).issuer, .subject = notice.subject
    };
    return withdraw(received.visit, who, notice.at, 3);
}

http::Outcome judge(Received received, Providers::Freshness freshness) {
    const Providers::Entry& entry = received.entry;
    const auto metadata = received.metadata;
    return received.visit->services.providers.with_keys(
        entry,
        {.metadata = *metadata, .freshness = freshness},
        [received = std::move(received),
         freshness](Providers::Got<Providers::Keys> keys) mutable -> http::Outcome {
            const Visit& visit = *received.visit;
            if (!keys) return respond_error(visit, 503, "unavailable", keys.error());
            const auto notice = oidc::verify_apple_notice(
                received.payload,
                **keys,
                Providers::provider_of(received.entry),
                visit.services.clock.now()
            );
            if (!notice) {
                const bool may_be_new = notice.error() == oidc::TokenError::key_unknown &&
                                        freshness == Providers::Freshness::kept;
                if (may_be_new) return judge(std::move(received), Providers::Freshness::asked);
                const std::string reason(name_of(notice.error()));
                return respond_error(visit, 400, "bad_request", reason);
            }
            if (!*notice) return note(visit, "an event that is not known");
            return act_on(received, **notice);
        }
    );
}

}  // namespace

/// Apple tells, from server to server, that an identity ended. Believed by its signature alone.
http::Outcome post_apple_notice(VisitPtr visit) {
    const Providers& providers = visit->services.providers;
    const Providers::Entry* entry = providers.find(visit->request.path_parameters.at(0));
    if (entry == nullptr || Providers::provider_of(*entry).kind != oidc::ProviderKind::apple) {
        return respond_error(*visit, 404, "not_found", "no such provider");
    }
    const auto body = json::parse(visit->request.body, notice_limits);
    const std::string* payload = body ? body->find_string("payload") : nullptr;
    if (payload == nullptr) return respond_error(*visit, 400, "bad_request", "no payload");
    return providers.with_metadata(
        *entry,
        [visit, entry, payload = *payload](Providers::Got<oidc::Metadata> metadata
        ) mutable -> http::Outcome {
            if (!metadata) return respond_error(*visit, 503, "unavailable", metadata.error());
            Received received{visit, *entry, std::move(payload), *std::move(metadata)};
            return judge(std::move(received), Providers::Freshness::kept);
        }
    );
}

}  // namespace latchkey::pages
