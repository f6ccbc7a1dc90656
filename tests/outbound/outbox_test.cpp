// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/outbox.hpp"

#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/bytes.hpp"
#include "outbound/mail.hpp"
#include "outbound/mailer.hpp"
#include "support/fixed_clock.hpp"
#include "support/outbox_store.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::outbound {
namespace {

using accounts::MailId;
using std::chrono::milliseconds;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using Kind = OutboxReport::Kind;

const TimePoint noon = from_milliseconds(1'795'348'800'000);

crypto::Sealer sealer_of(std::byte fill) {
    std::array<std::byte, 32> key{};
    key.fill(fill);
    std::vector<crypto::Sealer::Key> keys;
    keys.push_back({.id = 1, .key = SecretKey(key)});
    return crypto::Sealer(std::move(keys));
}

Mail queued_mail(const std::string& address) {
    return {.to = address, .subject = "73921648", .text = "code", .html = "<p>code</p>"};
}

// Answers as the test says, and keeps what it was given.
class ScriptedMailer final : public Mailer {
public:
    Delivery send(const Mail& mail, std::string_view key) override {
        given.push_back(mail.to);
        keys.emplace_back(key);
        if (on_send) on_send();
        if (answers.empty()) return Sent{};
        Delivery answer = answers.front();
        answers.pop_front();
        return answer;
    }

    std::deque<Delivery> answers;
    std::vector<std::string> given;
    std::vector<std::string> keys;
    std::function<void()> on_send;
};

struct Fixture {
    test::FixedClock clock{noon};
    test::OutboxStore store;
    crypto::SystemRandom random;
    crypto::Sealer sealer = sealer_of(std::byte{7});
    ScriptedMailer mailer;
    std::vector<OutboxReport> reports;
    Outbox outbox{Outbox::Parts{
        .store = store,
        .channel = accounts::Channel::mail,
        .deliver = mail_delivery(sealer, mailer),
        .clock = clock,
        .random = random,
        .report = [this](const OutboxReport& report) { reports.push_back(report); }
    }};

    MailId queue(std::int64_t id, const std::string& address, std::chrono::seconds life = 10min) {
        store.queue(
            {.id = MailId(id),
             .sealed = seal(queued_mail(address), MailId(id), sealer, random),
             .attempts = 0,
             .expires_at = clock.now() + life}
        );
        return MailId(id);
    }

    std::vector<Kind> kinds() const {
        std::vector<Kind> out;
        for (const OutboxReport& report : reports) {
            out.push_back(report.kind);
        }
        return out;
    }
};

NotSent failure(NotSent::Kind kind) {
    return {.kind = kind, .why = "451 4.2.1 busy"};
}

}  // namespace

TEST_CASE("A sealed mail opens only for its own row and under its own key (T27)") {
    crypto::SystemRandom random;
    const crypto::Sealer sealer = sealer_of(std::byte{1});
    const Mail mail = queued_mail("ada@example.test");
    const Bytes sealed = seal(mail, MailId(5), sealer, random);
    CHECK(open(sealed, MailId(5), sealer) == mail);
    CHECK(open(sealed, MailId(6), sealer) == std::nullopt);
    CHECK(open(sealed, MailId(5), sealer_of(std::byte{2})) == std::nullopt);
    CHECK(text_of(sealed).find("73921648") == std::string_view::npos);
}

TEST_CASE("A packed mail comes back as it was; anything else is refused") {
    const Mail mail{.to = "a@b.test", .subject = "ü\"\n", .text = "<&>\\", .html = "<p>\u2028</p>"};
    CHECK(unpack(pack(mail)) == mail);
    for (const std::string_view bad :
         {"",
          "{}",
          "[]",
          R"({"to":"a","subject":"b","text":"c"})",
          R"({"to":1,"subject":"b","text":"c","html":"d"})"}) {
        CHECK(unpack(bytes_of(bad)) == std::nullopt);
    }
}

