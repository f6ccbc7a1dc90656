// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/phone.hpp"

#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/text_messages.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

using accounts::TextCodePurpose;

TextUse use_of(OfferedTo to) {
    return {.purpose = TextCodePurpose::new_phone, .to = to};
}

std::string_view phone_page(OfferedTo to) {
    return to == OfferedTo::sign_in ? "/sign-in/add-phone" : "/settings/phone";
}

/// The country of numbers without +.
std::string_view home_country(const Visit& visit) {
    return visit.services.site.text_messages.value().countries.front();
}

SignInError error_of_phone(accounts::PhoneProblem problem) {
    if (problem == accounts::PhoneProblem::needs_plus) {
        return {.code = "phone_needs_plus", .reason = "national form"};
    }
    return {.code = "phone_malformed", .reason = "not a mobile number"};
}

/// A refused guess: the limits stand first, the code itself last.
SignInError error_of_phone(
    const Visit& visit, OfferedTo to, const PendingText& pending, RefusedChange refused
) {
    if (refused.is<accounts::SpendAttempt>()) return error_of_text(visit, pending);
    return {
        .status = 429,
        .code = "too_many",
        .reason = "guesses",
        .wait = second_step_wait(visit, address_of(visit, to), refused.index()),
    };
}

}  // namespace

http::Response respond_phone(const Visit& visit, OfferedTo to, std::optional<SignInError> error) {
    const std::string page(phone_page(to));
    const bool asks_anew = visit.request.query.find("change") != nullptr;
    const auto pending = asks_anew ? std::nullopt : read_pending_text(visit, use_of(to));
    json::Value model = json::object({
        {"securing", to == OfferedTo::sign_in},
        {"email", address_of(visit, to).text()},
        {"action", page},
        {"calling_code", accounts::calling_code(home_country(visit))},
        {"typed", visit.form.get("number")},
        {"asks_number", !pending.has_value()},
    });
    if (pending) {
        model.set(
            "sent",
            json::object({{"number", pending->number.text()}, {"masked", pending->number.masked()}})
        );
    }
    if (!error) return respond(visit, "phone", std::move(model));
    model.set("error", error_model(visit, *error));
    return respond(visit, "phone", std::move(model), error->status);
}

http::Outcome send_to_new_phone(const VisitPtr& visit, OfferedTo to) {
    const auto number =
        accounts::PhoneNumber::parse(visit->form.get("number"), home_country(*visit));
    if (!number) return respond_phone(*visit, to, error_of_phone(number.error()));
    return send_text_code(
        visit,
        {
            .number = *number,
            .use = use_of(to),
            .page = phone_page(to),
            .refuse = [visit,
                       to](const SignInError& error) { return respond_phone(*visit, to, error); },
        }
    );
}

http::Outcome confirm_new_phone(
    const VisitPtr& visit, OfferedTo to, std::function<http::Outcome(const PendingText&)> confirmed
) {
    const auto pending = read_pending_text(*visit, use_of(to));
    if (!pending) return http::see_other(phone_page(to));
    const auto guess = read_text_guess(*visit, use_of(to), *pending);
    if (!guess) {
        return respond_phone(
            *visit, to, SignInError{.code = "malformed", .reason = "not six digits"}
        );
    }
    auto changes = second_step_limits(*visit, address_of(*visit, to));
    changes.emplace_back(*guess);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, to, pending = *pending, confirmed = std::move(confirmed)](
                             store::Committed committed
                         ) -> http::Outcome {
                if (committed.spent.at(0).right) return confirmed(pending);
                return respond_phone(
                    *visit, to, SignInError{.code = "wrong", .reason = "wrong code"}
                );
            },
            .refused = [visit, to, pending = *pending](RefusedChange refused) -> http::Outcome {
                return respond_phone(*visit, to, error_of_phone(*visit, to, pending, refused));
            },
        }
    );
}

accounts::Phone make_phone(
    const Visit& visit,
    const accounts::Fresh& fresh,
    accounts::AccountId account,
    const accounts::PhoneNumber& number
) {
    const accounts::Circumstances at = visit.circumstances();
    return {
        .id = fresh.phone,
        .account = account,
        .number = number,
        .failures = 0,
        .created_on = at.browser,
        .created_at = at.now,
        .last_used_at = std::nullopt,
    };
}

}  // namespace latchkey::pages
