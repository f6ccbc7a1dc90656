// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/enrolment_end.hpp"
#include "pages/handlers.hpp"
#include "pages/phone.hpp"
#include "pages/saves.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"

#include <memory>
#include <optional>
#include <utility>

// Secure your account with codes by text message.
namespace latchkey::pages {
namespace {

/// What keeps a person from it: no messages are sent here; or there is an account, which has a
/// factor, so that a phone is turned on in Settings.
std::optional<http::Response> turned_away(const Visit& visit) {
    if (!visit.services.site.text_messages) {
        return respond_error(visit, 404, "not_found", "no text messages");
    }
    if (visit.needed_sign_in().account) return http::see_other("/sign-in/add-passkey");
    return std::nullopt;
}

/// With the right code the account comes into being, and the sign-in ends.
http::Outcome create_account(const VisitPtr& visit, const PendingText& pending) {
    const Services& services = visit->services;
    const auto tokens =
        std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    const auto codes = std::make_shared<RecoveryCodes>(       // shown by the continuation
        make_recovery_codes(services, tokens->fresh.account)
    );
    auto decided = accounts::decide(
        accounts::PhoneConfirmed{
            .sign_in = visit->needed_sign_in(),
            .phone = make_phone(*visit, tokens->fresh, tokens->fresh.account, pending.number),
            .recovery_codes = codes->macs,
            .needs_invite = services.site.sign_up.who == accounts::SignUp::invite,
        },
        circumstances_for(*visit, visit->needed_sign_in().email),
        tokens->fresh
    );
    if (decided) decided->changes.push_back(note_text_answered(*visit, pending.number));
    return end_enrolment(visit, std::move(decided), tokens, codes);
}

}  // namespace

http::Outcome get_add_phone(VisitPtr visit) {
    if (auto away = turned_away(*visit)) return *std::move(away);
    return respond_phone(*visit, OfferedTo::sign_in);
}

http::Outcome post_add_phone(VisitPtr visit) {
    if (auto away = turned_away(*visit)) return *std::move(away);
    return send_to_new_phone(visit, OfferedTo::sign_in);
}

http::Outcome post_add_phone_code(VisitPtr visit) {
    if (auto away = turned_away(*visit)) return *std::move(away);
    return confirm_new_phone(visit, OfferedTo::sign_in, [visit](const PendingText& pending) {
        return create_account(visit, pending);
    });
}

}  // namespace latchkey::pages