TEST_CASE("What is due is sent, oldest first, and leaves the outbox") {
    Fixture f;
    for (int i = 1; i <= 70; ++i) {
        f.queue(i, std::to_string(i) + "@example.test");
    }
    CHECK(f.outbox.deliver_due() == limits::longest_sleep);
    REQUIRE(f.mailer.given.size() == 70);
    CHECK(f.mailer.given.front() == "1@example.test");
    CHECK(f.mailer.given.back() == "70@example.test");
    CHECK_FALSE(f.store.find(MailId(1)).has_value());
    CHECK(f.reports.size() == 70);
    CHECK(f.reports.front().due == limits::mails_per_read);
}

TEST_CASE("A 4xx answer delays this mail with growing pauses and no other; the key stays the same"
) {
    Fixture f;
    const MailId busy = f.queue(1, "busy@example.test", 24h);
    f.queue(2, "fine@example.test");
    f.mailer.answers = {failure(NotSent::Kind::try_later), Sent{}};
    milliseconds wait = f.outbox.deliver_due();
    CHECK(f.kinds() == std::vector{Kind::delayed, Kind::sent});

    for (std::uint32_t attempt = 1; attempt < 10; ++attempt) {
        CAPTURE(attempt);
        const milliseconds whole = std::min<milliseconds>(5s * (1 << (attempt - 1)), 300s);
        CHECK(f.store.find(busy)->attempts == attempt);
        // Within the upper half of the whole pause (unless the worker looks earlier anyway).
        CHECK(wait >= std::min<milliseconds>(whole / 2, limits::longest_sleep));
        CHECK(wait <= std::min<milliseconds>(whole, limits::longest_sleep));
        const std::size_t before = f.mailer.given.size();
        f.clock.advance(whole / 2 - 1ms);
        f.outbox.deliver_due();
        CHECK(f.mailer.given.size() == before);
        f.mailer.answers = {failure(NotSent::Kind::try_later)};
        f.clock.advance(whole / 2 + 1ms);
        wait = f.outbox.deliver_due();
        CHECK(f.mailer.given.size() == before + 1);
    }
    for (std::size_t i = 2; i < f.mailer.keys.size(); ++i) {
        CHECK(f.mailer.keys[i] == f.mailer.keys[0]);
    }
    CHECK(f.mailer.keys[0] != f.mailer.keys[1]);
}

