// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace latchkey::outbound {

struct HttpAnswer {
    int status = 0;
    std::string content_type;
    std::string body;
};

struct HttpGetLimits {
    std::chrono::milliseconds timeout = std::chrono::seconds{10};
    std::size_t body_bytes = 65'536;
};

/// One GET of an http or https address. TLS is verified against the system's authorities;
/// redirects are not followed and no proxy of the environment is asked. The error is in words.
Result<HttpAnswer, std::string> http_get(const std::string& url, const HttpGetLimits& limits = {});

}  // namespace latchkey::outbound
