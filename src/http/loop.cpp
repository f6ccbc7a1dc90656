// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/loop.hpp"

#include "base/once.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace latchkey::http {

namespace {

namespace asio = boost::asio;

using Timer = asio::basic_waitable_timer<
    std::chrono::steady_clock,
    asio::wait_traits<std::chrono::steady_clock>,
    asio::io_context::executor_type>;

class LoopMailbox final : public Mailbox {
public:
    explicit LoopMailbox(asio::io_context& context) : context_(&context) {}

    void post(Once<void()> work) override {
        const std::lock_guard lock(mutex_);
        if (context_ == nullptr) return;
        asio::post(*context_, [work = std::move(work)]() mutable { std::move(work)(); });
    }

    void close() {
        const std::lock_guard lock(mutex_);
        context_ = nullptr;
    }

private:
    std::mutex mutex_;
    asio::io_context* context_;
};

}  // namespace

struct Loop::State {
    asio::io_context context{1};  // one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    std::shared_ptr<LoopMailbox> mailbox = std::make_shared<LoopMailbox>(context);
};

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() {
    state_->mailbox->close();
}

void Loop::run() {
    state_->context.run();
}

void Loop::stop() {
    state_->context.stop();
}

std::shared_ptr<Mailbox> Loop::mailbox() const {
    return state_->mailbox;
}

void Loop::after(std::chrono::milliseconds delay, Once<void()> work) {
    auto timer = std::make_unique<Timer>(state_->context, delay);
    auto& waiting = *timer;
    waiting.async_wait([timer = std::move(timer), work = std::move(work)](auto error) mutable {
        if (!error) std::move(work)();
    });
}

asio::io_context& Loop::context() {
    return state_->context;
}

}  // namespace latchkey::http
