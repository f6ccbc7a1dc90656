// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "outbound/text_gateway.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::outbound {

/// Twilio's REST API, and of those that copied it.
class Twilio final : public TextGateway {
public:
    explicit Twilio(TextGatewayOptions options);

    Delivery send(const TextMessage& message) override;
    std::optional<std::string> check() override;

private:
    [[nodiscard]] std::string resource(std::string_view rest) const;
    [[nodiscard]] SecretText user() const;

    TextGatewayOptions options_;
};

}  // namespace latchkey::outbound
