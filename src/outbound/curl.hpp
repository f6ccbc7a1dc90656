// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <curl/curl.h>

/// What the users of libcurl share.
namespace latchkey::outbound::curl {

/// Sets libcurl up, once.
inline void initialize() {
    static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
    LATCHKEY_ASSERT(initialized == CURLE_OK);
}

/// A handle that is cleaned up at the end. Sets libcurl up at the first one.
class Handle {
public:
    Handle() {
        initialize();
        handle_ = curl_easy_init();
        LATCHKEY_ASSERT(handle_ != nullptr);
    }

    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle(Handle&&) = delete;
    Handle& operator=(Handle&&) = delete;

    ~Handle() { curl_easy_cleanup(handle_); }

    [[nodiscard]] CURL* get() const { return handle_; }

    template <class Value>
    void set(CURLoption option, Value value) const {
        // Fails only for options that this libcurl lacks, or without memory.
        LATCHKEY_ASSERT(curl_easy_setopt(handle_, option, value) == CURLE_OK);
    }

    [[nodiscard]] long response_code() const {
        long code = 0;
        LATCHKEY_ASSERT(curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK);
        return code;
    }

private:
    CURL* handle_ = nullptr;
};

}  // namespace latchkey::outbound::curl
