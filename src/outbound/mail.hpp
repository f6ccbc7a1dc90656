// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

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

}  // namespace latchkey::outbound
