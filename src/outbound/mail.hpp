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

/// One e-mail, rendered: to one person, with a text and an HTML part.
struct Mail {
    std::string to;  // as the person typed it
    std::string subject;
    std::string text;
    std::string html;

    bool operator==(const Mail&) const = default;
};

/// How a mail is kept in the outbox (inside the seal): JSON.
Bytes pack(const Mail& mail);
std::optional<Mail> unpack(ByteView packed);

/// What accounts::QueueMail::sealed holds: the packed mail, sealed for the outbox row `id`, so
/// that a stolen database shows no code (T27) and no row can take the place of another.
Bytes seal(const Mail& mail, accounts::MailId id, const crypto::Sealer& sealer, Random& random);

/// nullopt: sealed under another key or for another row, or changed.
std::optional<Mail> open(ByteView sealed, accounts::MailId id, const crypto::Sealer& sealer);

}  // namespace latchkey::outbound
