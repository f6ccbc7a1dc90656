// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/outbox.hpp"

#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "latchkey/result.hpp"
#include "outbound/mail.hpp"
#include "outbound/mailer.hpp"
#include "outbound/text_gateway.hpp"
#include "outbound/text_message.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

namespace latchkey::outbound {
namespace {

using std::chrono::milliseconds;
using Kind = OutboxReport::Kind;

// `longest` or first * 2^doublings, of which the upper half is random.
milliseconds spread(
    milliseconds first, std::uint32_t doublings, milliseconds longest, Random& random
) {
    milliseconds whole = first;
    for (std::uint32_t i = 0; i < doublings && whole < longest; ++i) {
        whole *= 2;
    }
    whole = std::min(whole, longest);
    const auto drawn = random.bytes<2>();
    const auto part =
        std::to_integer<std::int64_t>(drawn[0]) << 8 | std::to_integer<std::int64_t>(drawn[1]);
    return whole / 2 + milliseconds(whole.count() / 2 * part / 65'535);
}

// Names this delivery on each try alike and tells nothing of the content: the sealed form has a
// random salt, and the key to it is not in the mail.
std::string delivery_key(const store::QueuedMail& queued) {
    return hex_encode(ByteView(crypto::sha256(queued.sealed)).first(16));
}

}  // namespace

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::sent:
            return "sent";
        case Kind::delayed:
            return "delayed";
        case Kind::refused:
            return "refused";
        case Kind::expired:
            return "expired";
        case Kind::unreadable:
            return "unreadable";
        case Kind::unavailable:
            return "unavailable";
        case Kind::not_recorded:
            return "not_recorded";
        case Kind::unread:
            return "unread";
    }
    LATCHKEY_ASSERT(false);
}

milliseconds retry_delay(std::uint32_t attempts, Random& random) {
    return spread(limits::first_retry, attempts, limits::longest_retry, random);
}

Outbox::Outbox(Parts parts) : parts_(std::move(parts)) {}

milliseconds Outbox::deliver_due(const std::stop_token& stop) {
    try {
        return deliver_readable(stop);
    } catch (const store::ReadFailed& failed) {
        pause(
            {.kind = Kind::unread,
             .mail = {},
             .attempts = 0,
             .due = 0,
             .why = fmt::format("the store cannot be read (code {})", failed.code)}
        );
        return idle_time();
    }
}

milliseconds Outbox::deliver_readable(const std::stop_token& stop) {
    while (!stop.stop_requested() && parts_.clock.steady_now() >= paused_until_) {
        const auto mails = unhandled(parts_.clock.now());
        if (mails.empty()) break;
        for (const store::QueuedMail& queued : mails) {
            if (stop.stop_requested()) break;
            if (deliver(queued, mails.size()) == Next::pause) break;
        }
    }
    return idle_time();
}

// What is due and was not dealt with. Forgets what the store has recorded since.
std::vector<store::QueuedMail> Outbox::unhandled(TimePoint now) {
    auto due = parts_.store.due_mails(parts_.channel, now, limits::mails_per_read);
    std::map<accounts::MailId, TimePoint> not_recorded;
    std::erase_if(due, [&](const store::QueuedMail& queued) {
        const auto found = handled_.find(queued.id);
        if (found == handled_.end() || found->second <= now) return false;
        not_recorded.insert(*found);
        return true;
    });
    handled_ = std::move(not_recorded);
    if (handled_.empty()) return due;
    for (const auto& [id, until] : handled_) {
        if (until == TimePoint::max()) parts_.store.finish_mail(id);
    }
    // A store that cannot write would also let a restart send everything again: nothing leaves now.
    pause(
        {.kind = Kind::not_recorded,
         .mail = handled_.begin()->first,
         .attempts = 0,
         .due = due.size(),
         .why = "the store did not keep what was done with this mail"}
    );
    return {};
}