TEST_CASE("The pauses of mails that failed together differ") {
    crypto::SystemRandom random;
    std::set<milliseconds> seen;
    for (int i = 0; i < 100; ++i) {
        seen.insert(retry_delay(3, random));
    }
    CHECK(seen.size() > 50);
    CHECK(*seen.begin() >= 20s);
    CHECK(*seen.rbegin() <= 40s);
    CHECK(retry_delay(4'000'000'000U, random) <= limits::longest_retry);
}

TEST_CASE("A 5xx answer gives the mail up") {
    Fixture f;
    f.queue(1, "nosuch@example.test");
    f.mailer.answers = {failure(NotSent::Kind::refused)};
    f.outbox.deliver_due();
    CHECK(f.kinds() == std::vector{Kind::refused});
    CHECK_FALSE(f.store.find(MailId(1)).has_value());
}

TEST_CASE("An expired mail is never sent, and one that would expire before its next try is given up"
) {
    Fixture f;
    f.queue(1, "late@example.test", 0s);
    f.queue(2, "soon@example.test", 2s);
    f.mailer.answers = {failure(NotSent::Kind::try_later)};
    f.outbox.deliver_due();
    CHECK(f.mailer.given == std::vector<std::string>{"soon@example.test"});
    CHECK(f.kinds() == std::vector{Kind::expired, Kind::expired});
    CHECK_FALSE(f.store.find(MailId(1)).has_value());
    CHECK_FALSE(f.store.find(MailId(2)).has_value());
}

TEST_CASE("A mail that was sealed under another key is given up and told") {
    Fixture f;
    const crypto::Sealer other = sealer_of(std::byte{9});
    f.store.queue(
        {.id = MailId(1),
         .sealed = seal(queued_mail("a@example.test"), MailId(1), other, f.random),
         .attempts = 0,
         .expires_at = noon + 10min}
    );
    f.outbox.deliver_due();
    CHECK(f.mailer.given.empty());
    CHECK(f.kinds() == std::vector{Kind::unreadable});
    CHECK_FALSE(f.store.find(MailId(1)).has_value());
}

TEST_CASE("A mail server that cannot be used costs no mail an attempt; all wait, then all go") {
    Fixture f;
    for (int i = 1; i <= 5; ++i) {
        f.queue(i, "a@example.test", 24h);
    }
    milliseconds longest = 0ms;
    for (int i = 0; i < 12; ++i) {
        f.mailer.answers = {failure(NotSent::Kind::unavailable)};
        const milliseconds wait = f.outbox.deliver_due();
        CHECK(f.mailer.given.size() == static_cast<std::size_t>(i) + 1);
        // Nothing is tried while the pause lasts, however often a commit notifies.
        CHECK(f.outbox.deliver_due() == wait);
        CHECK(f.mailer.given.size() == static_cast<std::size_t>(i) + 1);
        longest = std::max(longest, wait);
        f.clock.advance(wait);
    }
    CHECK(longest > 25s);
    CHECK(longest <= limits::longest_pause);
    CHECK(f.store.find(MailId(1))->attempts == 0);
    f.mailer.answers.clear();
    CHECK(f.outbox.deliver_due() == limits::longest_sleep);
    CHECK(f.mailer.given.size() == 12 + 5);
}

TEST_CASE("A store that keeps no record makes no mail go out twice, and no other one go out") {
    Fixture f;
    f.queue(1, "a@example.test", 24h);
    f.store.loses_writes = true;
    milliseconds wait = f.outbox.deliver_due();
    f.queue(2, "b@example.test", 24h);
    for (int i = 0; i < 20; ++i) {
        f.clock.advance(wait);
        wait = f.outbox.deliver_due();
    }
    CHECK(f.mailer.given == std::vector<std::string>{"a@example.test"});
    CHECK(f.reports.back().kind == Kind::not_recorded);

    f.store.loses_writes = false;
    f.clock.advance(wait);
    wait = f.outbox.deliver_due();
    f.clock.advance(wait);
    f.outbox.deliver_due();
    CHECK(f.mailer.given == std::vector<std::string>{"a@example.test", "b@example.test"});
    CHECK_FALSE(f.store.find(MailId(1)).has_value());
}

TEST_CASE("A store that cannot be read is told and asked again later") {
    Fixture f;
    f.queue(1, "a@example.test");
    f.store.fails_reads = true;
    const milliseconds wait = f.outbox.deliver_due();
    CHECK(f.kinds() == std::vector{Kind::unread});
    f.store.fails_reads = false;
    f.clock.advance(wait);
    f.outbox.deliver_due();
    CHECK(f.mailer.given.size() == 1);
}

TEST_CASE("No report holds the address or the content of a mail (T25)") {
    Fixture f;
    f.queue(1, "canary@example.test", 24h);
    f.mailer.answers = {failure(NotSent::Kind::try_later), failure(NotSent::Kind::unavailable)};
    f.outbox.deliver_due();
    f.clock.advance(5s);
    f.outbox.deliver_due();
    for (const OutboxReport& report : f.reports) {
        CHECK(report.why.find("canary") == std::string::npos);
        CHECK(report.why.find("73921648") == std::string::npos);
    }
}

TEST_CASE("The worker sends at once when it is notified, and stops with mail left in the outbox") {
    Fixture f;
    std::promise<void> first_sent;
    std::promise<void> second_started;
    std::promise<void> release;
    int sends = 0;
    f.mailer.on_send = [&] {
        ++sends;
        if (sends == 1) first_sent.set_value();
        if (sends == 2) {
            second_started.set_value();
            release.get_future().wait();
        }
    };
    {
        OutboxWorker worker(f.outbox);
        f.queue(1, "a@example.test");
        worker.notify();
        REQUIRE(first_sent.get_future().wait_for(10s) == std::future_status::ready);
        f.queue(2, "b@example.test");
        f.queue(3, "c@example.test");
        worker.notify();
        REQUIRE(second_started.get_future().wait_for(10s) == std::future_status::ready);
        // A notify never waits for the delivery that hangs.
        worker.notify();
        release.set_value();
    }
    CHECK_FALSE(f.store.find(MailId(1)).has_value());
    CHECK_FALSE(f.store.find(MailId(2)).has_value());
}

}  // namespace latchkey::outbound
