// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/text_gateway.hpp"

#include "latchkey/result.hpp"
#include "outbound/kannel.hpp"
#include "outbound/twilio.hpp"

#include <memory>
#include <utility>

namespace latchkey::outbound {

std::unique_ptr<TextGateway> make_text_gateway(TextGatewayOptions options) {
    switch (options.provider) {
        case TextProvider::kannel:
            return std::make_unique<Kannel>(std::move(options));
        case TextProvider::twilio:
            return std::make_unique<Twilio>(std::move(options));
    }
    LATCHKEY_ASSERT(false);
}

}  // namespace latchkey::outbound
