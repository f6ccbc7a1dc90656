// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/metrics_listener.hpp"

#include "accounts/types.hpp"
#include "app/metrics.hpp"
#include "app/origin.hpp"
#include "base/clock.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "latchkey/result.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

/// More is as bad as this, and need not be read.
constexpr std::size_t mails_counted = 1'000;

http::Response respond(const MetricsListener::Parts& parts, SteadyPoint started) {
    const auto uptime = parts.clock.steady_now() - started;
    const bool is_healthy = parts.store.is_healthy();
    const auto due = [&parts, is_healthy](accounts::Channel channel) -> std::size_t {
        if (!is_healthy) return 0;  // not known, and that it is not healthy is to be told
        return parts.store.due_mails(channel, parts.clock.now(), mails_counted).size();
    };
    return {
        .status = 200,
        .content_type = "text/plain; version=0.0.4; charset=utf-8",
        .body = parts.metrics.text({
            .mails_due = due(accounts::Channel::mail),
            .texts_due = due(accounts::Channel::text_message),
            .healthy = is_healthy,
            .uptime = std::chrono::duration_cast<std::chrono::seconds>(uptime),
        }),
    };
}

}  // namespace

MetricsListener::MetricsListener(const Parts& parts) {
    router_.add({
        .method = http::Method::get,
        .pattern = "/metrics",
        .handler = [parts, started = parts.clock.steady_now()](const http::Request&)
            -> http::Outcome { return respond(parts, started); },
    });
}

Result<std::unique_ptr<MetricsListener>, Wrong> MetricsListener::open(
    const std::string& listen, const Parts& parts
) {
    if (listen.empty()) return std::unique_ptr<MetricsListener>();
    auto listener = std::make_unique<MetricsListener>(parts);
    auto made = http::Server::create(
        {.listen = listen, .hosts = {listen}},
        listener->router_,
        parts.store,
        parts.clock,
        parts.random
    );
    if (!made) return Fail{Wrong{fmt::format("metrics_listen: {}", made.error().what), ""}};
    listener->server_ = std::move(made).value();
    listener->thread_ = std::thread([server = listener->server_.get()] { server->run(); });
    return listener;
}

MetricsListener::~MetricsListener() {
    if (!server_) return;
    server_->stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace latchkey::app
