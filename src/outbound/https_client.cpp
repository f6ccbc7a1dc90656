// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/https_client.hpp"

#include "base/once.hpp"
#include "latchkey/result.hpp"
#include "outbound/curl.hpp"
#include "outbound/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <curl/header.h>
#include <curl/multi.h>
#include <sys/socket.h>

namespace latchkey::outbound {
namespace {

constexpr int poll_milliseconds = 1'000;  // woken before by work, an answer or the end

/// A list of header lines, freed at the end.
class Headers {
public:
    Headers() = default;
    Headers(const Headers&) = delete;
    Headers& operator=(const Headers&) = delete;
    Headers(Headers&&) = delete;
    Headers& operator=(Headers&&) = delete;

    ~Headers() { curl_slist_free_all(list_); }

    void add(const std::string& line) {
        list_ = curl_slist_append(list_, line.c_str());
        LATCHKEY_ASSERT(list_ != nullptr);
    }

    [[nodiscard]] curl_slist* get() const { return list_; }

private:
    curl_slist* list_ = nullptr;
};

/// Opens no socket to an address that is out of reach: what a name resolves to is judged here,
/// after the resolution and before the connection.
curl_socket_t open_if_public(void* /*context*/, curlsocktype /*purpose*/, curl_sockaddr* address) {
    if (!is_public_address(address->addr)) return CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

struct HttpsClient::Transfer {
    Transfer(HttpsRequest sent, Once<void(HttpsReply)> told, std::size_t limit)
        : request(std::move(sent)), done(std::move(told)), body_limit(limit) {}

    void prepare();
    [[nodiscard]] HttpsReply reply(CURLcode result);

    static std::size_t keep(char* data, std::size_t size, std::size_t count, void* context);

    HttpsRequest request;
    Once<void(HttpsReply)> done;
    std::size_t body_limit;
    curl::Handle handle;
    Headers headers;
    std::string body;
    std::array<char, CURL_ERROR_SIZE> error{};
};

std::size_t HttpsClient::Transfer::keep(
    char* data, std::size_t size, std::size_t count, void* context
) {
    auto* transfer = static_cast<Transfer*>(context);
    const std::size_t bytes = size * count;
    if (transfer->body.size() + bytes > transfer->body_limit) return 0;  // ends the transfer
    transfer->body.append(data, bytes);
    return bytes;
}

void HttpsClient::Transfer::prepare() {
    handle.set(CURLOPT_PRIVATE, static_cast<void*>(this));
    handle.set(CURLOPT_URL, request.url.c_str());
    handle.set(CURLOPT_PROTOCOLS_STR, "https");
    handle.set(CURLOPT_PROXY, "");
    handle.set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    handle.set(CURLOPT_SSL_VERIFYPEER, 1L);
    handle.set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!request.ca_file.empty()) {
        handle.set(CURLOPT_CAINFO, request.ca_file.c_str());
        handle.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (request.reach == Reach::internet) {
        handle.set(CURLOPT_OPENSOCKETFUNCTION, open_if_public);
    } else {
        handle.set(CURLOPT_FORBID_REUSE, 1L);  // nor is a connection there left for others
    }
    handle.set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});  // no connection is shared
    handle.set(CURLOPT_FOLLOWLOCATION, 0L);
    handle.set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.deadline.count()));
    handle.set(CURLOPT_NOSIGNAL, 1L);
    handle.set(CURLOPT_ERRORBUFFER, error.data());
    handle.set(CURLOPT_WRITEFUNCTION, keep);
    handle.set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    headers.add("Accept: application/json");
    if (!request.authorization.reveal().empty()) {
        headers.add("Authorization: " + request.authorization.reveal());
    }
    const std::string& form = request.form.reveal();
    if (!form.empty()) {
        handle.set(CURLOPT_POSTFIELDS, form.c_str());  // owned by the request until the end
        handle.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(form.size()));
    }
    handle.set(CURLOPT_HTTPHEADER, headers.get());
}

