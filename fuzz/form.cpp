// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "fuzz/target.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <string>

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto form = http::parse_form(text_of(input));
    if (!form) return;
    LATCHKEY_ASSERT(form->fields().size() <= http::limits::form_fields);
    std::string again;
    for (const auto& [name, value] : form->fields()) {
        LATCHKEY_ASSERT(!name.empty() && is_utf8(name) && is_utf8(value));
        LATCHKEY_ASSERT(form->find(name) != nullptr && *form->find(name) == value);
        again.append(percent_encode(name)).append("=").append(percent_encode(value)).append("&");
    }
    // Written in its plainest way it means the same, unless that is longer than forms may be.
    if (again.size() > http::limits::form_bytes) return;
    const auto read_again = http::parse_form(again);
    LATCHKEY_ASSERT(read_again && read_again->fields() == form->fields());
}

}  // namespace latchkey::fuzz
