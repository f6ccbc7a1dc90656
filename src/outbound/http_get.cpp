// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/http_get.hpp"

#include "base/secret.hpp"
#include "latchkey/result.hpp"
#include "outbound/curl.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include <curl/curl.h>
#include <curl/easy.h>

namespace latchkey::outbound {
namespace {

struct Received {
    std::string body;
    std::size_t limit = 0;
};

std::size_t keep(char* data, std::size_t size, std::size_t count, void* context) {
    auto* received = static_cast<Received*>(context);
    if (received->body.size() + size * count > received->limit) return 0;  // ends the transfer
    received->body.append(data, size * count);
    return size * count;
}

}  // namespace

Result<HttpAnswer, std::string> http_get(const std::string& url, const HttpGetLimits& limits) {
    return http_call(
        {.url = SecretText(url), .form = {}, .user = {}, .ca_file = {}, .limits = limits}
    );
}

Result<HttpAnswer, std::string> http_call(const HttpCall& call) {
    const curl::Handle handle;
    Received received{.body = {}, .limit = call.limits.body_bytes};
    std::array<char, CURL_ERROR_SIZE> error{};
    handle.set(CURLOPT_URL, call.url.reveal().c_str());
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
    handle.set(CURLOPT_PROXY, "");
    handle.set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    handle.set(CURLOPT_SSL_VERIFYPEER, 1L);
    handle.set(CURLOPT_SSL_VERIFYHOST, 2L);
    handle.set(CURLOPT_FOLLOWLOCATION, 0L);
    handle.set(CURLOPT_TIMEOUT_MS, static_cast<long>(call.limits.timeout.count()));
    handle.set(CURLOPT_NOSIGNAL, 1L);
    handle.set(CURLOPT_ERRORBUFFER, error.data());
    handle.set(CURLOPT_WRITEFUNCTION, keep);
    handle.set(CURLOPT_WRITEDATA, static_cast<void*>(&received));
    if (!call.form.reveal().empty()) {
        handle.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(call.form.reveal().size()));
        handle.set(CURLOPT_POSTFIELDS, call.form.reveal().data());
    }
    if (!call.user.reveal().empty()) {
        handle.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        handle.set(CURLOPT_USERPWD, call.user.reveal().c_str());
    }
    if (!call.ca_file.empty()) handle.set(CURLOPT_CAINFO, call.ca_file.c_str());
    const CURLcode result = curl_easy_perform(handle.get());
    if (result != CURLE_OK) {
        return Fail{std::string(error.front() != '\0' ? error.data() : curl_easy_strerror(result))};
    }
    const char* type = nullptr;
    LATCHKEY_ASSERT(curl_easy_getinfo(handle.get(), CURLINFO_CONTENT_TYPE, &type) == CURLE_OK);
    return HttpAnswer{
        .status = static_cast<int>(handle.response_code()),
        .content_type = type == nullptr ? "" : type,
        .body = std::move(received.body),
    };
}

}  // namespace latchkey::outbound
