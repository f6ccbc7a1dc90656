// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "outbound/mail.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace latchkey::outbound {

struct Sent {};

struct NotSent {
    enum class Kind : std::uint8_t {
        try_later,    // this mail, for now: a 4xx answer to its sender, recipient or content
        refused,      // this mail, for good: a 5xx answer to the same
        unavailable,  // no mail (or text message) at all for now: network, TLS, AUTH; the next one
                      // would fare the same
    };

    Kind kind = Kind::try_later;
    std::string why;  // for the log: without the mail's content and without its address
};

using Delivery = std::variant<Sent, NotSent>;

/// Delivers mail. One thread at a time.
class Mailer {
public:
    Mailer() = default;
    Mailer(const Mailer&) = delete;
    Mailer& operator=(const Mailer&) = delete;
    Mailer(Mailer&&) = delete;
    Mailer& operator=(Mailer&&) = delete;
    virtual ~Mailer() = default;

    /// `key` names this delivery: a second try has the same one, so that receivers can tell that
    /// both are one message (it becomes the left side of Message-ID). Letters and digits only.
    virtual Delivery send(const Mail& mail, std::string_view key) = 0;
};

}  // namespace latchkey::outbound
