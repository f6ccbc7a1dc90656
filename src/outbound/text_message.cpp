// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/text_message.hpp"

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

constexpr json::Limits message_limits{.bytes = 8'192, .depth = 1, .values = 4};

std::string message_context(accounts::MailId id) {
    return fmt::format("text message|{}", id.value());
}

}  // namespace

Bytes seal(
    const TextMessage& message, accounts::MailId id, const crypto::Sealer& sealer, Random& random
) {
    const SecretText packed(json::write(json::object({{"to", message.to}, {"text", message.text}}))
    );
    return sealer.seal(bytes_of(packed.reveal()), bytes_of(message_context(id)), random);
}

std::optional<TextMessage> open_text_message(
    ByteView sealed, accounts::MailId id, const crypto::Sealer& sealer
) {
    const auto packed = sealer.open(sealed, bytes_of(message_context(id)));
    if (!packed) return std::nullopt;
    const auto value = json::parse(text_of(packed->reveal()), message_limits);
    if (!value) return std::nullopt;
    const std::string* to = value->find_string("to");
    const std::string* text = value->find_string("text");
    if (to == nullptr || text == nullptr) return std::nullopt;
    return TextMessage{.to = *to, .text = *text};
}

}  // namespace latchkey::outbound
