// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/connection.hpp"

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/once.hpp"
#include "http/address.hpp"
#include "http/gate.hpp"
#include "http/io.hpp"
#include "http/limits.hpp"
#include "http/outcome.hpp"
#include "http/policy.hpp"
#include "http/response.hpp"
#include "http/stream.hpp"
#include "http/worker.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace latchkey::http {

Connection::Connection(Worker& worker, Stream stream, const Address& peer, Gate::Ticket ticket)
    : worker_(worker), stream_(std::move(stream)), ticket_(std::move(ticket)), peer_(peer) {}

void Connection::start(Worker::Connections::iterator self) {
    self_ = self;
    const auto& tls = worker_.service().tls;
    if (tls && !stream_.secure(*tls)) return end();
    enter(tls ? Phase::handshake : Phase::idle);
    advance();
}

void Connection::drain() {
    // An idle connection looks once more for a request that came before the stop.
    if (phase_ == Phase::idle) return advance();
    if (phase_ == Phase::handshake) end();
}

void Connection::check_deadline(SteadyPoint now) {
    if (now < deadline_) return;
    switch (phase_) {
        case Phase::handshake:
        case Phase::idle:
        case Phase::linger:
            return end();
        case Phase::head:
            fail(408, "head timeout");
            return advance();
        case Phase::interim:
        case Phase::body:
            fail(408, "body timeout");
            return advance();
        case Phase::writing:
            exchange_->access.note = "write timeout";
            note_access();
            stream_.abort();
            return end();
        case Phase::handling:
        case Phase::failing:
        case Phase::ended:
            return;
    }
}

void Connection::abandon() {
    ++turn_;
    phase_ = Phase::ended;
    stream_.close();
}

void Connection::advance() {
    auto next = Next::again;
    while (next == Next::again) {
        next = guarded_step();
    }
    switch (next) {
        case Next::again:
        case Next::park:
            return;
        case Next::later:
            return continue_later();
        case Next::wait_readable:
            return wait(Readiness::readable);
        case Next::wait_writable:
            return wait(Readiness::writable);
        case Next::end:
            return end();
    }
}

/// The boundary where exceptions end: what a handler or the system throws becomes an answer.
Connection::Next Connection::guarded_step() {
    try {
        return step();
    } catch (const store::ReadFailed& error) {
        return fail(503, "database read failed, code " + std::to_string(error.code));
    } catch (const std::exception& error) {
        return fail(500, std::string("exception: ") + error.what());
    } catch (...) {
        return fail(500, "exception of an unknown type");
    }
}

Connection::Next Connection::step() {
    switch (phase_) {
        case Phase::handshake:
            return handshake();
        case Phase::idle:
            return read_first();
        case Phase::head:
            return read_head();
        case Phase::body:
            return read_body();
        case Phase::handling:
            return handle();
        case Phase::failing:
            return refuse(exchange_->failure.status, exchange_->failure.what);
        case Phase::interim:
        case Phase::writing:
            return write();
        case Phase::linger:
            return linger();
        case Phase::ended:
            return Next::park;
    }
    return Next::end;
}

void Connection::wait(Readiness readiness) {
    stream_.wait(readiness, [self = shared_from_this(), turn = ++turn_] {
        if (self->turn_ == turn) self->advance();
    });
}

void Connection::continue_later() {
    worker_.loop().post([self = shared_from_this(), turn = ++turn_] {
        if (self->turn_ == turn) self->advance();
    });
}

void Connection::enter(Phase phase) {
    const auto& limits = worker_.service().options.limits;
    const auto now = worker_.service().clock.steady_now();
    phase_ = phase;
    switch (phase) {
        case Phase::handshake:
        case Phase::head:
            deadline_ = now + limits.head_timeout;
            return;
        case Phase::idle:
            deadline_ = now + limits.idle_timeout;
            return;
        case Phase::interim:
        case Phase::body:
            deadline_ = now + limits.body_timeout;
            return;
        case Phase::writing:
            deadline_ = now + limits.write_timeout;
            return;
        case Phase::linger:
            deadline_ = now + limits::linger_time;
            return;
        case Phase::handling:
        case Phase::failing:
        case Phase::ended:
            deadline_ = SteadyPoint::max();
            return;
    }
}

Connection::Next Connection::waiting_for(IoStatus status) {
    switch (status) {
        case IoStatus::done:
            return Next::again;
        case IoStatus::wants_readable:
            return Next::wait_readable;
        case IoStatus::wants_writable:
            return Next::wait_writable;
        case IoStatus::ended:
        case IoStatus::failed:
            return Next::end;
    }
    return Next::end;
}

Connection::Next Connection::handshake() {
    const auto io = stream_.handshake();
    if (io.status == IoStatus::done) enter(Phase::idle);
    return waiting_for(io.status);
}

Connection::Next Connection::read_first() {
    const auto io = stream_.read(worker_.scratch());
    if (io.status != IoStatus::done) {
        return worker_.is_draining() ? Next::end : waiting_for(io.status);
    }
    exchange_ = worker_.take_exchange();
    exchange_->input.append(worker_.scratch().data(), io.bytes);
    begin_exchange();
    return Next::again;
}

void Connection::begin_exchange() {
    auto& service = worker_.service();
    exchange_->started = service.clock.steady_now();
    const auto id = service.random.bytes<16>();
    exchange_->access.request_id = base64url_encode(id);
    exchange_->request.id = exchange_->access.request_id;
    exchange_->request.client = peer_;
    enter(Phase::head);
}

