// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/text_codes.hpp"

#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/events.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/text_messages.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "latchkey/bytes.hpp"
#include "outbound/text_message.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/cookies.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

constexpr json::Limits pending_limits{.bytes = 1'024, .depth = 1, .values = 4};

const accounts::Hash& subject_of(const Visit& visit, OfferedTo to) {
    return to == OfferedTo::sign_in ? visit.needed_sign_in().token_hash
                                    : visit.needed_session().session.token_hash;
}

Bytes context_of(const Visit& visit, TextUse use) {
    const bool is_second = use.purpose == accounts::TextCodePurpose::second_step;
    Bytes context;
    for (const ByteView part :
         {bytes_of("cookie: pending text"),
          bytes_of(is_second ? std::string_view("second step") : std::string_view("new phone")),
          bytes_of(visit.browser_id),
          ByteView(subject_of(visit, use.to))}) {
        context.insert(context.end(), part.begin(), part.end());
        context.push_back(std::byte{0});
    }
    return context;
}

std::string seal_pending(const Visit& visit, TextUse use, const PendingText& pending) {
    const std::string text =
        json::write(json::object({{"code", pending.code.value()}, {"number", pending.number.text()}}
        ));
    const Services& services = visit.services;
    return base64url_encode(
        services.sealer.seal(bytes_of(text), context_of(visit, use), services.random)
    );
}

/// "https://id.example.com:8443" is the site "id.example.com" to who fills the code in.
std::string host_of(std::string_view origin) {
    const std::string_view rest = origin.substr(origin.find("://") + 3);
    return std::string(rest.substr(0, std::min(rest.rfind(':'), rest.size())));
}

/// The last line binds the code to our origin: browsers fill it in nowhere else (WICG,
/// origin-bound one-time codes).
outbound::TextMessage render(
    const Visit& visit, const accounts::PhoneNumber& number, const SecretText& code
) {
    const pages::Site& site = visit.services.site;
    const std::string words = visit.edition.words(
        "text_code", json::object({{"code", code.reveal()}, {"brand", site.brand.name}})
    );
    return {
        .to = number.text(),
        .text = words + "\n\n@" + host_of(site.origin) + " #" + code.reveal(),
    };
}

accounts::QueueMail queue(const Visit& visit, const outbound::TextMessage& message) {
    const Services& services = visit.services;
    const accounts::MailId id(services.store.next_id());
    const TimePoint now = services.clock.now();
    return {
        .id = id,
        .sealed = outbound::seal(message, id, services.sealer, services.random),
        .not_before = now,
        .expires_at = now + accounts::limits::text_code_lifetime,
        .hold = std::nullopt,
        .channel = accounts::Channel::text_message,
    };
}

accounts::EmailCode make_code(
    const Visit& visit, const TextRequest& request, const SecretText& digits
) {
    const Services& services = visit.services;
    const accounts::CodeId id(services.store.next_id());
    const TimePoint now = services.clock.now();
    accounts::EmailCode code{
        .id = id,
        .mac = accounts::text_code_mac(
            services.pepper,
            {.purpose = request.use.purpose,
             .id = id,
             .number = request.number,
             .subject = subject_of(visit, request.use.to)},
            digits.reveal()
        ),
        .address_key = accounts::limit_key(services.pepper, "number", request.number.text()),
        .account = std::nullopt,
        .account_epoch = 0,
        .attempts = 0,
        .spent = false,
        .created_at = now,
        .expires_at = now + accounts::limits::text_code_lifetime,
    };
    if (request.use.to == OfferedTo::session) {
        code.account = visit.needed_session().account.id;
        code.account_epoch = visit.needed_session().account.epoch;
    } else if (visit.needed_sign_in().account) {
        code.account = visit.needed_sign_in().account;
        code.account_epoch = visit.needed_sign_in().account_epoch;
    }
    return code;
}

Texting texting_of(const Visit& visit, const TextRequest& request) {
    return {
        .email = address_of(visit, request.use.to),
        .number = request.number,
        .purpose = request.use.purpose,
    };
}

/// The limits, then what is sent.
std::vector<accounts::Change> prepare(
    const Visit& visit,
    const TextRequest& request,
    const accounts::EmailCode& code,
    const SecretText& digits
) {
    const accounts::Circumstances at = visit.circumstances();
    auto changes = texting_limits(visit, texting_of(visit, request));
    changes.emplace_back(accounts::StoreCode{code});
    changes.emplace_back(queue(visit, render(visit, request.number, digits)));
    changes.emplace_back(accounts::AppendEvent{accounts::Event{
        .id = accounts::EventId(visit.services.store.next_id()),
        .at = at.now,
        .kind = accounts::EventKind::code_sent,
        .account = code.account,
        .network = at.network,
        .browser = at.browser,
        .detail = "text message",
    }});
    return changes;
}

/// What is in the way before anything is counted.
std::optional<SignInError> problem_of(const Visit& visit, const accounts::PhoneNumber& number) {
    if (!may_text(visit, number)) {
        return SignInError{.code = "text_country", .reason = number.country()};
    }
    if (texts_rest(visit, number)) {
        return SignInError{.status = 429, .code = "text_rests", .reason = number.country()};
    }
    return std::nullopt;
}

}  // namespace

