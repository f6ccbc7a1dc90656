// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/target.hpp"
#include "http/judge.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace latchkey::fuzz {

/// The first byte says in what pieces the others come to the parser and the policy.
void run(ByteView input) {
    if (input.empty()) return;
    const std::size_t step = 1 + std::to_integer<std::size_t>(input.front());
    const auto bytes = text_of(input.subspan(1));
    const test::JudgeOptions whole_options{.head_limit = 4'096, .body_limit = 1'024};
    auto pieces_options = whole_options;
    pieces_options.step = step;

    const auto whole = test::judge(bytes, whole_options);
    const auto in_pieces = test::judge(bytes, pieces_options);
    // A refusal may wait for the rest of a line (0: more bytes are needed), nothing else may
    // differ.
    const bool both_decided = in_pieces.status != 0 && whole.status != 0;
    LATCHKEY_ASSERT(!both_decided || in_pieces.status == whole.status);
    LATCHKEY_ASSERT((in_pieces.status == 200) == (whole.status == 200));
    LATCHKEY_ASSERT(in_pieces.body == whole.body);
    if (whole.status != 200) return;

    LATCHKEY_ASSERT(in_pieces.used == whole.used && whole.used <= bytes.size());
    LATCHKEY_ASSERT(whole.body.size() <= whole_options.body_limit);
    const auto& request = whole.request();
    LATCHKEY_ASSERT(request.path.starts_with('/') && !request.path.starts_with("//"));
    LATCHKEY_ASSERT(request.header("host") != nullptr);
    for (const auto& [name, value] : request.headers) {
        LATCHKEY_ASSERT(std::ranges::count(request.headers, name, [](const auto& field) {
                            return field.first;
                        }) == 1);
        LATCHKEY_ASSERT(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    }
    // What was used is a request by itself.
    const auto alone = test::judge(bytes.substr(0, whole.used), whole_options);
    LATCHKEY_ASSERT(alone.status == 200 && alone.used == whole.used && alone.body == whole.body);
}

}  // namespace latchkey::fuzz
