// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/saves.hpp"

#include "accounts/changes.hpp"
#include "accounts/notices.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "outbound/mail.hpp"
#include "pages/code_limits.hpp"
#include "pages/cookies.hpp"
#include "pages/language.hpp"
#include "pages/providers.hpp"
#include "pages/render.hpp"
#include "pages/site.hpp"
#include "pages/stop_link.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::pages {
namespace {

constexpr std::chrono::hours notice_lifetime{72};

std::string_view template_of(accounts::NoticeKind kind) {
    switch (kind) {
        case accounts::NoticeKind::passkey_added:
            return "passkey_added";
        case accounts::NoticeKind::passkey_removed:
            return "passkey_removed";
        case accounts::NoticeKind::passkey_suspended:
            return "passkey_suspended";
        case accounts::NoticeKind::passkey_replaced:
            return "passkey_replaced";
        case accounts::NoticeKind::passkey_restored:
            return "passkey_restored";
        case accounts::NoticeKind::signed_in_recovered:
            return "signed_in_recovered";
        case accounts::NoticeKind::identity_linked:
            return "identity_linked";
        case accounts::NoticeKind::identity_unlinked:
            return "identity_unlinked";
        case accounts::NoticeKind::identity_withdrawn:
            return "identity_withdrawn";
        case accounts::NoticeKind::app_added:
            return "app_added";
        case accounts::NoticeKind::app_removed:
            return "app_removed";
        case accounts::NoticeKind::phone_added:
            return "phone_added";
        case accounts::NoticeKind::phone_removed:
            return "phone_removed";
        case accounts::NoticeKind::biometrics_added:
            return "biometrics_added";
        case accounts::NoticeKind::biometrics_removed:
            return "biometrics_removed";
        case accounts::NoticeKind::recovery_codes_made:
            return "recovery_codes_made";
        case accounts::NoticeKind::recovery_code_used:
            return "recovery_code_used";
        case accounts::NoticeKind::email_changed:
            return "email_changed";
        case accounts::NoticeKind::second_email_set:
            return "second_email_set";
        case accounts::NoticeKind::second_email_removed:
            return "second_email_removed";
        case accounts::NoticeKind::deletion_asked:
            return "deletion_asked";
        case accounts::NoticeKind::deletion_stopped:
            return "deletion_stopped";
        case accounts::NoticeKind::account_deleted:
            return "account_deleted";
        case accounts::NoticeKind::account_deleted_by_operator:
            return "account_deleted_by_operator";
        case accounts::NoticeKind::new_browser:
            return "new_browser";
        case accounts::NoticeKind::second_step_wrong:
            return "second_step_wrong";
        case accounts::NoticeKind::hold_runs:
            return "hold_runs";
        case accounts::NoticeKind::hold_over:
            return "hold_over";
        case accounts::NoticeKind::recovery_granted:
            return "recovery_granted";
        case accounts::NoticeKind::hold_stopped:
            return "hold_stopped";
    }
    return "passkey_added";
}

/// The account's own language, whoever acts.
const Edition& edition_for(
    const Services& services, const accounts::Notice& notice, const Edition& otherwise
) {
    const auto language = language_with_tag(notice.language);
    return language ? services.renderer.in(*language) : otherwise;
}

}  // namespace

http::Outcome save(const VisitPtr& visit, std::vector<accounts::Change> changes, AfterSave after) {
    const bool has_mail = std::ranges::any_of(changes, [](const auto& change) {
        return std::holds_alternative<accounts::QueueMail>(change);
    });
    std::vector<std::size_t> alternatives;
    std::ranges::transform(changes, std::back_inserter(alternatives), [](const auto& change) {
        return change.index();
    });
    return http::Save{
        .commit = {.operation = visit->services.random.bytes<16>(), .changes = std::move(changes)},
        .then = [visit, has_mail, alternatives = std::move(alternatives), after = std::move(after)](
                    store::CommitResult result
                ) mutable -> http::Outcome {
            if (auto* committed = std::get_if<store::Committed>(&result)) {
                if (has_mail) visit->services.mail_queued();
                return std::move(after.committed)(std::move(*committed));
            }
            if (const auto* refused = std::get_if<store::Refused>(&result)) {
                return std::move(after.refused)(
                    RefusedChange(alternatives.at(refused->change), refused->change)
                );
            }
            return respond_error(*visit, 503, "unavailable", "the outcome of a commit is unknown");
        },
    };
}

accounts::QueueMail queue_mail(
    const Services& services, const outbound::Mail& mail, std::chrono::seconds lifetime
) {
    const accounts::MailId id(services.store.next_id());
    const TimePoint now = services.clock.now();
    return accounts::QueueMail{
        .id = id,
        .sealed = outbound::seal(mail, id, services.sealer, services.random),
        .not_before = now,
        .expires_at = now + lifetime,
    };
}

void add_notices(
    const Visit& visit,
    std::vector<accounts::Change>& changes,
    const std::vector<accounts::Notice>& notices
) {
    add_notices(visit.services, visit.edition, changes, notices);
}

void add_notices(
    const Services& services,
    const Edition& otherwise,
    std::vector<accounts::Change>& changes,
    const std::vector<accounts::Notice>& notices
) {
    for (const accounts::Notice& notice : notices) {
        const Edition& edition = edition_for(services, notice, otherwise);
        json::Value model = json::object({
            {"passkey", passkey_in_words(edition, notice.passkey)},
            {"address", notice.address},
            {"provider", notice.issuer.empty() ? "" : services.providers.label_of(notice.issuer)},
            {"browser", browser_in_words(edition, notice.browser)},
            {"when", time_in_words(edition, services.clock.now())},
            {"security_url", services.site.origin + "/settings/security"},
            {"restore_url", services.site.origin + "/sign-in?intent=restore"},
        });
        if (notice.deletes_at) {
            model.set("deletes", time_in_words(edition, *notice.deletes_at));
        }
        if (notice.hold) {
            model.set("ends", time_in_words(edition, notice.hold->ends_at));
        }
        if (notice.stop) model.set("stop_url", stop_url(services, *notice.stop));
        const outbound::Mail mail = edition.mail(template_of(notice.kind), notice.to.text(), model);
        accounts::QueueMail queued = queue_mail(services, mail, notice_lifetime);
        if (notice.tell_at) {
            queued.not_before = *notice.tell_at;
            queued.expires_at = *notice.tell_at + notice_lifetime;
            queued.hold = notice.hold->account;
        }
        changes.emplace_back(std::move(queued));
    }
}

void set_cookies_of(
    const Visit& visit,
    const accounts::Decision& decision,
    const FreshTokens& tokens,
    http::Response& response
) {
    const SecretKey& pepper = visit.services.pepper;
    if (decision.signed_in_to) set_known_cookie(visit, *decision.signed_in_to, response);
    if (decision.session) {
        const Token token{
            .id = decision.session->id.value(), .secret = tokens.session_secret.clone()
        };
        response.cookies.push_back(set_cookie(cookie_names::session, write_token(token, pepper)));
        response.cookies.push_back(delete_cookie(cookie_names::sign_in));
        response.cookies.push_back(delete_cookie(cookie_names::code));
    }
    if (decision.sign_in) {
        const Token token{
            .id = decision.sign_in->id.value(), .secret = tokens.sign_in_secret.clone()
        };
        response.cookies.push_back(set_cookie(cookie_names::sign_in, write_token(token, pepper)));
        response.cookies.push_back(delete_cookie(cookie_names::code));
    }
}

}  // namespace latchkey::pages
