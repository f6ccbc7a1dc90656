// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/once.hpp"
#include "http/outcome.hpp"
#include "http/parser.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

#include <string>

namespace latchkey::http {

/// One request and its response while they pass through a connection. An idle connection has none.
struct Exchange {
    explicit Exchange(std::size_t head_limit) : parser(head_limit) {}

    RequestParser parser;
    std::string input;  // what was read and is not used up; the next request when this one is done
    Request request;
    const Route* route = nullptr;
    bool keeps_alive = false;
    bool is_read = false;          // to its end: else the connection cannot go on after an answer
    int steps = 0;                 // outcomes that were driven
    Once<Outcome()> continuation;  // of the handler, ready to run: its commit was answered

    struct Failure {
        int status = 500;
        std::string what;
    };

    Failure failure;   // to be answered next
    int failures = 0;  // answering one may fail again

    Access access;
    SteadyPoint started;

    std::string head;  // of the response, or "100 Continue"
    std::string body;
    std::size_t written = 0;  // of head and body

    /// Ready for the next request; `input` stays.
    void reset() {
        parser.reset();
        request = {};
        route = nullptr;
        keeps_alive = is_read = false;
        steps = 0;
        continuation = {};
        failure = {};
        failures = 0;
        access = {};
        head.clear();
        body.clear();
        written = 0;
    }
};

}  // namespace latchkey::http
