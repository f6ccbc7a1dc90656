// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// How the real program starts, refuses to start, and stops.
#include "app/program.hpp"
#include "app/system_clock.hpp"
#include "base/clock.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

using std::chrono_literals::operator""min;
using test::contains;
using test::Finished;
using test::HttpClient;
using test::Program;

// It says this, on standard error and in one line, and ends with the status.
void check_refused(const Finished& finished, int status, std::string_view words) {
    CAPTURE(finished.err);
    CHECK(finished.status == status);
    CHECK(contains(finished.err, words));
    CHECK(finished.err.find('\n') == finished.err.size() - 1);
}

// Changes a setting of a stopped server's database.
void save_setting(const Program& program, std::string_view name, std::string_view value) {
    const SystemClock clock;
    auto store =
        store::SqliteStore::open({.path = program.data() + "/latchkey.db", .clock = &clock});
    REQUIRE(store.has_value());
    REQUIRE((*store)->save_setting(name, value));
}

}  // namespace

TEST_CASE("The program starts, answers probes, and stops by SIGTERM and SIGINT with status 0") {
    Program program;
    for (const int signal : {SIGTERM, SIGINT}) {
        program.start();
        HttpClient client(program.port());
        CHECK(client.get("/health").status == 200);
        CHECK(client.get("/ready").status == 200);
        CHECK(client.get("/sign-in").status == 200);
        program.process().signal(signal);
        CHECK(contains(program.process().read_rest(), "\"event\":\"stopped\""));
        CHECK(program.process().wait() == 0);
    }
    // What it made is its owner's alone.
    for (const char* const name : {"", "/latchkey.db", "/key", "/lock"}) {
        CAPTURE(name);
        struct stat status{};
        REQUIRE(stat((program.data() + name).c_str(), &status) == 0);
        CHECK((status.st_mode & 0077U) == 0U);
    }
}

TEST_CASE("A stop finishes the request in flight") {
    Program program;
    program.start();
    const test::RawConnection connection(program.port());
    const std::string host = "Host: localhost:" + std::to_string(program.port()) + "\r\n";
    // The head of a POST is there, its body not yet: it is in flight.
    REQUIRE(connection.send(
        "POST /sign-in/email HTTP/1.1\r\n" + host +
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n"
        "Expect: 100-continue\r\n\r\n"
    ));
    auto& waiting = const_cast<test::RawConnection&>(connection);
    const auto go_on = waiting.read_response();
    REQUIRE(go_on.has_value());
    CHECK(go_on->status == 100);
    program.process().signal(SIGTERM);
    REQUIRE(connection.send("a=b"));
    const auto answer = waiting.read_response();
    REQUIRE(answer.has_value());
    CHECK(answer->status == 403);  // no browser cookie: a whole answer, from a handler
    program.process().read_rest();
    CHECK(program.process().wait() == 0);
}

TEST_CASE("A wrong configuration ends the start with status 3 and each mistake by its key") {
    const Program program("sign_up = \"nobody\"\n");
    const Finished refused = program.refuse();
    CHECK(refused.status == 3);
    CHECK(contains(refused.err, "latchkey.toml: sign_up is \"nobody\". Use one of"));
    CHECK(refused.out.empty());
    CHECK_FALSE(std::filesystem::exists(program.data()));

    const Program nowhere;
    std::filesystem::remove(nowhere.config());
    check_refused(nowhere.refuse(), 3, "Cannot read");
}

TEST_CASE("A clock that stands before the last time seen refuses to start (T21)") {
    Program program;
    program.start();
    CHECK(program.stop() == 0);
    const TimePoint now = SystemClock().now();

    save_setting(program, "last_seen", std::to_string(to_milliseconds(now + 6min)));
    check_refused(program.refuse(), 1, "but this database has seen");

    // Within the tolerance it starts, and so it does when the operator says that it is right.
    save_setting(program, "last_seen", std::to_string(to_milliseconds(now + 4min)));
    program.start();
    CHECK(program.stop() == 0);
    save_setting(program, "last_seen", std::to_string(to_milliseconds(now + 60min)));
    test::Process accepted({
        .arguments = {LATCHKEY_BINARY, "serve", "--accept-clock", "--config", program.config()},
        .environment = {},
        .folder = {},
    });
    CHECK(contains(accepted.read_until("listening"), "listening"));
    accepted.signal(SIGTERM);
    accepted.read_rest();
    CHECK(accepted.wait() == 0);
    program.start();
    CHECK(program.stop() == 0);

    save_setting(program, "last_seen", "yesterday");
    check_refused(program.refuse(), 1, "no time");
}

TEST_CASE("The real clock set back refuses to start (T21)") {
    const std::string library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    Program program;
    program.start();
    CHECK(program.stop() == 0);
    const test::Variables back{
        {"LD_PRELOAD", library}, {"FAKETIME", "-10m"}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}
    };
    check_refused(program.refuse({}, back), 1, "Set the clock");
}

