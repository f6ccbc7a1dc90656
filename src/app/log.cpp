// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/log.hpp"

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "latchkey/result.hpp"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/core.h>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

constexpr std::size_t value_limit = 1'000;  // bytes of one value

/// Waking the thread for each line would cost a busy server as much as the rest of a request's
/// HTTP.
constexpr std::chrono::milliseconds gathering_time{20};

constexpr std::string_view replacement = "\\ufffd";

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    LATCHKEY_ASSERT(false);
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string_view cut(std::string_view text) {
    if (text.size() <= value_limit) return text;
    std::size_t size = value_limit;
    while (size > 0 && is_continuation(text[size])) {
        --size;
    }
    return text.substr(0, size);
}

// A JSON string. Bytes that are not UTF-8, and the C1 controls by which some terminals can be
// steered (U+0080 to U+009F), become U+FFFD.
void append_quoted(std::string& out, std::string_view whole) {
    const std::string_view text = cut(whole);
    const bool keep_high_bytes = is_utf8(text);
    out += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += text[i];
        } else if (byte < 0x20 || byte == 0x7F) {
            out += fmt::format("\\u{:04x}", byte);
        } else if (byte >= 0x80 && !keep_high_bytes) {
            out += replacement;
        } else if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            out += replacement;
            ++i;
        } else {
            out += text[i];
        }
    }
    out += '"';
}

}  // namespace

Log::Log(int descriptor, LogLevel least, const Clock& clock, Limits limits)
    : descriptor_(descriptor), least_(least), clock_(clock), limits_(limits), thread_([this] {
          run();
      }) {}

Log::Log(int descriptor, LogLevel least, const Clock& clock)
    : Log(descriptor, least, clock, Limits{}) {}

Log::~Log() {
    {
        const std::scoped_lock lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (level < least_) return;
    const std::string line = log_line(clock_.now(), level, event, fields);
    bool is_first = false;
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.size() + line.size() > limits_.waiting_bytes) {
            ++dropped_;
            return;
        }
        is_first = waiting_.empty();
        waiting_ += line;
    }
    if (is_first) changed_.notify_all();
}

void Log::flush() {
    std::unique_lock lock(mutex_);
    is_flushing_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_.empty() && !is_writing_; });
}

void Log::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return !waiting_.empty() || is_stopping_; });
        if (waiting_.empty()) return;
        changed_.wait_for(lock, gathering_time, [this] { return is_flushing_ || is_stopping_; });
        is_flushing_ = false;
        std::string lines = std::exchange(waiting_, {});
        if (const std::size_t dropped = std::exchange(dropped_, 0); dropped > 0) {
            lines += log_line(
                clock_.now(),
                LogLevel::error,
                "log_entries_dropped",
                {{.name = "count", .value = static_cast<std::int64_t>(dropped)}}
            );
        }
        is_writing_ = true;
        lock.unlock();
        write_out(lines);
        lock.lock();
        is_writing_ = false;
        changed_.notify_all();
    }
}

void Log::write_out(std::string_view lines) const {
    while (!lines.empty()) {
        const ssize_t count = ::write(descriptor_, lines.data(), lines.size());
        if (count < 0 && errno == EINTR) continue;
        // A log that nobody can take is no reason to stop signing people in.
        if (count < 0) return;
        lines.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string log_line(
    TimePoint time, LogLevel level, std::string_view event, std::initializer_list<LogField> fields
) {
    std::string line =
        fmt::format(R"({{"time":"{}","level":"{}","event":)", format_time(time), name_of(level));
    append_quoted(line, event);
    for (const LogField& field : fields) {
        const auto* text = std::get_if<std::string_view>(&field.value);
        if (text != nullptr && text->empty()) continue;
        line += ',';
        append_quoted(line, field.name);
        line += ':';
        if (text != nullptr) {
            append_quoted(line, *text);
        } else {
            line += fmt::to_string(std::get<std::int64_t>(field.value));
        }
    }
    line += "}\n";
    return line;
}

std::string format_time(TimePoint time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(time - days);
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count(),
        clock.subseconds().count()
    );
}

}  // namespace latchkey::app
