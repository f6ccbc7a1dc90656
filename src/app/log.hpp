// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

namespace latchkey::app {

/// One member of a log entry. A Secret is none of the types of its value, so none gets in.
struct LogField {
    std::string_view name;  // ours: letters and underscores
    std::variant<std::string_view, std::int64_t> value;
};

/// Structured logs: one JSON object a line (time in UTC, level, event, fields in order). Every
/// value is escaped and cut at 1,000 bytes, so that no input can forge a line or steer a
/// terminal. Callers never wait: a thread writes what came within 20 ms in one piece; what it
/// cannot keep up with is counted and told.
class Log {
public:
    struct Limits {
        std::size_t waiting_bytes = 1'048'576;  // more is dropped
    };

    /// Writes to the descriptor, which stays open as long as this lives.
    Log(int descriptor, LogLevel least, const Clock& clock, Limits limits);
    Log(int descriptor, LogLevel least, const Clock& clock);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    Log(Log&&) = delete;
    Log& operator=(Log&&) = delete;

    /// Writes what is waiting.
    ~Log();

    /// Thread-safe. Empty texts are left out.
    void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

    /// Returns when what was logged before is written: for the last words of a process.
    void flush();

private:
    void run();
    void write_out(std::string_view lines) const;

    int descriptor_;
    LogLevel least_;
    const Clock& clock_;
    Limits limits_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string waiting_;       // guarded by mutex_
    std::size_t dropped_ = 0;   // guarded by mutex_
    bool is_writing_ = false;   // guarded by mutex_
    bool is_flushing_ = false;  // guarded by mutex_; until what is waiting is written
    bool is_stopping_ = false;  // guarded by mutex_
    std::thread thread_;        // last: it uses all of the above
};

/// The entry as a line with its end: what Log writes.
std::string log_line(
    TimePoint time, LogLevel level, std::string_view event, std::initializer_list<LogField> fields
);

/// RFC 3339 in UTC with milliseconds: 2026-11-22T10:00:00.123Z.
std::string format_time(TimePoint time);

}  // namespace latchkey::app
