// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "app/metrics.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "store/store.hpp"

#include <memory>
#include <string>
#include <thread>

namespace latchkey::app {

/// `GET /metrics` on an address of its own, and nothing else there: what it tells is the
/// operator's. Serves on a thread of its own until it goes out of scope.
class MetricsListener {
public:
    /// All of them outlive the listener.
    struct Parts {
        const Metrics& metrics;
        store::Store& store;
        const Clock& clock;
        Random& random;
    };

    /// Opens the socket: an address that is taken shows at the start. Null if `listen` is empty.
    static Result<std::unique_ptr<MetricsListener>, Wrong> open(
        const std::string& listen, const Parts& parts
    );

    explicit MetricsListener(const Parts& parts);
    MetricsListener(const MetricsListener&) = delete;
    MetricsListener& operator=(const MetricsListener&) = delete;
    MetricsListener(MetricsListener&&) = delete;
    MetricsListener& operator=(MetricsListener&&) = delete;
    ~MetricsListener();

private:
    http::Router router_;
    std::unique_ptr<http::Server> server_;
    std::thread thread_;
};

}  // namespace latchkey::app