HttpsReply HttpsClient::Transfer::reply(CURLcode result) {
    if (result != CURLE_OK) {
        const char* why = error.front() != '\0' ? error.data() : curl_easy_strerror(result);
        return {.status = 0, .cache_control = {}, .body = {}, .error = why};
    }
    curl_header* header = nullptr;
    const bool has_header =
        curl_easy_header(handle.get(), "Cache-Control", 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    return {
        .status = static_cast<int>(handle.response_code()),
        .cache_control = has_header ? header->value : "",
        .body = std::move(body),
        .error = {},
    };
}

/// libcurl's multi handle with the transfers in it. All but wake() on the client's thread.
class HttpsClient::Multi {
public:
    Multi() {
        curl::initialize();
        handle_ = curl_multi_init();
        LATCHKEY_ASSERT(handle_ != nullptr);
    }

    Multi(const Multi&) = delete;
    Multi& operator=(const Multi&) = delete;
    Multi(Multi&&) = delete;
    Multi& operator=(Multi&&) = delete;

    ~Multi() { curl_multi_cleanup(handle_); }

    void wake() { LATCHKEY_ASSERT(curl_multi_wakeup(handle_) == CURLM_OK); }

    void add(std::unique_ptr<Transfer> transfer) {
        transfer->prepare();
        LATCHKEY_ASSERT(curl_multi_add_handle(handle_, transfer->handle.get()) == CURLM_OK);
        under_way_.push_back(std::move(transfer));
    }

    /// Goes on with all of them; those that ended leave with how.
    std::vector<std::pair<std::unique_ptr<Transfer>, CURLcode>> perform() {
        int running = 0;
        LATCHKEY_ASSERT(curl_multi_perform(handle_, &running) == CURLM_OK);
        std::vector<std::pair<std::unique_ptr<Transfer>, CURLcode>> ended;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(handle_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode result = message->data.result;
            ended.emplace_back(take(message->easy_handle), result);
        }
        return ended;
    }

    /// Gives up one of those under way; nullptr: none is left.
    std::unique_ptr<Transfer> give_up() {
        return under_way_.empty() ? nullptr : take(under_way_.back()->handle.get());
    }

    void wait() {
        LATCHKEY_ASSERT(
            curl_multi_poll(handle_, nullptr, 0, poll_milliseconds, nullptr) == CURLM_OK
        );
    }

private:
    std::unique_ptr<Transfer> take(CURL* easy) {
        const auto found = std::ranges::find_if(under_way_, [easy](const auto& transfer) {
            return transfer->handle.get() == easy;
        });
        LATCHKEY_ASSERT(found != under_way_.end());
        auto transfer = std::move(*found);
        under_way_.erase(found);
        LATCHKEY_ASSERT(curl_multi_remove_handle(handle_, easy) == CURLM_OK);
        return transfer;
    }

    CURLM* handle_ = nullptr;
    std::vector<std::unique_ptr<Transfer>> under_way_;
};

HttpsClient::HttpsClient(HttpsLimits limits)
    : limits_(limits),
      multi_(std::make_unique<Multi>()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

HttpsClient::~HttpsClient() {
    thread_.request_stop();
    multi_->wake();
}

bool HttpsClient::accept(HttpsRequest& request, Once<void(HttpsReply)>& done) {
    const std::scoped_lock lock(mutex_);
    if (calls_ >= limits_.calls) return false;
    ++calls_;
    waiting_.push_back(
        std::make_unique<Transfer>(std::move(request), std::move(done), limits_.body_bytes)
    );
    return true;
}

void HttpsClient::send(HttpsRequest request, Once<void(HttpsReply)> done) {
    if (accept(request, done)) return multi_->wake();
    std::move(done)({.status = 0, .cache_control = {}, .body = {}, .error = "too many calls"});
}

void HttpsClient::run(const std::stop_token& stop) {
    const auto finish = [this](std::unique_ptr<Transfer> transfer, HttpsReply reply) {
        {
            const std::scoped_lock lock(mutex_);
            --calls_;
        }
        std::move(transfer->done)(std::move(reply));
    };
    const auto take_waiting = [this] {
        const std::scoped_lock lock(mutex_);
        return std::exchange(waiting_, {});
    };
    while (!stop.stop_requested()) {
        for (auto& transfer : take_waiting()) {
            multi_->add(std::move(transfer));
        }
        for (auto& [transfer, result] : multi_->perform()) {
            HttpsReply reply = transfer->reply(result);
            finish(std::move(transfer), std::move(reply));
        }
        multi_->wait();
    }
    const HttpsReply stopped{.status = 0, .cache_control = {}, .body = {}, .error = "stopping"};
    for (auto& transfer : take_waiting()) {
        finish(std::move(transfer), stopped);
    }
    while (auto transfer = multi_->give_up()) {
        finish(std::move(transfer), stopped);
    }
}

}  // namespace latchkey::outbound
