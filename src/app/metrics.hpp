// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"
#include "http/server.hpp"
#include "outbound/outbox.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::app {

/// What is counted while the server runs, for Prometheus (docs/operating/metrics.md). Nothing in it
/// tells of a person: labels are words of ours, from closed lists. Thread-safe.
class Metrics {
public:
    Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    Metrics(Metrics&&) = delete;
    Metrics& operator=(Metrics&&) = delete;
    ~Metrics();

    /// A request was answered.
    void count_request(const http::Access& access);

    /// A refusal that a page told, by its code.
    void count_refusal(const pages::LogEntry& entry);

    /// A message left, or did not. `channel`: "mail", "text_message".
    void count_message(std::string_view channel, const outbound::OutboxReport& report);

    /// A commit is about to be made; what it gives is told the result (http::ServerOptions).
    [[nodiscard]] Once<void(const store::CommitResult&)> watch(const store::Commit& commit);

    /// What is read when somebody asks.
    struct Readings {
        std::size_t mails_due = 0;
        std::size_t texts_due = 0;
        bool healthy = false;
        std::chrono::seconds uptime{};
    };

    /// All of it in the text format of Prometheus, version 0.0.4.
    [[nodiscard]] std::string text(const Readings& readings) const;

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace latchkey::app
