// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/log.hpp"
#include "http/server.hpp"
#include "outbound/outbox.hpp"
#include "pages/visit.hpp"

/// What the parts of the server report, as lines of its log.
namespace latchkey::app {

void log_access(Log& log, const http::Access& access);
void log_mail(Log& log, const outbound::OutboxReport& report);
void log_entry(Log& log, const pages::LogEntry& entry);

}  // namespace latchkey::app
