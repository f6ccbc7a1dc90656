// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/parser.hpp"

#include "base/try.hpp"
#include "http/limits.hpp"
#include "http/policy.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace latchkey::http {

namespace {

namespace beast = boost::beast;
using beast::http::error;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

/// Beast's verdict in HTTP's words.
Refusal refusal_of(const beast::error_code& error) {
    if (error == error::bad_version) return {505, "not HTTP/1.0 or HTTP/1.1"};
    if (error == error::body_limit) return {413, "body too large"};
    if (error == error::header_limit) return {431, "header too large"};
    if (error == error::bad_method) return {400, "bad method"};
    if (error == error::bad_target) return {400, "bad request target"};
    if (error == error::bad_field) return {400, "bad header name"};
    if (error == error::bad_value) return {400, "bad header value"};
    if (error == error::bad_content_length) return {400, "bad Content-Length"};
    if (error == error::multiple_content_length) return {400, "two Content-Lengths"};
    if (error == error::bad_transfer_encoding) return {400, "bad Transfer-Encoding"};
    if (error == error::bad_chunk) return {400, "bad chunk"};
    if (error == error::bad_chunk_extension) return {400, "bad chunk extension"};
    return {400, "malformed request"};
}

/// Beast's state machine, filling a RequestHead that borrows from the input, and the body.
class Messages final : public beast::http::basic_parser<true> {
public:
    explicit Messages(RequestHead& head, std::string& body) : head_(head), body_(body) {
        // Ours are checked before Beast sees the bytes, and after the route is known.
        header_limit(std::numeric_limits<std::uint32_t>::max());
        body_limit(boost::none);
    }

private:
    using Verb = beast::http::verb;
    using Field = beast::http::field;
    using Text = beast::string_view;
    using Error = beast::error_code;

    void on_request_impl(Verb, Text method, Text target, int version, Error&) override {
        head_.method = view(method);
        head_.target = view(target);
        head_.minor_version = version % 10;
    }

    void on_response_impl(int, Text, int, Error&) override {}

    void on_field_impl(Field, Text name, Text value, Error& error) override {
        // Fields after the body (trailers) come by this way too. None means anything to us, and
        // joined to the header they would be a second chance to say who one is.
        if (has_header_) {
            error = beast::http::error::bad_field;
            return;
        }
        head_.fields.emplace_back(view(name), view(value));
    }

    void on_header_impl(Error&) override { has_header_ = true; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
        if (length) body_.reserve(static_cast<std::size_t>(*length));
    }

    std::size_t on_body_impl(Text bytes, Error&) override {
        body_.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Error&) override {
        body_.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_finish_impl(Error&) override {}

    RequestHead& head_;
    std::string& body_;
    bool has_header_ = false;
};

}  // namespace

/// What changes from request to request, kept apart so that the header needs no Beast.
class RequestParser::Machine {
public:
    RequestHead head;
    std::string body;

    /// Begins a request.
    void reset() {
        head.fields.clear();
        body.clear();
        messages_.emplace(head, body);
    }

    [[nodiscard]] Messages& messages() {
        LATCHKEY_ASSERT(messages_.has_value());
        return *messages_;
    }

private:
    std::optional<Messages> messages_;  // empty only until the first reset()
};

RequestParser::RequestParser(std::size_t head_limit)
    : head_limit_(head_limit), machine_(std::make_unique<Machine>()) {
    reset();
}

RequestParser::~RequestParser() = default;

void RequestParser::reset() {
    line_start_ = 0;
    lines_ = 0;
    used_ = 0;
    machine_->reset();
}

const RequestHead& RequestParser::head() const {
    return machine_->head;
}

std::size_t RequestParser::used() const {
    return used_;
}

/// The bytes up to and with the empty line, or 0 if it has not come yet. Looks at each line once.
Result<std::size_t, Refusal> RequestParser::find_end_of_head(std::string_view input) {
    for (auto end = input.find('\n', line_start_); end != std::string_view::npos;
         end = input.find('\n', line_start_)) {
        if (end >= head_limit_) break;
        if (end == line_start_ || input[end - 1] != '\r') return Fail{Refusal{400, "bare LF"}};
        const auto line = input.substr(line_start_, end - 1 - line_start_);
        if (line.empty() && lines_ == 0) return Fail{Refusal{400, "no request line"}};
        if (line.empty()) return end + 1;
        if (line.front() == ' ' || line.front() == '\t') {
            return Fail{Refusal{400, "folded header line"}};
        }
        line_start_ = end + 1;
        ++lines_;
        if (lines_ > limits::header_fields + 1) {
            return Fail{Refusal{431, "too many header fields"}};
        }
    }
    if (input.size() < head_limit_) return std::size_t{0};
    if (lines_ == 0) return Fail{Refusal{414, "request line too long"}};
    return Fail{Refusal{431, "header too large"}};
}

Result<RequestParser::Progress, Refusal> RequestParser::read_head(std::string_view input) {
    used_ = 0;
    const auto size = TRY(find_end_of_head(input));
    if (size == 0) return Progress::need_more;

    auto& messages = machine_->messages();
    beast::error_code error;
    used_ = messages.put(boost::asio::buffer(input.data(), size), error);
    if (error) return Fail{refusal_of(error)};
    // Beast and we must agree on where the head ends: two opinions are how smuggling works.
    if (used_ != size || !messages.is_header_done()) return Fail{Refusal{400, "malformed request"}};
    return Progress::done;
}

bool RequestParser::is_done() const {
    return machine_->messages().is_done();
}

Result<void, Refusal> RequestParser::limit_body(std::uint64_t bytes) {
    auto& messages = machine_->messages();
    const auto length = messages.content_length();
    if (length && *length > bytes) return Fail{Refusal{413, "body too large"}};
    messages.body_limit(bytes);
    messages.eager(true);
    return {};
}

Result<RequestParser::Progress, Refusal> RequestParser::read_body(std::string_view input) {
    used_ = 0;
    auto& messages = machine_->messages();
    while (!messages.is_done() && used_ < input.size()) {
        beast::error_code error;
        const auto rest = input.substr(used_);
        // Beast asserts that at least the last chunk, "0\r\n\r\n", is there when it looks again.
        if (messages.chunked() && rest.size() < 5) break;
        const auto taken = messages.put(boost::asio::buffer(rest.data(), rest.size()), error);
        used_ += taken;
        if (error == error::need_more) {
            const bool is_chunk_line =
                messages.chunked() && input.size() - used_ > limits::chunk_line_bytes;
            if (is_chunk_line) return Fail{Refusal{400, "chunk line too long"}};
            break;
        }
        if (error) return Fail{refusal_of(error)};
    }
    return messages.is_done() ? Progress::done : Progress::need_more;
}

std::string RequestParser::take_body() {
    return std::exchange(machine_->body, {});
}

}  // namespace latchkey::http
