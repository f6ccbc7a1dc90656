// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"

#include <chrono>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace latchkey::http {

/// Where other threads put work for a loop. It may outlive the loop: what comes later is dropped.
class Mailbox {
public:
    virtual ~Mailbox() = default;

    /// Has `work` run on the loop's thread, soon. Thread-safe.
    virtual void post(Once<void()> work) = 0;
};

/// The event loop of one thread (Asio's io_context).
class Loop {
public:
    Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    Loop(Loop&&) = delete;
    Loop& operator=(Loop&&) = delete;
    ~Loop();

    /// Runs work on the calling thread until stop() is called.
    void run();

    /// Thread-safe. Work that is still queued never runs.
    void stop();

    /// Shared with whoever posts, so that a late post is harmless.
    [[nodiscard]] std::shared_ptr<Mailbox> mailbox() const;

    void post(Once<void()> work) const { mailbox()->post(std::move(work)); }

    /// Has `work` run on this thread after `delay`. Called on the loop's thread or before run().
    void after(std::chrono::milliseconds delay, Once<void()> work);

    [[nodiscard]] boost::asio::io_context& context();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace latchkey::http
