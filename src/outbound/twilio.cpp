// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/twilio.hpp"

#include "base/json.hpp"
#include "base/secret.hpp"
#include "outbound/form_fields.hpp"
#include "outbound/http_get.hpp"
#include "outbound/mailer.hpp"
#include "outbound/text_gateway.hpp"
#include "outbound/text_message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace latchkey::outbound {
namespace {

constexpr json::Limits answer_limits{.bytes = 65'536, .depth = 8, .values = 256};

/// "Twilio answered 400 (21211)": its own number of the problem says more than the status.
std::string words_of(const HttpAnswer& answer) {
    const auto body = json::parse(answer.body, answer_limits);
    const json::Value* code = body ? body->find("code") : nullptr;
    const std::int64_t* number = code == nullptr ? nullptr : code->as_integer();
    return number == nullptr ? fmt::format("Twilio answered {}", answer.status)
                             : fmt::format("Twilio answered {} ({})", answer.status, *number);
}

}  // namespace

Twilio::Twilio(TextGatewayOptions options) : options_(std::move(options)) {}

std::string Twilio::resource(std::string_view rest) const {
    return fmt::format("{}/2010-04-01/Accounts/{}{}", options_.url, options_.user, rest);
}

SecretText Twilio::user() const {
    return SecretText(options_.user + ":" + options_.password.reveal());
}

Delivery Twilio::send(const TextMessage& message) {
    using Kind = NotSent::Kind;
    FormFields fields;
    fields.add("To", message.to);
    fields.add(options_.from.starts_with("MG") ? "MessagingServiceSid" : "From", options_.from);
    fields.add("Body", message.text);
    fields.add("ValidityPeriod", std::to_string(options_.validity.count()));
    const auto answer = http_call({
        .url = SecretText(resource("/Messages.json")),
        .form = fields.text(),
        .user = user(),
        .ca_file = options_.ca_file,
        .limits = {.timeout = options_.timeout},
    });
    if (!answer) return NotSent{.kind = Kind::unavailable, .why = answer.error()};
    if (answer->status == 200 || answer->status == 201) return Sent{};
    const std::string why = words_of(*answer);
    // Of this message it speaks with 400, of its recipient with 403 or 404 and a number of its own.
    const bool is_down = answer->status == 401 || answer->status == 429 || answer->status >= 500;
    return NotSent{.kind = is_down ? Kind::unavailable : Kind::refused, .why = why};
}

std::optional<std::string> Twilio::check() {
    const auto answer = http_call({
        .url = SecretText(resource(".json")),
        .form = {},
        .user = user(),
        .ca_file = options_.ca_file,
        .limits = {.timeout = options_.timeout},
    });
    if (!answer) return answer.error();
    if (answer->status == 401) return "it does not know this user and password";
    if (answer->status != 200) return words_of(*answer);
    return std::nullopt;
}

}  // namespace latchkey::outbound
