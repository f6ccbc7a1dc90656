// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "http/exchange.hpp"
#include "http/gate.hpp"
#include "http/outcome.hpp"
#include "http/stream.hpp"
#include "http/worker.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace latchkey::http {

/// One connection: a state machine that advances until it has to wait, for the socket or for a
/// commit. Lives on its worker's thread. Shared by the worker's list and the wait that is open.
///
///   handshake -> idle -> head -> [interim ->] body -> handling -> writing -> idle | linger | ended
///
/// Every phase but handling has a deadline (a commit always answers; ServerLimits has the times).
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Worker& worker, Stream stream, const Address& peer, Gate::Ticket ticket);

    void start(Worker::Connections::iterator self);

    /// No request after the one that is in flight.
    void drain();

    /// Ends the connection, with 408 if a request was under way, if its time is over.
    void check_deadline(SteadyPoint now);

    /// Lets go of the socket without a word: the worker ends.
    void abandon();

private:
    enum class Phase : std::uint8_t {
        handshake,  // TLS
        idle,       // between requests: no memory but this object
        head,
        interim,  // writing 100 Continue
        body,
        handling,  // a handler or a commit has the request
        failing,   // an exception came: about to answer 500 or 503
        writing,
        linger,  // answered early: reads on for a moment, or the peer would lose the answer
        ended,
    };

    /// What advance() does after one step.
    enum class Next : std::uint8_t { again, later, wait_readable, wait_writable, park, end };

    Worker& worker_;
    Stream stream_;
    Gate::Ticket ticket_;
    Worker::Connections::iterator self_;
    Address peer_;
    Phase phase_ = Phase::handshake;
    std::uint32_t turn_ = 0;  // a wait that ends after its turn is over is ignored
    SteadyPoint deadline_;
    std::size_t lingered_ = 0;
    std::unique_ptr<Exchange> exchange_;

    void advance();
    Next step();
    Next guarded_step();
    void wait(Readiness readiness);
    void continue_later();
    void enter(Phase phase);

    Next handshake();
    Next read_first();
    Next read_head();

    enum class Continue : std::uint8_t { expected, not_expected };
    Next route(Continue expectation);
    Next read_body();
    Next handle();
    Next drive(Outcome outcome);
    void commit(Save save);
    template <class Result>
    Once<void(Result)> resuming(Once<Outcome(Result)> then);
    void resume(Once<Outcome()> next);

    Next refuse(int status, std::string_view reason);
    Next redirect(std::string_view location);
    Next respond(Response response);
    /// Has an error answered next; without a way to answer left, ends the connection.
    Next fail(int status, std::string_view what);
    Next write();
    Next finish_response();
    Next linger();
    void end();

    Next read_more();
    static Next waiting_for(IoStatus status);
    void begin_exchange();
    void note_access();
};

}  // namespace latchkey::http
