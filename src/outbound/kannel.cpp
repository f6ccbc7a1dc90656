// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/kannel.hpp"

#include "base/secret.hpp"
#include "outbound/form_fields.hpp"
#include "outbound/http_get.hpp"
#include "outbound/mailer.hpp"
#include "outbound/text_gateway.hpp"
#include "outbound/text_message.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace latchkey::outbound {
namespace {

constexpr int accepted = 202;
constexpr int no_receiver = 400;
constexpr int refused_user = 403;
constexpr int unavailable_from = 500;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

HttpCall call_of(const TextGatewayOptions& options, const SecretText& fields) {
    return {
        .url = SecretText(options.url + "?" + fields.reveal()),
        .form = {},
        .user = {},
        .ca_file = options.ca_file,
        .limits = {.timeout = options.timeout},
    };
}

}  // namespace

Kannel::Kannel(TextGatewayOptions options) : options_(std::move(options)) {}

Delivery Kannel::send(const TextMessage& message) {
    using Kind = NotSent::Kind;
    FormFields fields;
    fields.add("username", options_.user);
    fields.add("password", options_.password.reveal());
    fields.add("from", options_.from);
    fields.add("to", message.to);
    fields.add("text", message.text);
    fields.add("charset", "UTF-8");
    if (!is_ascii(message.text)) fields.add("coding", "2");  // UCS-2
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(options_.validity).count();
    fields.add("validity", std::to_string(minutes));
    const auto answer = http_call(call_of(options_, fields.text()));
    if (!answer) return NotSent{.kind = Kind::unavailable, .why = answer.error()};
    // 0: sent on; 3: kept until the centre answers, and dropped when the validity is over. Sending
    // it again would bring, and cost, two.
    if (answer->status == accepted) return Sent{};
    const std::string why = fmt::format("Kannel answered {}", answer->status);
    const bool is_down = answer->status == refused_user || answer->status >= unavailable_from;
    return NotSent{.kind = is_down ? Kind::unavailable : Kind::refused, .why = why};
}

// Kannel looks at the user before it finds that nobody is to get anything.
std::optional<std::string> Kannel::check() {
    FormFields fields;
    fields.add("username", options_.user);
    fields.add("password", options_.password.reveal());
    fields.add("text", "");
    const auto answer = http_call(call_of(options_, fields.text()));
    if (!answer) return answer.error();
    if (answer->status == refused_user) return "it does not know this user and password";
    if (answer->status != no_receiver) {
        return fmt::format("it answered {}: is this the address of sendsms?", answer->status);
    }
    return std::nullopt;
}

}  // namespace latchkey::outbound
