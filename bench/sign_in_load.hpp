// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/log.hpp"
#include "app/system_clock.hpp"
#include "app/wiring.hpp"
#include "base/secret.hpp"
#include "bench/people.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// Passkey sign-ins over HTTP: a whole Latchkey, log included, in this process, and the browsers.
namespace latchkey::bench {

/// Where the threads that are made from now on may run. With a single processor nothing changes.
enum class Processor : std::uint8_t { server, load };
void move_to(Processor processor);

/// Latchkey with one thread for HTTP, on a database of `people`; all its threads on one processor.
/// The calling thread is on the other one afterwards.
class Server {
public:
    explicit Server(std::size_t people);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    ~Server();

    [[nodiscard]] std::uint16_t port() const { return application_->port(); }

    [[nodiscard]] std::size_t people() const { return people_; }

    /// What a browser in which the person signed in before shows for it.
    [[nodiscard]] std::string known_mark(std::size_t person, std::string_view browser) const;

private:
    Folder folder_;
    std::size_t people_;
    app::SystemClock clock_;
    int log_file_;
    std::optional<app::Log> log_;
    std::unique_ptr<app::Application> application_;
    SecretKey pepper_;
    std::thread thread_;
};

/// Browsers whose people are chosen at random. What the calling thread spends is not the server's.
class Load {
public:
    explicit Load(const Server& server);

    /// Has the browsers open the sign-in page `count` times and sign. Returns the server's CPU time
    /// for one page, in microseconds.
    double prepare(std::size_t count);

    /// Posts what was prepared, `in_flight` at a time. Returns the server's CPU time for one.
    double finish_all();

    /// Posts it at a fixed rate whatever comes back (open loop). The milliseconds from when each
    /// was due to its answer, shortest first.
    std::vector<double> finish_at(std::chrono::microseconds every);

private:
    /// Sends all requests, `in_flight` at a time. Returns the server's CPU time for one.
    template <class OnResponse>
    double exchange(const std::vector<std::string>& requests, OnResponse on_response);

    [[nodiscard]] std::string sign(std::size_t person, const test::HttpResponse& page) const;

    const Server& server_;
    std::string browser_;  // the cookie that all of them have
    std::uint64_t chosen_ = 0;
    std::vector<std::unique_ptr<test::RawConnection>> connections_;
    std::vector<std::string> prepared_;
};

/// CPU time of one ES256 verification with a prepared key and context, on the server's processor.
double bare_microseconds();

}  // namespace latchkey::bench
