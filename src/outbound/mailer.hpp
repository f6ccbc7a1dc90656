// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/secret.hpp"
#include "outbound/mail.hpp"

namespace latchkey::outbound {

struct Sent {};

struct NotSent {
    enum class Kind : std::uint8_t { try_later, refused };  // 4xx and network; 5xx
    Kind kind = Kind::try_later;
    std::string why;  // for the log: the server's words, without the mail's content
};

/// Delivers mail. One thread at a time.
class Mailer {
public:
    Mailer() = default;
    Mailer(const Mailer&) = delete;
    Mailer& operator=(const Mailer&) = delete;
    Mailer(Mailer&&) = delete;
    Mailer& operator=(Mailer&&) = delete;
    virtual ~Mailer() = default;

    virtual std::variant<Sent, NotSent> send(const Mail& mail) = 0;
};

}  // namespace latchkey::outbound
