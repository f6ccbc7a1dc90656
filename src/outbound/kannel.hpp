// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "outbound/text_gateway.hpp"

#include <optional>

namespace latchkey::outbound {

/// Kannel's smsbox: its HTTP interface to send (user guide, chapter 6).
class Kannel final : public TextGateway {
public:
    explicit Kannel(TextGatewayOptions options);

    Delivery send(const TextMessage& message) override;
    std::optional<std::string> check() override;

private:
    TextGatewayOptions options_;
};

}  // namespace latchkey::outbound
