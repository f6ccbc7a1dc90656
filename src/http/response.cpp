// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/response.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace latchkey::http {

Response see_other(std::string_view location) {
    return {.status = 303, .headers = {{"Location", std::string(location)}}};
}

Response json_response(int status, std::string body) {
    return {
        .status = status, .content_type = "application/json; charset=utf-8", .body = std::move(body)
    };
}

}  // namespace latchkey::http
