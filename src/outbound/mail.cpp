// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/mail.hpp"

#include "accounts/types.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"

#include <optional>
#include <string>

#include <fmt/core.h>

namespace latchkey::outbound {
namespace {

// A packed mail comes from our own database, so this only bounds what a broken row can cost.
constexpr json::Limits mail_limits{.bytes = 1'048'576, .depth = 1, .values = 8};

std::string mail_context(accounts::MailId id) {
    return fmt::format("mail|{}", id.value());
}

}  // namespace

Bytes pack(const Mail& mail) {
    const std::string text = json::write(json::object(
        {{"to", mail.to}, {"subject", mail.subject}, {"text", mail.text}, {"html", mail.html}}
    ));
    const ByteView bytes = bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

std::optional<Mail> unpack(ByteView packed) {
    const auto value = json::parse(text_of(packed), mail_limits);
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

Bytes seal(const Mail& mail, accounts::MailId id, const crypto::Sealer& sealer, Random& random) {
    const SecretBytes packed(pack(mail));
    return sealer.seal(packed.reveal(), bytes_of(mail_context(id)), random);
}

std::optional<Mail> open(ByteView sealed, accounts::MailId id, const crypto::Sealer& sealer) {
    const auto packed = sealer.open(sealed, bytes_of(mail_context(id)));
    if (!packed) return std::nullopt;
    return unpack(packed->reveal());
}

}  // namespace latchkey::outbound