Connection::Next Connection::read_more() {
    const auto io = stream_.read(worker_.scratch());
    if (io.status == IoStatus::done) {
        exchange_->input.append(worker_.scratch().data(), io.bytes);
    }
    return waiting_for(io.status);
}

Connection::Next Connection::read_head() {
    auto& exchange = *exchange_;
    const auto progress = exchange.parser.read_head(exchange.input);
    if (!progress) return refuse(progress.error().status, progress.error().reason);
    if (*progress == RequestParser::Progress::need_more) return read_more();

    const auto& head = exchange.parser.head();
    auto checked = check_head(head, peer_, worker_.service().policy);
    checked.request.id = exchange.access.request_id;
    exchange.request = std::move(checked.request);
    exchange.access.method = head.method.substr(0, limits::logged_method_bytes);
    exchange.access.path = exchange.request.path;
    exchange.is_read = exchange.parser.is_done();
    // What the head borrowed goes away here.
    exchange.input.erase(0, exchange.parser.used());

    if (checked.refusal) return refuse(checked.refusal->status, checked.refusal->reason);
    exchange.keeps_alive = checked.keeps_alive;
    if (!checked.redirect_to.empty()) return redirect(checked.redirect_to);
    return route(checked.expects_continue ? Continue::expected : Continue::not_expected);
}

Connection::Next Connection::route(Continue expectation) {
    auto& exchange = *exchange_;
    auto& request = exchange.request;
    auto found = worker_.service().router.find(request.method, request.path);
    if (std::holds_alternative<Router::NotFound>(found)) return refuse(404, "no such path");
    auto* match = std::get_if<Router::Match>(&found);
    if (match == nullptr) return refuse(405, "method not allowed here");

    exchange.route = match->route;
    request.path_parameters = std::move(match->parameters);
    const auto limited = exchange.parser.limit_body(match->route->body_limit);
    if (!limited) return refuse(limited.error().status, limited.error().reason);

    const bool waits = expectation == Continue::expected && !exchange.is_read;
    if (waits && exchange.input.empty()) {
        exchange.head = "HTTP/1.1 100 Continue\r\n\r\n";
        enter(Phase::interim);
    } else {
        enter(Phase::body);
    }
    return Next::again;
}

Connection::Next Connection::read_body() {
    auto& exchange = *exchange_;
    const auto progress = exchange.parser.read_body(exchange.input);
    exchange.input.erase(0, exchange.parser.used());
    if (!progress) {
        exchange.keeps_alive = false;
        return refuse(progress.error().status, progress.error().reason);
    }
    if (*progress == RequestParser::Progress::need_more) return read_more();

    exchange.is_read = true;
    exchange.request.body = exchange.parser.take_body();
    enter(Phase::handling);
    const auto& handler = exchange.route->handler;
    return drive(handler(exchange.request));
}

/// Runs what comes after a commit or a call; without it, it is still under way.
Connection::Next Connection::handle() {
    if (!exchange_->continuation) return Next::park;
    auto continuation = std::exchange(exchange_->continuation, {});
    return drive(std::move(continuation)());
}

void Connection::commit(Save save) {
    const Service& service = worker_.service();
    auto then = resuming(std::move(save.then));
    if (!service.options.watch_commit) {
        service.store.commit(std::move(save.commit), std::move(then));
        return;
    }
    auto tell = service.options.watch_commit(save.commit);
    service.store.commit(
        std::move(save.commit),
        [tell = std::move(tell), then = std::move(then)](store::CommitResult result) mutable {
            std::move(tell)(result);
            std::move(then)(std::move(result));
        }
    );
}

Connection::Next Connection::drive(Outcome outcome) {
    if (++exchange_->steps > limits::outcome_steps) {
        return fail(500, "more than eight outcomes for one request");
    }
    if (auto* response = std::get_if<Response>(&outcome)) return respond(std::move(*response));

    if (auto* save = std::get_if<Save>(&outcome)) {
        commit(std::move(*save));
        return Next::park;
    }
    auto& call = std::get<Call>(outcome);
    auto done = resuming(std::move(call.then));
    if (const auto& send = worker_.service().options.call) {
        send(std::move(call.request), std::move(done));
    } else {
        std::move(done)({.status = 0, .cache_control = {}, .body = {}, .error = "no client"});
    }
    return Next::park;
}

/// The answer may come on another thread, and after this connection or all of the server is gone:
/// the mailbox drops what comes too late, and only our thread touches the connection.
template <class Result>
Once<void(Result)> Connection::resuming(Once<Outcome(Result)> then) {
    return [mailbox = worker_.loop().mailbox(),
            connection = weak_from_this(),
            then = std::move(then)](Result result) mutable {
        Once<Outcome()> next = [then = std::move(then), result = std::move(result)]() mutable {
            return std::move(then)(std::move(result));
        };
        mailbox->post([connection = std::move(connection), next = std::move(next)]() mutable {
            const auto self = connection.lock();
            if (self != nullptr) self->resume(std::move(next));
        });
    };
}

void Connection::resume(Once<Outcome()> next) {
    if (phase_ != Phase::handling) return;
    exchange_->continuation = std::move(next);
    advance();
}

Connection::Next Connection::linger() {
    const auto io = stream_.read(worker_.scratch());
    lingered_ += io.bytes;
    if (lingered_ > limits::linger_bytes) return Next::end;
    return waiting_for(io.status);
}

void Connection::end() {
    ++turn_;
    phase_ = Phase::ended;
    stream_.close();
    exchange_.reset();
    const auto self = shared_from_this();  // the list may hold the last reference
    worker_.remove(self_);
}

}  // namespace latchkey::http
