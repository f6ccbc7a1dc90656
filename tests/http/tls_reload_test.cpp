// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// Certificates are renewed while the server serves.
#include "http/request.hpp"
#include "http/router.hpp"
#include "http/test_server.hpp"
#include "http/tls_files.hpp"
#include "support/tls_client.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using http::TlsReload;
using http::TlsReloaded;

http::Router router() {
    http::Router made;
    made.add(text_route(http::Method::get, "/", [](const http::Request&) { return "home"; }));
    return made;
}

void take_both(const TlsFolder& folder, const TlsFolder& from) {
    folder.take("certificate.pem", from);
    folder.take("key.pem", from);
}

bool answers(TlsClient& client) {
    client.send(get_with(""));
    return client.read_until("home").ends_with("home");
}

TEST_CASE("a new certificate is for new connections; those that stand go on") {
    const TlsFolder folder;
    const TlsFolder renewed;
    TestServer server(router(), {.tls = folder.files()});
    TlsClient before(server.port(), {});
    CHECK(answers(before));

    take_both(folder, renewed);
    TlsClient not_yet(server.port(), {});
    CHECK(not_yet.certificate() == before.certificate());
    const auto reloaded = server.server().reload_tls(TlsReload::always);
    REQUIRE(reloaded.has_value());
    CHECK(*reloaded == TlsReloaded::yes);

    TlsClient after(server.port(), {});
    CHECK(after.certificate() != before.certificate());
    CHECK(answers(after));
    CHECK(answers(before));
    CHECK(answers(not_yet));
}

TEST_CASE("a session of the old certificate is not resumed under the new one") {
    const TlsFolder folder;
    TestServer server(router(), {.tls = folder.files()});
    TlsClient first(server.port(), {});
    CHECK(answers(first));
    const auto session = first.take_session();
    REQUIRE(server.server().reload_tls(TlsReload::always).has_value());
    const TlsClient second(server.port(), {.resumed = session.get()});
    CHECK(second.is_connected());
    CHECK_FALSE(second.has_resumed());
}

TEST_CASE("a pair that does not fit is refused in words, and the one in use stays") {
    const TlsFolder folder;
    const TlsFolder renewed;
    TestServer server(router(), {.tls = folder.files()});
    const TlsClient before(server.port(), {});
    folder.take("certificate.pem", renewed);  // its key is still to come
    for (int i = 0; i < 2; ++i) {
        const auto refused = server.server().reload_tls(TlsReload::always);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().what.find("belong to the certificate") != std::string::npos);
        TlsClient still(server.port(), {});
        CHECK(still.certificate() == before.certificate());
        CHECK(answers(still));
    }
    CHECK(has_no_openssl_errors());
}

TEST_CASE("files are read again if they changed, and a bad change is tried once") {
    const TlsFolder folder;
    const TlsFolder renewed;
    TestServer server(router(), {.tls = folder.files()});
    const auto look = [&] { return server.server().reload_tls(TlsReload::if_changed); };
    CHECK(look().value() == TlsReloaded::no);
    folder.take("key.pem", renewed);
    CHECK_FALSE(look().has_value());
    CHECK(look().value() == TlsReloaded::no);  // said once
    folder.take("certificate.pem", renewed);
    CHECK(look().value() == TlsReloaded::yes);
    CHECK(look().value() == TlsReloaded::no);
    folder.set_mode("key.pem", 0644);
    CHECK_FALSE(look().has_value());
    folder.set_mode("key.pem", 0600);
    CHECK(look().value() == TlsReloaded::yes);
}

TEST_CASE("without TLS there is nothing to read again") {
    TestServer server(router());
    CHECK(server.server().reload_tls(TlsReload::always).value() == TlsReloaded::no);
}

TEST_CASE("handshakes during a reload succeed, each with one of the two certificates") {
    const TlsFolder folder;
    const TlsFolder one;
    const TlsFolder other;
    take_both(folder, one);
    TestServer server(router(), {.tls = folder.files(), .threads = 2});
    std::atomic<bool> is_done{false};
    std::atomic<int> reloads{0};
    std::thread reloading([&] {
        while (!is_done || reloads < 10) {
            take_both(folder, reloads % 2 == 0 ? other : one);
            if (server.server().reload_tls(TlsReload::always)) ++reloads;
        }
    });
    for (int i = 0; i < 50; ++i) {
        TlsClient client(server.port(), {});
        CHECK(client.is_connected());
        CHECK(answers(client));
    }
    is_done = true;
    reloading.join();
    CHECK(reloads >= 10);
}

}  // namespace
}  // namespace latchkey::test