TEST_CASE("A key file that others may read refuses to start (T27)") {
    Program program;
    program.start();
    CHECK(program.stop() == 0);
    const std::string key = program.data() + "/key";
    REQUIRE(chmod(key.c_str(), 0644) == 0);
    check_refused(program.refuse(), 1, "has mode 0644");
    REQUIRE(chmod(key.c_str(), 0600) == 0);
    program.start();
    CHECK(program.stop() == 0);
}

TEST_CASE("A key file that is lost or of another database refuses to start (T27)") {
    Program program;
    program.start();
    CHECK(program.stop() == 0);
    const std::string key = program.data() + "/key";

    std::filesystem::remove(key);
    check_refused(program.refuse(), 1, "is missing, but the database was sealed with one");
    CHECK_FALSE(std::filesystem::exists(key));

    Program other;
    other.start();
    CHECK(other.stop() == 0);
    std::filesystem::copy(other.data() + "/key", key);
    check_refused(program.refuse(), 1, "is not the key file of this database");
}

TEST_CASE("An RP ID that does not fit the origin, or is not the stored one, refuses to start") {
    Program program;
    program.replace_in_config("data =", "rp_id = \"example.com\"\ndata =");
    check_refused(program.refuse(), 3, "rp_id is example.com, which does not fit");
    program.replace_in_config("rp_id = \"example.com\"\n", "");
    program.start();
    CHECK(program.stop() == 0);

    program.replace_in_config("http://localhost:", "http://id.localhost:");
    check_refused(program.refuse(), 1, "The RP ID is id.localhost, but the passkeys in");
    // A parent domain as the RP ID keeps them.
    program.replace_in_config("data =", "rp_id = \"localhost\"\ndata =");
    program.start();
    CHECK(program.stop() == 0);
}

TEST_CASE("A second process on the same data folder, or on the same port, refuses to start") {
    Program program;
    program.start();
    check_refused(program.refuse(), 1, program.data());

    const Program same_port;
    same_port.replace_in_config(
        "listen = \"127.0.0.1:" + std::to_string(same_port.port()),
        "listen = \"127.0.0.1:" + std::to_string(program.port())
    );
    const Finished refused = same_port.refuse();
    CAPTURE(refused.err);
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, std::to_string(program.port())));
    CHECK(program.stop() == 0);
}

TEST_CASE("A data folder that cannot be made, and a database that is none, are told in words") {
    const Program program;
    program.replace_in_config("data = \"data\"", "data = \"latchkey.toml/data\"");
    const Finished refused = program.refuse();
    CAPTURE(refused.err);
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, "latchkey.toml/data"));

    const Program other;
    std::filesystem::create_directory(other.data());
    [[maybe_unused]] const std::string file =
        other.folder().write("data/latchkey.db", "this is no database, and longer than a header");
    const Finished no_database = other.refuse();
    CAPTURE(no_database.err);
    CHECK(no_database.status == 1);
    CHECK(contains(no_database.err, "latchkey.db"));
}

TEST_CASE("systemd hears when the program listens and when it stops (sd_notify)") {
    struct Socket {
        explicit Socket(const std::string& path) {
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            path.copy(address.sun_path, sizeof address.sun_path - 1);
            const timeval patience{.tv_sec = 10, .tv_usec = 0};
            REQUIRE(descriptor >= 0);
            REQUIRE(
                ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0
            );
            REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        }

        Socket(const Socket&) = delete;
        Socket& operator=(const Socket&) = delete;
        Socket(Socket&&) = delete;
        Socket& operator=(Socket&&) = delete;

        ~Socket() { ::close(descriptor); }

        [[nodiscard]] std::string next() const {
            std::string text(64, '\0');
            const ssize_t size = ::recv(descriptor, text.data(), text.size(), 0);
            REQUIRE(size >= 0);
            text.resize(static_cast<std::size_t>(size));
            return text;
        }

        int descriptor = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    };

    Program program;
    const std::string path = program.folder().file("notify");
    const Socket systemd(path);
    program.start({{"NOTIFY_SOCKET", path}});
    CHECK(systemd.next() == "READY=1");
    CHECK(HttpClient(program.port()).get("/ready").status == 200);
    CHECK(program.stop() == 0);
    CHECK(systemd.next() == "STOPPING=1");

    // Nobody there: told in the log, and no reason to stop.
    program.start({{"NOTIFY_SOCKET", program.folder().file("nobody")}});
    CHECK(program.stop() == 0);
    CHECK(contains(program.log(), "service_manager_not_told"));
}

TEST_CASE("A variable of the environment that names no key is told at the start") {
    Program program;
    program.start({{"LATCHKEY_SIGNUP", "closed"}});
    CHECK(program.stop() == 0);
    CHECK(contains(program.log(), "LATCHKEY_SIGNUP names no key; did you mean LATCHKEY_SIGN_UP?"));
}

}  // namespace latchkey::app
