// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/mail.hpp"

#include "base/json.hpp"

#include <utility>

namespace latchkey::outbound {
namespace {

// A packed mail comes from our own database, so this only bounds what a broken row can cost.
constexpr json::Limits packed_limits{.bytes = 1'048'576, .depth = 1, .values = 8};

}  // namespace

Bytes pack(const Mail& mail) {
    const std::string text = json::write(json::object(
        {{"to", mail.to}, {"subject", mail.subject}, {"text", mail.text}, {"html", mail.html}}
    ));
    const ByteView bytes = bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

std::optional<Mail> unpack(ByteView packed) {
    const auto value = json::parse(text_of(packed), packed_limits);
    if (!value) return std::nullopt;
    const std::string* to = value->find_string("to");
    const std::string* subject = value->find_string("subject");
    const std::string* text = value->find_string("text");
    const std::string* html = value->find_string("html");
    if (to == nullptr || subject == nullptr || text == nullptr || html == nullptr) {
        return std::nullopt;
    }
    return Mail{.to = *to, .subject = *subject, .text = *text, .html = *html};
}

}  // namespace latchkey::outbound
