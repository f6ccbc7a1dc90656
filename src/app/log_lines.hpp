// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/log.hpp"
#include "http/server.hpp"
#include "outbound/outbox.hpp"
#include "pages/visit.hpp"

#include <string_view>

/// What the parts of the server report, as lines of its log.
namespace latchkey::app {

void log_access(Log& log, const http::Access& access);
/// `event` is what leaves: "mail", "text_message".
void log_mail(Log& log, std::string_view event, const outbound::OutboxReport& report);
void log_entry(Log& log, const pages::LogEntry& entry);

}  // namespace latchkey::app
