// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/random.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"

#include <optional>
#include <string>

namespace latchkey::outbound {

/// One text message, rendered: to one phone.
struct TextMessage {
    std::string to;    // E.164
    std::string text;  // UTF-8

    bool operator==(const TextMessage&) const = default;
};

/// As a mail is sealed (mail.hpp): for the outbox row `id`, and for nothing else.
Bytes seal(
    const TextMessage& message, accounts::MailId id, const crypto::Sealer& sealer, Random& random
);

/// nullopt: sealed under another key or for another row, a mail, or changed.
std::optional<TextMessage> open_text_message(
    ByteView sealed, accounts::MailId id, const crypto::Sealer& sealer
);

}  // namespace latchkey::outbound
