// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "crypto/seal.hpp"
#include "outbound/mailer.hpp"
#include "outbound/text_gateway.hpp"
#include "store/store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <queue>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace latchkey::outbound {

namespace limits {
inline constexpr std::size_t mails_per_read = 32;
inline constexpr std::chrono::seconds first_retry{5};
inline constexpr std::chrono::seconds longest_retry{300};
inline constexpr std::chrono::seconds first_pause{1};
inline constexpr std::chrono::seconds longest_pause{60};
inline constexpr std::chrono::seconds longest_sleep{30};  // between two looks at the outbox
}  // namespace limits

/// What happened to a mail, for the log: never its content, its address or its code.
struct OutboxReport {
    enum class Kind : std::uint8_t {
        sent,
        delayed,       // this mail is tried again
        refused,       // this mail is given up
        expired,       // given up: too late to be of use
        unreadable,    // given up: the seal does not open; another key file?
        unavailable,   // the mail server cannot be used now; every mail waits
        not_recorded,  // the store did not keep what was done; nothing is sent twice meanwhile
        unread,        // the store could not be read
    };

    Kind kind = Kind::sent;
    accounts::MailId mail;       // 0: no single one
    std::uint32_t attempts = 0;  // of this mail, this one included
    std::size_t due = 0;         // mails that were due in this look, at most mails_per_read
    std::string why;
};

/// The stable name of a kind, as the log has it: "sent".
std::string_view name_of(OutboxReport::Kind kind);

/// min(first_retry * 2^attempts, longest_retry), of which half is random, so that many mails
/// that failed together do not come back together.
std::chrono::milliseconds retry_delay(std::uint32_t attempts, Random& random);

/// Opens and sends what is queued; the second argument is Mailer::send's key. nullopt: the seal
/// does not open.
using DeliverQueued =
    std::function<std::optional<Delivery>(const store::QueuedMail&, std::string_view)>;

/// Delivers what the store's outbox holds for one channel. At least once: a crash between delivery
/// and its record sends a mail again, under the same Message-ID. One thread at a time.
class Outbox {
public:
    struct Parts {
        store::Store& store;
        accounts::Channel channel = accounts::Channel::mail;
        DeliverQueued deliver;
        const Clock& clock;
        Random& random;
        std::function<void(const OutboxReport&)> report;
    };

    explicit Outbox(Parts parts);

    /// Sends what is due, until nothing is left, the server cannot be used, or `stop`. Returns how
    /// long there is nothing to do unless a new mail is queued. Throws nothing.
    std::chrono::milliseconds deliver_due(const std::stop_token& stop = {});

private:
    enum class Next : std::uint8_t { go_on, pause };

    std::chrono::milliseconds deliver_readable(const std::stop_token& stop);
    std::vector<store::QueuedMail> unhandled(TimePoint now);
    Next deliver(const store::QueuedMail& queued, std::size_t due);
    void finish(const store::QueuedMail& queued, const OutboxReport& report);
    void delay(const store::QueuedMail& queued, OutboxReport report);
    void pause(OutboxReport report);
    [[nodiscard]] std::chrono::milliseconds idle_time();

    Parts parts_;
    // Until when a mail is none of our business: what the store should have recorded. A mail that
    // is due all the same was not, and must not be sent in a loop.
    std::map<accounts::MailId, TimePoint> handled_;
    std::priority_queue<TimePoint, std::vector<TimePoint>, std::greater<>> retries_;
    SteadyPoint paused_until_{};
    std::uint32_t failures_in_a_row_ = 0;
};

/// What Outbox::Parts::deliver is for mails, and for text messages. Both arguments outlive it.
DeliverQueued mail_delivery(const crypto::Sealer& sealer, Mailer& mailer);
DeliverQueued text_delivery(const crypto::Sealer& sealer, TextGateway& gateway);

/// The outbox's thread: delivers at the start, after each notify(), and when a retry is due.
class OutboxWorker {
public:
    /// `outbox` outlives this.
    explicit OutboxWorker(Outbox& outbox);
    OutboxWorker(const OutboxWorker&) = delete;
    OutboxWorker& operator=(const OutboxWorker&) = delete;
    OutboxWorker(OutboxWorker&&) = delete;
    OutboxWorker& operator=(OutboxWorker&&) = delete;

    /// Waits for the mail under way, at most the mailer's own timeout. What is queued stays so.
    ~OutboxWorker() = default;

    /// A commit queued mail. Thread-safe; never waits for a delivery.
    void notify();

private:
    void run(const std::stop_token& stop);

    Outbox& outbox_;
    std::mutex mutex_;
    std::condition_variable_any woken_;
    bool is_notified_ = false;
    std::jthread thread_;  // last: it stops before what it uses goes
};

}  // namespace latchkey::outbound
