// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::app {

/// Tells systemd how the service is (sd_notify(3): one datagram to $NOTIFY_SOCKET): "READY=1" when
/// it listens, "STOPPING=1" when it stops. Without that variable nobody wants to know. Says what
/// went wrong; the service goes on.
std::optional<std::string> tell_service_manager(std::string_view state);

}  // namespace latchkey::app
