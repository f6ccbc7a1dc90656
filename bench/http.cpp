// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/system_clock.hpp"
#include "crypto/system_random.hpp"
#include "http/fake_store.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// What the HTTP server itself costs: CPU per request, against a loop that only receives and sends
/// the same bytes, and memory per idle connection. The load comes from another process.
namespace latchkey::bench {

namespace {

constexpr int connections_busy = 32;
constexpr int requests_measured = 200'000;
constexpr int rounds = 3;
constexpr int connections_idle = 4'000;
constexpr double aim_ratio = 0.45;        // of the bare loop's requests a second
constexpr double aim_idle_bytes = 1'024;  // design.md section 8

[[noreturn]] void stop_because(const char* what) {
    std::perror(what);
    std::exit(2);
}

double cpu_microseconds() {
    timespec spent{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double pages_all = 0;
    double pages_resident = 0;
    statm >> pages_all >> pages_resident;
    return pages_resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// A JSON POST of about 1 KB, with the headers that browsers send.
std::string request_bytes() {
    const std::string body = R"({"credential":")" + std::string(1'000, 'A') + "\"}";
    return "POST /answer HTTP/1.1\r\n"
           "Host: localhost:8080\r\n"
           "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n"
           "Accept: application/json\r\n"
           "Accept-Language: en-GB,en;q=0.9\r\n"
           "Accept-Encoding: gzip, deflate, br, zstd\r\n"
           "Content-Type: application/json\r\n"
           "Origin: http://localhost:8080\r\n"
           "Sec-Fetch-Site: same-origin\r\n"
           "Sec-Fetch-Mode: cors\r\n"
           "Sec-Fetch-Dest: empty\r\n"
           "Cookie: __Host-browser=0123456789abcdef0123456789abcdef0123456789a\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

int connect_to(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM, 0);
    if (made < 0) stop_because("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        stop_because("connect");
    }
    const int on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

/// One request and its answer, which is `answer_bytes` long; 0: as long as it comes at once.
std::size_t ask(int connection, const std::string& request, std::size_t answer_bytes) {
    std::array<char, 16'384> bytes{};
    if (::send(connection, request.data(), request.size(), MSG_NOSIGNAL) < 0) stop_because("send");
    std::size_t received = 0;
    do {
        const auto count = ::recv(connection, bytes.data(), bytes.size(), 0);
        if (count <= 0) stop_because("recv");
        received += static_cast<std::size_t>(count);
    } while (received < answer_bytes);
    return received;
}

/// The load: all connections ask, then all are read, again and again.
void load(std::uint16_t port, int requests) {
    const auto request = request_bytes();
    std::vector<int> connections;
    connections.reserve(connections_busy);
    for (int i = 0; i < connections_busy; ++i) {
        connections.push_back(connect_to(port));
    }
    const auto answer_bytes = ask(connections.front(), request, 0);
    std::vector<char> bytes(answer_bytes);
    for (int sent = 0; sent < requests; sent += connections_busy) {
        for (const int connection : connections) {
            if (::send(connection, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
                stop_because("send");
            }
        }
        for (const int connection : connections) {
            const auto count = ::recv(connection, bytes.data(), bytes.size(), MSG_WAITALL);
            if (count != static_cast<ssize_t>(answer_bytes)) stop_because("recv");
        }
    }
    for (const int connection : connections) {
        ::close(connection);
    }
}

/// Runs `work` in a child process and waits for its end.
void in_child(const std::function<void()>& work) {
    const auto child = ::fork();
    if (child < 0) stop_because("fork");
    if (child == 0) {
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) std::exit(2);
}

/// CPU of this process for each request while a child asks at `port`.
double cpu_per_request(std::uint16_t port) {
    in_child([port] { load(port, requests_measured / 10); });
    const auto before = cpu_microseconds();
    in_child([port] { load(port, requests_measured); });
    return (cpu_microseconds() - before) / requests_measured;
}

/// Answers whatever comes with `answer`: what the kernel's part of a request costs.
class BareLoop {
public:
    explicit BareLoop(std::string answer)
        : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* where = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, where, size) != 0 || ::listen(listener_, 1'024) != 0) {
            stop_because("listen");
        }
        ::getsockname(listener_, where, &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }

    BareLoop(const BareLoop&) = delete;
    BareLoop& operator=(const BareLoop&) = delete;
    BareLoop(BareLoop&&) = delete;
    BareLoop& operator=(BareLoop&&) = delete;

    ~BareLoop() {
        is_over_ = true;
        ::close(connect_to(port_));  // wakes it
        thread_.join();
        ::close(listener_);
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    std::string answer_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;

    void run() const {
        const int poll = ::epoll_create1(0);
        watch(poll, listener_);
        std::array<epoll_event, 64> events{};
        std::array<char, 65'536> bytes{};
        while (!is_over_) {
            const int count = ::epoll_wait(poll, events.data(), events.size(), -1);
            for (const auto& event :
                 std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
                const int ready = event.data.fd;
                if (ready == listener_) {
                    watch(poll, ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK));
                    continue;
                }
                const auto received = ::recv(ready, bytes.data(), bytes.size(), 0);
                if (received > 0) {
                    if (::send(ready, answer_.data(), answer_.size(), MSG_NOSIGNAL) < 0) {
                        stop_because("send");
                    }
                } else if (received == 0) {
                    // The load's process holds a copy, so that closing alone does not end the
                    // watch.
                    ::epoll_ctl(poll, EPOLL_CTL_DEL, ready, nullptr);
                    ::close(ready);
                }
            }
        }
        ::close(poll);
    }

    static void watch(int poll, int descriptor) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
    }
};

/// Opens connections in a child that have each been used once, and sees what they cost.
double idle_bytes_per_connection(std::uint16_t port) {
    std::array<int, 2> opened{};
    std::array<int, 2> measured{};
    if (::pipe(opened.data()) != 0 || ::pipe(measured.data()) != 0) stop_because("pipe");
    ::malloc_trim(0);
    const auto before = resident_bytes();
    const auto child = ::fork();
    char token = 0;
    if (child == 0) {
        const auto request = request_bytes();
        for (int i = 0; i < connections_idle; ++i) {
            ask(connect_to(port), request, 0);
        }
        if (::write(opened[1], &token, 1) != 1 || ::read(measured[0], &token, 1) != 1) ::_exit(1);
        ::_exit(0);
    }
    if (::read(opened[0], &token, 1) != 1) stop_because("read");
    const auto after = resident_bytes();
    if (::write(measured[1], &token, 1) != 1) stop_because("write");
    ::waitpid(child, nullptr, 0);
    for (const int descriptor : {opened[0], opened[1], measured[0], measured[1]}) {
        ::close(descriptor);
    }
    return (after - before) / connections_idle;
}

void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

http::Router router_of_answer() {
    http::Router router;
    router.add(
        {.method = http::Method::post,
         .pattern = "/answer",
         .handler = [](const http::Request&) -> http::Outcome {
             return http::json_response(200, R"({"answer":")" + std::string(48, 'a') + "\"}");
         }}
    );
    return router;
}

/// The bytes that the server at `port` answers with.
std::string answer_at(std::uint16_t port) {
    const int connection = connect_to(port);
    const auto request = request_bytes();
    std::string bytes(16'384, '\0');
    if (::send(connection, request.data(), request.size(), MSG_NOSIGNAL) < 0) stop_because("send");
    const auto count = ::recv(connection, bytes.data(), bytes.size(), 0);
    if (count <= 0) stop_because("recv");
    ::close(connection);
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
}

int run() {
    raise_descriptor_limit();
    const auto router = router_of_answer();
    test::FakeStore store;
    const app::SystemClock clock;
    crypto::SystemRandom random;
    auto server = http::Server::create(
        {.listen = "127.0.0.1:0",
         .hosts = {"localhost:8080"},
         .limits = {.connections = 20'000, .connections_per_network = 20'000}},
        router,
        store,
        clock,
        random
    );
    if (!server) {
        std::printf("%s\n", server.error().what.c_str());
        return 2;
    }
    std::thread serving([&server] { (*server)->run(); });
    const auto port = (*server)->port();
    const auto answer = answer_at(port);
    const double idle_bytes = idle_bytes_per_connection(port);

    std::vector<double> ratios;
    double ours = 0;
    double bare = 0;
    for (int round = 0; round < rounds; ++round) {
        ours = cpu_per_request(port);
        const BareLoop loop(answer);
        bare = cpu_per_request(loop.port());
        ratios.push_back(bare / ours);
        std::printf("server %.2f us, bare loop %.2f us of CPU a request\n", ours, bare);
    }
    (*server)->stop();
    serving.join();

    std::ranges::sort(ratios);
    const double ratio = ratios[ratios.size() / 2];
    std::printf("idle connection: %.0f bytes\n", idle_bytes);
    const bool is_met = ratio >= aim_ratio && idle_bytes <= aim_idle_bytes;
    std::printf(
        "%s: %.2f of the bare loop's requests a second (aim %.2f), %.0f bytes for an idle "
        "connection (aim %.0f)\n",
        is_met ? "met" : "MISSED",
        ratio,
        aim_ratio,
        idle_bytes,
        aim_idle_bytes
    );
    return is_met ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::bench

int main() {
    return latchkey::bench::run();
}
