// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::outbound {

/// Where a request may connect to. Names are judged by the addresses that they have at that moment,
/// so that a name whose address changes gains nothing (T36).
enum class Reach : std::uint8_t {
    internet,          // is_public_address()
    private_networks,  // anywhere: the operator configured it
};

/// One HTTPS request: a GET, or a POST of a form if there is one.
struct HttpsRequest {
    std::string url;
    SecretText form;           // application/x-www-form-urlencoded; empty: a GET
    SecretText authorization;  // value of the header; empty: none
    Reach reach = Reach::internet;
    std::string ca_file;                        // PEM; empty: the system's certificates
    std::chrono::milliseconds deadline{5'000};  // for all of it, the name's resolution included
};

struct HttpsReply {
    int status = 0;  // 0: none came
    std::string cache_control;
    std::string body;   // empty without a status
    std::string error;  // why none came, in words for the log
};

struct HttpsLimits {
    std::size_t body_bytes = 65'536;  // more: no reply
    std::size_t calls = 64;           // under way and waiting; more: no reply
};

/// Sends HTTPS requests from one thread of its own. TLS 1.2 or newer, certificate and name
/// verified; redirects are not followed (15.3.2), no proxy of the environment is asked, no cookie
/// is kept. Thread-safe.
class HttpsClient {
public:
    explicit HttpsClient(HttpsLimits limits = {});
    HttpsClient(const HttpsClient&) = delete;
    HttpsClient& operator=(const HttpsClient&) = delete;
    HttpsClient(HttpsClient&&) = delete;
    HttpsClient& operator=(HttpsClient&&) = delete;

    /// What is under way ends without a reply.
    ~HttpsClient();

    /// `done` is called exactly once: on the client's thread, or at once if there are too many
    /// calls. It only posts.
    void send(HttpsRequest request, Once<void(HttpsReply)> done);

private:
    struct Transfer;
    class Multi;

    /// Takes a call in, moving both; false, and nothing is moved, if there are too many.
    bool accept(HttpsRequest& request, Once<void(HttpsReply)>& done);
    void run(const std::stop_token& stop);

    HttpsLimits limits_;
    std::unique_ptr<Multi> multi_;
    std::mutex mutex_;
    std::size_t calls_ = 0;                           // guarded by mutex_
    std::vector<std::unique_ptr<Transfer>> waiting_;  // guarded by mutex_
    std::jthread thread_;                             // last: it stops before what it uses goes
};

}  // namespace latchkey::outbound