Outbox::Next Outbox::deliver(const store::QueuedMail& queued, std::size_t due) {
    OutboxReport report{
        .kind = Kind::sent,
        .mail = queued.id,
        .attempts = queued.attempts + 1,
        .due = due,
        .why = {}
    };
    if (parts_.clock.now() >= queued.expires_at) {
        report.kind = Kind::expired;
        finish(queued, report);
        return Next::go_on;
    }
    const std::optional<Delivery> delivery = parts_.deliver(queued, delivery_key(queued));
    if (!delivery) {
        report.kind = Kind::unreadable;
        finish(queued, report);
        return Next::go_on;
    }
    const auto* failure = std::get_if<NotSent>(&*delivery);
    if (failure == nullptr) {
        finish(queued, report);
    } else {
        report.why = failure->why;
        if (failure->kind == NotSent::Kind::unavailable) {
            report.kind = Kind::unavailable;
            pause(std::move(report));
            return Next::pause;
        }
        if (failure->kind == NotSent::Kind::refused) {
            report.kind = Kind::refused;
            finish(queued, report);
        } else {
            delay(queued, std::move(report));
        }
    }
    failures_in_a_row_ = 0;
    return Next::go_on;
}

void Outbox::finish(const store::QueuedMail& queued, const OutboxReport& report) {
    handled_.insert_or_assign(queued.id, TimePoint::max());
    parts_.report(report);
    parts_.store.finish_mail(queued.id);
}

void Outbox::delay(const store::QueuedMail& queued, OutboxReport report) {
    const TimePoint again = parts_.clock.now() + retry_delay(queued.attempts, parts_.random);
    if (again >= queued.expires_at) {
        report.kind = Kind::expired;
        finish(queued, report);
        return;
    }
    report.kind = Kind::delayed;
    parts_.report(report);
    handled_.insert_or_assign(queued.id, again);
    retries_.push(again);
    parts_.store.delay_mail(queued.id, again);
}

void Outbox::pause(OutboxReport report) {
    const milliseconds rest =
        spread(limits::first_pause, failures_in_a_row_, limits::longest_pause, parts_.random);
    ++failures_in_a_row_;
    paused_until_ = parts_.clock.steady_now() + rest;
    report.why += fmt::format("; trying again in {} s", (rest.count() + 999) / 1000);
    parts_.report(report);
}

milliseconds Outbox::idle_time() {
    const SteadyPoint steady_now = parts_.clock.steady_now();
    if (steady_now < paused_until_) {
        return std::chrono::ceil<milliseconds>(paused_until_ - steady_now);
    }
    const TimePoint now = parts_.clock.now();
    while (!retries_.empty() && retries_.top() <= now) {
        retries_.pop();
    }
    if (retries_.empty()) return limits::longest_sleep;
    return std::min<milliseconds>(limits::longest_sleep, retries_.top() - now);
}

DeliverQueued mail_delivery(const crypto::Sealer& sealer, Mailer& mailer) {
    return [&sealer, &mailer](
               const store::QueuedMail& queued, std::string_view key
           ) -> std::optional<Delivery> {
        const auto mail = open(queued.sealed, queued.id, sealer);
        if (!mail) return std::nullopt;
        return mailer.send(*mail, key);
    };
}

DeliverQueued text_delivery(const crypto::Sealer& sealer, TextGateway& gateway) {
    return [&sealer, &gateway](
               const store::QueuedMail& queued, std::string_view /*key*/
           ) -> std::optional<Delivery> {
        const auto message = open_text_message(queued.sealed, queued.id, sealer);
        if (!message) return std::nullopt;
        return gateway.send(*message);
    };
}

OutboxWorker::OutboxWorker(Outbox& outbox)
    : outbox_(outbox), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void OutboxWorker::notify() {
    {
        const std::scoped_lock lock(mutex_);
        is_notified_ = true;
    }
    woken_.notify_one();
}

void OutboxWorker::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const milliseconds idle = outbox_.deliver_due(stop);
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, stop, idle, [this] { return is_notified_; });
        is_notified_ = false;
    }
}

}  // namespace latchkey::outbound
