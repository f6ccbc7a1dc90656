// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/policy.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::http {

/// Reads one request after the other from bytes as they come: Beast's parser, and before it the
/// checks that Beast 1.81 leaves out. Knows no socket. After a refusal only reset() may follow.
class RequestParser {
public:
    explicit RequestParser(std::size_t head_limit);
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;
    RequestParser(RequestParser&&) = delete;
    RequestParser& operator=(RequestParser&&) = delete;
    ~RequestParser();

    enum class Progress : std::uint8_t { need_more, done };

    /// Reads the head at the start of `input`, which holds all bytes since reset() and may only
    /// have grown. Refuses, as soon as it is seen: a bare LF, an empty first line, a folded header
    /// line (obs-fold) and what Beast refuses (400); a head beyond the limit (414 if it is all
    /// request line, else 431), more than 100 fields (431), a version other than HTTP/1.0 and 1.1
    /// (505).
    Result<Progress, Refusal> read_head(std::string_view input);

    /// The head; borrowed from `input` of the last read_head().
    [[nodiscard]] const RequestHead& head() const;

    /// How many bytes of `input` the last call used up: the next call begins behind them.
    [[nodiscard]] std::size_t used() const;

    /// Whether the request is at its end: after the head, that it has no body.
    [[nodiscard]] bool is_done() const;

    /// Refuses a body longer than `bytes` with 413: at once if its length is known, else in
    /// read_body().
    Result<void, Refusal> limit_body(std::uint64_t bytes);

    /// Reads the body from `input`, which holds the bytes that no call has used up yet. Refuses bad
    /// chunks and trailer fields with 400, a chunked body over its limit with 413.
    Result<Progress, Refusal> read_body(std::string_view input);

    /// The body, once read_body() was done.
    [[nodiscard]] std::string take_body();

    /// Makes it ready for the next request.
    void reset();

private:
    class Machine;
    std::size_t head_limit_;
    std::size_t line_start_ = 0;
    std::size_t lines_ = 0;
    std::size_t used_ = 0;
    std::unique_ptr<Machine> machine_;

    Result<std::size_t, Refusal> find_end_of_head(std::string_view input);
};

}  // namespace latchkey::http
