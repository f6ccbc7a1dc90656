// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/parser.hpp"
#include "http/policy.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {

/// What becomes of the first request in some bytes, without a socket.
struct Verdict {
    int status = 0;  // of the refusal; 200: accepted; 0: more bytes are needed
    std::string reason;
    std::optional<http::CheckedHead> head;
    std::string body;
    std::size_t used = 0;  // bytes that belong to the request

    [[nodiscard]] const http::Request& request() const { return head.value().request; }
};

struct JudgeOptions {
    std::vector<std::string> hosts{"localhost:8080"};
    std::size_t head_limit = 16'384;
    std::size_t body_limit = 65'536;
    std::size_t step = 1'000'000;  // bytes that come at once
};

/// Feeds `bytes` to the parser and the policy, as a connection does.
inline Verdict judge(std::string_view bytes, const JudgeOptions& options = {}) {
    using Progress = http::RequestParser::Progress;
    http::RequestParser parser(options.head_limit);
    Verdict verdict;
    std::size_t given = 0;
    const auto more = [&] {
        const auto before = given;
        given = std::min(bytes.size(), given + options.step);
        return given > before;
    };
    const auto refused = [&](const http::Refusal& refusal) {
        verdict.status = refusal.status;
        verdict.reason = refusal.reason;
        return std::move(verdict);
    };

    auto progress = parser.read_head({});
    while (progress && *progress == Progress::need_more && more()) {
        progress = parser.read_head(bytes.substr(0, given));
    }
    if (!progress) return refused(progress.error());
    if (*progress == Progress::need_more) return verdict;
    verdict.used = parser.used();
    const http::PolicyOptions policy{.hosts = options.hosts};
    verdict.head = check_head(parser.head(), http::Address{}, policy);
    if (verdict.head->refusal) return refused(*verdict.head->refusal);

    const auto limited = parser.limit_body(options.body_limit);
    if (!limited) return refused(limited.error());
    while (true) {
        const auto read = parser.read_body(bytes.substr(verdict.used, given - verdict.used));
        verdict.used += parser.used();
        if (!read) return refused(read.error());
        if (*read == Progress::done) break;
        if (!more()) return verdict;
    }
    verdict.status = 200;
    verdict.body = parser.take_body();
    return verdict;
}

}  // namespace latchkey::test
