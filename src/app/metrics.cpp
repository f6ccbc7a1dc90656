// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/metrics.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "base/once.hpp"
#include "http/server.hpp"
#include "outbound/outbox.hpp"
#include "pages/site.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace latchkey::app {

using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;
using Histograms = prometheus::Family<prometheus::Histogram>;

struct Metrics::Families {
    prometheus::Registry registry;
    Counters& sign_ins = counters("latchkey_sign_ins_total", "Sessions that a sign-in opened.");
    Counters& guesses = counters("latchkey_guesses_total", "Codes that were compared.");
    Counters& refusals = counters("latchkey_refusals_total", "Refusals that people were told.");
    prometheus::Counter& limits =
        counters("latchkey_limits_hit_total", "Times that a limit was reached.").Add({});
    Counters& messages = counters("latchkey_messages_total", "Attempts to send a message.");
    Counters& requests = counters("latchkey_http_requests_total", "Requests.");
    Histograms& latencies = prometheus::BuildHistogram()
                                .Name("latchkey_http_request_seconds")
                                .Help("Time to answer a request.")
                                .Register(registry);
    Gauges& due = gauges("latchkey_outbox_due", "Messages that are due and not sent.");
    prometheus::Gauge& healthy =
        gauges("latchkey_healthy", "1: the database reads and writes.").Add({});
    prometheus::Gauge& uptime = gauges("latchkey_uptime_seconds", "Since the start.").Add({});

private:
    Counters& counters(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }

    Gauges& gauges(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
};

namespace {

/// Seconds up to which a request counts in a bucket.
const prometheus::Histogram::BucketBoundaries buckets{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5
};

/// The paths whose latency is told apart; all others are one. A path of a stranger's making must
/// not make a label.
constexpr std::array<std::string_view, 8> routes{
    "/sign-in",
    "/sign-in/passkey",
    "/sign-in/email",
    "/sign-in/code",
    "/sign-in/second-step",
    "/sign-in/add-passkey",
    "/session",
    "/settings/security",
};

std::string route_of(std::string_view path) {
    const auto* const found = std::ranges::find(routes, path);
    return std::string(found == routes.end() ? "other" : *found);
}

std::string method_of(const accounts::Session& session) {
    switch (session.assurance) {
        case accounts::Assurance::passkey:
            return "passkey";
        case accounts::Assurance::two_steps:
            return "two_steps";
        case accounts::Assurance::recovered:
            return "recovered";
    }
    return "other";
}

/// What a commit does that is counted once it was made, and what when it was refused.
struct Expected {
    std::string sign_in;              // method of the session that a sign-in opens; empty: none
    std::string guess;                // kind of the code that is compared; empty: none
    std::vector<std::size_t> limits;  // places of its limits
};

Expected expected_of(const store::Commit& commit) {
    Expected expected;
    bool is_sign_in = true;
    for (std::size_t i = 0; i < commit.changes.size(); ++i) {
        const accounts::Change& change = commit.changes[i];
        if (const auto* opened = std::get_if<accounts::OpenSession>(&change)) {
            expected.sign_in = method_of(opened->session);
        } else if (std::holds_alternative<accounts::RequireSession>(change)) {
            is_sign_in = false;  // a change in Settings: the session only got another id
        } else if (std::holds_alternative<accounts::CountTowardsLimit>(change)) {
            expected.limits.push_back(i);
        } else if (std::holds_alternative<accounts::CountPhoneGuess>(change)) {
            expected.limits.push_back(i);
            expected.guess = "text_message";
        } else if (std::holds_alternative<accounts::SpendAppCode>(change)) {
            expected.guess = "app";
        } else if (std::holds_alternative<accounts::SpendRecoveryCode>(change)) {
            expected.guess = "recovery_code";
        } else if (std::holds_alternative<accounts::SpendAttempt>(change)) {
            if (expected.guess.empty()) expected.guess = "email_code";
        }
    }
    if (!is_sign_in) expected.sign_in.clear();
    return expected;
}

}  // namespace

Metrics::Metrics() : families_(std::make_unique<Families>()) {}

Metrics::~Metrics() = default;

void Metrics::count_request(const http::Access& access) {
    const std::string route = route_of(access.path);
    const std::string status = std::to_string(access.status / 100) + "xx";
    families_->requests.Add({{"route", route}, {"code", status}}).Increment();
    families_->latencies.Add({{"route", route}}, buckets)
        .Observe(std::chrono::duration<double>(access.took).count());
}

void Metrics::count_refusal(const pages::LogEntry& entry) {
    families_->refusals.Add({{"code", std::string(entry.event)}}).Increment();
}

void Metrics::count_message(std::string_view channel, const outbound::OutboxReport& report) {
    families_->messages
        .Add(
            {{"channel", std::string(channel)},
             {"outcome", std::string(outbound::name_of(report.kind))}}
        )
        .Increment();
}

Once<void(const store::CommitResult&)> Metrics::watch(const store::Commit& commit) {
    return [this, expected = expected_of(commit)](const store::CommitResult& result) {
        if (const auto* refused = std::get_if<store::Refused>(&result)) {
            const bool is_limit = std::ranges::count(expected.limits, refused->change) > 0;
            if (is_limit) families_->limits.Increment();
        } else if (const auto* committed = std::get_if<store::Committed>(&result)) {
            if (!expected.sign_in.empty()) {
                families_->sign_ins.Add({{"method", expected.sign_in}}).Increment();
            }
            if (expected.guess.empty() || committed->spent.empty()) return;
            const std::string outcome = committed->spent.front().right ? "right" : "wrong";
            families_->guesses.Add({{"kind", expected.guess}, {"outcome", outcome}}).Increment();
        }
    };
}

std::string Metrics::text(const Readings& readings) const {
    families_->due.Add({{"channel", "mail"}}).Set(static_cast<double>(readings.mails_due));
    families_->due.Add({{"channel", "text_message"}}).Set(static_cast<double>(readings.texts_due));
    families_->healthy.Set(readings.healthy ? 1 : 0);
    families_->uptime.Set(static_cast<double>(readings.uptime.count()));
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace latchkey::app