std::optional<PendingText> read_pending_text(const Visit& visit, TextUse use) {
    const std::string* cookie = visit.request.cookie(cookie_names::text);
    if (cookie == nullptr) return std::nullopt;
    const auto sealed = base64url_decode(*cookie);
    if (!sealed) return std::nullopt;
    const auto plain = visit.services.sealer.open(*sealed, context_of(visit, use));
    if (!plain) return std::nullopt;
    const auto value = json::parse(text_of(plain->reveal()), pending_limits);
    if (!value) return std::nullopt;
    const json::Value* code = value->find("code");
    const std::int64_t* id = code == nullptr ? nullptr : code->as_integer();
    const std::string* text = value->find_string("number");
    if (id == nullptr || text == nullptr) return std::nullopt;
    const auto number = accounts::PhoneNumber::parse(*text, "");
    if (!number) return std::nullopt;
    return PendingText{.code = accounts::CodeId(*id), .number = *number};
}

bool may_text(const Visit& visit, const accounts::PhoneNumber& number) {
    const auto& policy = visit.services.site.text_messages;
    return policy && accounts::may_send_to(*policy, number);
}

http::Outcome send_text_code(const VisitPtr& visit, const TextRequest& request) {
    if (const auto problem = problem_of(*visit, request.number)) return request.refuse(*problem);
    const SecretText digits = accounts::make_text_code(visit->services.random.bytes<16>());
    const accounts::EmailCode code = make_code(*visit, request, digits);
    const std::string cookie =
        seal_pending(*visit, request.use, {.code = code.id, .number = request.number});
    auto changes = prepare(*visit, request, code, digits);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [cookie, page = request.page](store::Committed) -> http::Outcome {
                http::Response response = http::see_other(page);
                response.cookies.push_back(set_cookie(cookie_names::text, cookie));
                return response;
            },
            .refused = [visit, request](RefusedChange refused) -> http::Outcome {
                const auto wait =
                    texting_wait(*visit, texting_of(*visit, request), refused.index());
                return request.refuse(
                    {.status = 429, .code = "text_too_many", .reason = "texts sent", .wait = wait}
                );
            },
        }
    );
}

std::optional<accounts::SpendAttempt> read_text_guess(
    const Visit& visit, TextUse use, const PendingText& pending
) {
    const auto typed =
        accounts::parse_code(visit.form.get("code"), accounts::limits::text_code_digits);
    if (!typed) return std::nullopt;
    return accounts::SpendAttempt{
        .code = pending.code,
        .mac = accounts::text_code_mac(
            visit.services.pepper,
            {.purpose = use.purpose,
             .id = pending.code,
             .number = pending.number,
             .subject = subject_of(visit, use.to)},
            *typed
        ),
        .limit = accounts::limits::attempts_per_code,
        .now = visit.services.clock.now(),
    };
}

SignInError error_of_text(const Visit& visit, const PendingText& pending) {
    const auto code = visit.services.store.find_code(pending.code);
    const bool is_expired = !code || visit.services.clock.now() >= code->expires_at;
    return {.code = is_expired ? "expired" : "ended", .reason = "code is over"};
}

void forget_pending_text(http::Response& response) {
    response.cookies.push_back(delete_cookie(cookie_names::text));
}

}  // namespace latchkey::pages
