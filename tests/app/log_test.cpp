// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/log.hpp"

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "support/fixed_clock.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <rapidcheck.h>
#include <sys/types.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

const TimePoint noon = from_milliseconds(1'795'348'800'123);

// A log that goes to a file, and the lines that came there.
struct LogFile {
    test::TemporaryFolder folder;
    std::string path = folder.write("log", "");
    int descriptor = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    test::FixedClock clock{noon};

    LogFile() = default;
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    LogFile(LogFile&&) = delete;
    LogFile& operator=(LogFile&&) = delete;

    ~LogFile() { close(descriptor); }

    [[nodiscard]] std::vector<json::Value> entries() const {
        std::vector<json::Value> found;
        std::string_view rest;
        const std::string text = test::read_file(path);
        for (rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
            auto value = json::parse(rest.substr(0, rest.find('\n')));
            REQUIRE(value.has_value());
            found.push_back(std::move(value).value());
        }
        return found;
    }
};

json::Value parsed(const std::string& line) {
    REQUIRE(line.ends_with('\n'));
    auto value = json::parse(std::string_view(line).substr(0, line.size() - 1));
    REQUIRE(value.has_value());
    return std::move(value).value();
}

// What a field's value reads as after it went through a line.
std::string logged(std::string_view value) {
    const std::string line = log_line(noon, LogLevel::info, "event", {{"field", value}});
    CHECK(std::ranges::count(line, '\n') == 1);
    const json::Value entry = parsed(line);
    const std::string* found = entry.find_string("field");
    return found == nullptr ? "(left out)" : *found;
}

}  // namespace

TEST_CASE("An entry is one JSON object with time in UTC, level, event and fields in order (V16)") {
    CHECK(
        log_line(
            noon,
            LogLevel::warning,
            "request",
            {{"request_id", "abc"}, {"status", 200}, {"reason", ""}, {"path", "/x"}}
        ) ==
        "{\"time\":\"2026-11-22T12:00:00.123Z\",\"level\":\"warning\",\"event\":\"request\","
        "\"request_id\":\"abc\",\"status\":200,\"path\":\"/x\"}\n"
    );
}

TEST_CASE("No value forges a line or steers a terminal (T25, log injection)") {
    CHECK(logged("a\r\n{\"event\":\"signed_in\"}") == "a\r\n{\"event\":\"signed_in\"}");
    CHECK(logged("\x1b[2J\x07\x7f") == "\x1b[2J\x07\x7f");
    const std::string line = log_line(noon, LogLevel::info, "e", {{"f", "\x1b[2J\x07\x7f\r\n"}});
    CHECK(std::ranges::all_of(line.substr(0, line.size() - 1), [](char c) {
        return c >= ' ' && c <= '~';
    }));
    CHECK(
        logged("a\xC2\x9B"
               "31mb") ==
        "a\xEF\xBF\xBD"
        "31mb"
    );
    CHECK(logged("\xFF\xC3\xBC") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(
        logged("Gr\xC3\xBC\xC3\x9F"
               "e") ==
        "Gr\xC3\xBC\xC3\x9F"
        "e"
    );
}

TEST_CASE("A long value is cut between characters") {
    CHECK(logged(std::string(5'000, 'x')).size() == 1'000);
    std::string long_text = "x";
    for (int i = 0; i < 1'000; ++i) {
        long_text += "\xC3\xBC";
    }
    CHECK(logged(long_text) == long_text.substr(0, 999));
}

TEST_CASE("Any bytes make a line that a strict JSON reader takes") {
    const bool holds = rc::check([](const std::string& event, const std::string& value) {
        const std::string line = log_line(noon, LogLevel::info, event, {{"f", value}});
        RC_ASSERT(json::parse(std::string_view(line).substr(0, line.size() - 1)).has_value());
        RC_ASSERT(std::ranges::count(line, '\n') == 1);
    });
    CHECK(holds);
}

TEST_CASE("No secret can be given to the log (T25)") {
    using Value = decltype(LogField::value);
    static_assert(std::is_constructible_v<Value, std::string>);
    static_assert(!std::is_constructible_v<Value, SecretText>);
    static_assert(!std::is_constructible_v<Value, SecretBytes>);
    static_assert(!std::is_constructible_v<Value, SecretKey>);
}

TEST_CASE("Entries below the level are not written; the others come in order") {
    const LogFile file;
    {
        Log log(file.descriptor, LogLevel::warning, file.clock);
        log.write(LogLevel::info, "hidden");
        log.write(LogLevel::warning, "first");
        log.write(LogLevel::error, "second");
    }
    const auto entries = file.entries();
    REQUIRE(entries.size() == 2);
    CHECK(*entries[0].find_string("event") == "first");
    CHECK(*entries[1].find_string("event") == "second");
}

TEST_CASE("Lines of many threads do not mix, and flush() waits for all of them") {
    const LogFile file;
    Log log(file.descriptor, LogLevel::info, file.clock);
    {
        std::vector<std::jthread> writers;
        writers.reserve(8);
        for (int i = 0; i < 8; ++i) {
            writers.emplace_back([&log] {
                for (int n = 0; n < 200; ++n) {
                    log.write(LogLevel::info, "event", {{"text", std::string(50, 'x')}});
                }
            });
        }
    }
    log.flush();
    CHECK(file.entries().size() == 1'600);
}

TEST_CASE("A reader that stops reading costs entries, never time; how many is told") {
    std::array<int, 2> ends{-1, -1};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    const test::FixedClock clock(noon);
    std::string text;
    {
        std::jthread reader;
        Log log(ends[1], LogLevel::info, clock, {.waiting_bytes = 10'000});
        // A pipe holds 64 KiB; then the log's own buffer fills while its thread waits.
        for (int i = 0; i < 2'000; ++i) {
            log.write(LogLevel::info, "event", {{"text", std::string(200, 'x')}});
        }
        reader = std::jthread([&text, end = ends[0]] {
            std::array<char, 4'096> chunk{};
            for (ssize_t n = 1; n > 0;) {
                n = read(end, chunk.data(), chunk.size());
                if (n > 0) text.append(chunk.data(), static_cast<std::size_t>(n));
            }
        });
        log.flush();
        log.write(LogLevel::info, "after");
        log.flush();
        close(ends[1]);
    }
    close(ends[0]);
    CHECK(text.find("\"event\":\"log_entries_dropped\"") != std::string::npos);
    CHECK(text.find("\"event\":\"after\"") != std::string::npos);
}

}  // namespace latchkey::app
