// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/metrics.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "app/program.hpp"
#include "http/server.hpp"
#include "store/commit.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using test::contains;

void make(Metrics& metrics, std::vector<store::Change> changes, store::CommitResult result) {
    const store::Commit commit{.operation = {}, .changes = std::move(changes)};
    metrics.watch(commit)(result);
}

accounts::OpenSession opened(accounts::Assurance assurance) {
    accounts::Session session;
    session.assurance = assurance;
    return {session};
}

}  // namespace

TEST_CASE("Sessions that a sign-in opened are counted by assurance, renewed ones are not") {
    Metrics metrics;
    make(metrics, {opened(accounts::Assurance::passkey)}, store::Committed{});
    make(metrics, {opened(accounts::Assurance::passkey)}, store::Committed{});
    make(metrics, {opened(accounts::Assurance::recovered)}, store::Committed{});
    make(metrics, {opened(accounts::Assurance::two_steps)}, store::Refused{0});
    make(metrics, {opened(accounts::Assurance::two_steps)}, store::Unknown{});
    make(
        metrics,
        {accounts::RequireSession{}, opened(accounts::Assurance::two_steps)},
        store::Committed{}
    );
    const std::string text = metrics.text({});
    CHECK(contains(text, "latchkey_sign_ins_total{method=\"passkey\"} 2\n"));
    CHECK(contains(text, "latchkey_sign_ins_total{method=\"recovered\"} 1\n"));
    CHECK_FALSE(contains(text, "two_steps"));
}

TEST_CASE("Guesses are counted by kind and outcome, and a limit that was reached") {
    Metrics metrics;
    const store::Committed wrong{.spent = {{.right = false, .attempts = 1}}};
    const store::Committed right{.spent = {{.right = true, .attempts = 1}}};
    make(metrics, {accounts::CountTowardsLimit{}, accounts::SpendAttempt{}}, wrong);
    make(metrics, {accounts::CountTowardsLimit{}, accounts::SpendAttempt{}}, right);
    make(metrics, {accounts::SpendAppCode{}}, wrong);
    make(metrics, {accounts::SpendRecoveryCode{}}, right);
    make(metrics, {accounts::CountPhoneGuess{}, accounts::SpendAttempt{}}, wrong);
    make(metrics, {accounts::CountTowardsLimit{}, accounts::SpendAttempt{}}, store::Refused{0});
    make(metrics, {accounts::CountTowardsLimit{}, accounts::SpendAttempt{}}, store::Refused{1});
    const std::string text = metrics.text({});
    for (const std::string_view line :
         {"{kind=\"email_code\",outcome=\"wrong\"} 1\n",
          "{kind=\"email_code\",outcome=\"right\"} 1\n",
          "{kind=\"app\",outcome=\"wrong\"} 1\n",
          "{kind=\"recovery_code\",outcome=\"right\"} 1\n",
          "{kind=\"text_message\",outcome=\"wrong\"} 1\n",
          "latchkey_limits_hit_total 1\n"}) {
        CAPTURE(std::string(line));
        CHECK(contains(text, line));
    }
}

TEST_CASE("Latencies fall into their buckets, and a path of a stranger's making makes no label") {
    Metrics metrics;
    const auto answer = [&metrics](std::string path, int status, std::chrono::microseconds took) {
        http::Access access;
        access.path = std::move(path);
        access.status = status;
        access.took = took;
        metrics.count_request(access);
    };
    answer("/session", 200, std::chrono::microseconds(900));
    answer("/session", 401, std::chrono::milliseconds(30));
    answer("/no\"such\npage", 404, std::chrono::seconds(10));
    const std::string text = metrics.text({});
    const std::string bucket = "latchkey_http_request_seconds_bucket{route=\"/session\",le=";
    CHECK(contains(text, bucket + "\"0.001\"} 1\n"));
    CHECK(contains(text, bucket + "\"0.025\"} 1\n"));
    CHECK(contains(text, bucket + "\"0.05\"} 2\n"));
    CHECK(contains(text, bucket + "\"+Inf\"} 2\n"));
    CHECK(contains(text, "latchkey_http_requests_total{code=\"4xx\",route=\"/session\"} 1\n"));
    CHECK(contains(text, "latchkey_http_requests_total{code=\"4xx\",route=\"other\"} 1\n"));
    CHECK_FALSE(contains(text, "such"));
}

TEST_CASE("/metrics answers on its own address, and nothing else does there (V13)") {
    const auto port = test::free_port();
    const std::string listen = "127.0.0.1:" + std::to_string(port);
    test::Program program("metrics_listen = \"" + listen + "\"\n");
    program.start();
    test::HttpClient people(program.port(), program.origin().substr(7));
    CHECK(people.get("/health").status == 200);
    CHECK(people.get("/metrics").status == 404);
    test::HttpClient prometheus(port, listen);
    const auto answer = prometheus.get("/metrics", {{"host", listen}});
    CHECK(answer.status == 200);
    CHECK(contains(answer.body, "latchkey_http_requests_total{code=\"2xx\",route=\"other\"} 1\n"));
    CHECK(contains(answer.body, "latchkey_outbox_due{channel=\"mail\"} 0\n"));
    CHECK(contains(answer.body, "latchkey_healthy 1\n"));
    for (const char* const path : {"/sign-in", "/session", "/health"}) {
        CHECK(prometheus.get(path, {{"host", listen}}).status == 404);
    }
    CHECK(program.stop() == 0);
}

TEST_CASE("Metrics are for this machine or a private network, in words") {
    for (const std::string_view public_one :
         {"0.0.0.0:9464", "[::]:9464", "203.0.113.7:9464", "x"}) {
        const test::Program program("metrics_listen = \"" + std::string(public_one) + "\"\n");
        const test::Finished refused = program.refuse();
        CHECK(refused.status == 3);
        CHECK(contains(refused.err, "metrics_listen is \"" + std::string(public_one)));
        CHECK(contains(refused.err, "private network"));
    }
}

}  // namespace latchkey::app
