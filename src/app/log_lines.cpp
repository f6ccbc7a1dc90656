// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/log_lines.hpp"

#include "app/config.hpp"
#include "app/log.hpp"
#include "http/server.hpp"
#include "latchkey/result.hpp"
#include "outbound/outbox.hpp"
#include "pages/site.hpp"

#include <cstdint>
#include <string_view>

namespace latchkey::app {
namespace {

LogLevel level_of(outbound::OutboxReport::Kind kind) {
    using Kind = outbound::OutboxReport::Kind;
    switch (kind) {
        case Kind::sent:
            return LogLevel::info;
        case Kind::delayed:
        case Kind::refused:
        case Kind::expired:
            return LogLevel::warning;
        case Kind::unreadable:
        case Kind::unavailable:
        case Kind::not_recorded:
        case Kind::unread:
            return LogLevel::error;
    }
    LATCHKEY_ASSERT(false);
}

}  // namespace

void log_access(Log& log, const http::Access& access) {
    // Probes come every few seconds and say nothing while all is well.
    const bool is_probe = access.path == "/health" || access.path == "/ready";
    const auto level = is_probe && access.status == 200 ? LogLevel::debug : LogLevel::info;
    log.write(
        level,
        "request",
        {{"request_id", access.request_id},
         {"method", access.method},
         {"path", access.path},
         {"status", access.status},
         {"took_us", access.took.count()},
         {"network", access.network},
         {"reason", access.note}}
    );
}

void log_mail(Log& log, std::string_view event, const outbound::OutboxReport& report) {
    log.write(
        level_of(report.kind),
        event,
        {{"outcome", outbound::name_of(report.kind)},
         {"mail", report.mail.value()},
         {"attempts", report.attempts},
         {"due", static_cast<std::int64_t>(report.due)},
         {"reason", report.why}}
    );
}

void log_entry(Log& log, const pages::LogEntry& entry) {
    log.write(
        LogLevel::info, entry.event, {{"request_id", entry.request_id}, {"reason", entry.reason}}
    );
}

}  // namespace latchkey::app
