// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

// The half of Connection that answers; connection.cpp has the half that reads.
#include "http/connection.hpp"
#include "http/head_writer.hpp"
#include "http/io.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::http {

namespace {

/// The answer when there is no page for it, or the page itself failed.
Response plain_error(int status) {
    return {
        .status = status,
        .content_type = "text/plain; charset=utf-8",
        .body = "Error " + std::to_string(status) + "\n"
    };
}

}  // namespace

Connection::Next Connection::refuse(int status, std::string_view reason) {
    auto& exchange = *exchange_;
    const auto& service = worker_.service();
    exchange.access.note = reason;

    const bool has_page = service.options.on_error != nullptr && exchange.failures < 2;
    auto response =
        has_page ? service.options.on_error(status, exchange.request) : plain_error(status);
    response.status = status;
    if (status == 405) {
        const auto allow = service.router.allowed(exchange.request.path);
        response.headers.emplace_back("Allow", allow.empty() ? "GET, HEAD, POST" : allow);
    }
    if (status == 503) response.headers.emplace_back("Retry-After", "1");
    return respond(std::move(response));
}

Connection::Next Connection::redirect(std::string_view location) {
    exchange_->access.note = "redirected to our own host";
    return respond(see_other(location));
}

Connection::Next Connection::respond(Response response) {
    auto& exchange = *exchange_;
    exchange.keeps_alive = exchange.keeps_alive && exchange.is_read && !worker_.is_draining();
    auto head = worker_.service().head_writer.write(
        response,
        {.request_id = exchange.access.request_id,
         .date = worker_.date(),
         .persistence = exchange.keeps_alive ? Persistence::keep_alive : Persistence::close}
    );
    if (!head) return fail(500, head.error());

    exchange.access.status = response.status;
    exchange.head = std::move(*head);
    exchange.written = 0;
    const bool sends_body = exchange.request.method != Method::head && has_content(response.status);
    exchange.body = sends_body ? std::move(response.body) : std::string{};
    enter(Phase::writing);
    return Next::again;
}

Connection::Next Connection::fail(int status, std::string_view what) {
    if (exchange_ == nullptr || phase_ == Phase::writing || exchange_->failures == 2) {
        if (exchange_ != nullptr) {
            exchange_->access.note = what;
            note_access();
        }
        return Next::end;
    }
    ++exchange_->failures;
    exchange_->failure = {status, std::string(what)};
    enter(Phase::failing);
    return Next::again;
}

Connection::Next Connection::write() {
    auto& exchange = *exchange_;
    const std::string_view head = exchange.head;
    const std::string_view body = exchange.body;
    while (exchange.written < head.size() + body.size()) {
        const auto of_head = std::min(exchange.written, head.size());
        const auto io =
            stream_.write(head.substr(of_head), body.substr(exchange.written - of_head));
        if (io.status == IoStatus::done) {
            exchange.written += io.bytes;
            continue;
        }
        const auto next = waiting_for(io.status);
        if (next == Next::end) {
            exchange.access.note = "connection lost while answering";
            note_access();
        }
        return next;
    }
    if (phase_ == Phase::writing) return finish_response();
    exchange.head.clear();
    exchange.written = 0;
    enter(Phase::body);
    return Next::again;
}

Connection::Next Connection::finish_response() {
    auto& exchange = *exchange_;
    note_access();
    if (!exchange.keeps_alive || worker_.is_draining()) {
        stream_.close_write();
        // Closing with bytes unread resets the connection, and the peer may never see the answer.
        if (exchange.is_read && exchange.input.empty()) return Next::end;
        exchange_.reset();
        enter(Phase::linger);
        return Next::again;
    }
    exchange.reset();
    if (!exchange.input.empty()) {
        begin_exchange();
        return Next::later;  // one request a turn: a pipeline must not keep others waiting
    }
    worker_.give_back(std::move(exchange_));
    enter(Phase::idle);
    return stream_.has_pending() ? Next::again : Next::wait_readable;
}

void Connection::note_access() {
    const auto& service = worker_.service();
    if (service.options.on_access == nullptr) return;
    auto& access = exchange_->access;
    access.took = std::chrono::duration_cast<std::chrono::microseconds>(
        service.clock.steady_now() - exchange_->started
    );
    access.network = exchange_->request.client.network();
    service.options.on_access(access);
}

}  // namespace latchkey::http
