// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/secret.hpp"
#include "outbound/mailer.hpp"
#include "outbound/text_message.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace latchkey::outbound {

/// Whose way of taking text messages a gateway has.
enum class TextProvider : std::uint8_t {
    kannel,  // GET sendsms: user, password and text stand in the URL
    twilio,  // POST /2010-04-01/Accounts/{user}/Messages.json
};

struct TextGatewayOptions {
    TextProvider provider = TextProvider::kannel;
    std::string url;  // of sendsms; of the API, without a path
    std::string user;
    SecretText password;
    std::string from;     // the sender that people see; Twilio: or a messaging service, "MG…"
    std::string ca_file;  // PEM; empty: the system's certificates
    std::chrono::milliseconds timeout = std::chrono::seconds{20};
    std::chrono::seconds validity = std::chrono::minutes{5};  // a later code helps nobody
};

/// Hands text messages to a gateway. One thread at a time.
class TextGateway {
public:
    TextGateway() = default;
    TextGateway(const TextGateway&) = delete;
    TextGateway& operator=(const TextGateway&) = delete;
    TextGateway(TextGateway&&) = delete;
    TextGateway& operator=(TextGateway&&) = delete;
    virtual ~TextGateway() = default;

    /// Sent: the gateway took it, which is all that can be known here. A failure says why without
    /// the number and the text.
    virtual Delivery send(const TextMessage& message) = 0;

    /// Asks for something that sends nothing. nullopt: it answers and knows us; else what is wrong,
    /// in words.
    virtual std::optional<std::string> check() = 0;
};

std::unique_ptr<TextGateway> make_text_gateway(TextGatewayOptions options);

}  // namespace latchkey::outbound
