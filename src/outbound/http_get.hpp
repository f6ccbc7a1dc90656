// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/secret.hpp"
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

/// A request: a GET, or a POST of a form if there is one.
struct HttpCall {
    SecretText url;       // may hold a password
    SecretText form;      // application/x-www-form-urlencoded; empty: a GET
    SecretText user;      // "name:password" for HTTP Basic; empty: none
    std::string ca_file;  // PEM; empty: the system's certificates
    HttpGetLimits limits;
};

/// One request as http_get() makes it.
Result<HttpAnswer, std::string> http_call(const HttpCall& call);

/// One GET of an http or https address. TLS is verified against the system's authorities;
/// redirects are not followed and no proxy of the environment is asked. The error is in words.
Result<HttpAnswer, std::string> http_get(const std::string& url, const HttpGetLimits& limits = {});

}  // namespace latchkey::outbound
