// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/tls.hpp"

#include "http/request.hpp"
#include "http/router.hpp"
#include "http/test_server.hpp"
#include "support/http_client.hpp"
#include "support/tls_client.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <openssl/ssl.h>

namespace latchkey::test {

namespace {

using http::Method;
using http::Request;
using http::Router;

/// The error of loading these files, or "".
std::string error_of(const TlsFolder& folder, std::string_view certificate, std::string_view key) {
    const auto loaded = http::TlsContext::load(folder.file(certificate), folder.file(key));
    return loaded ? std::string() : loaded.error();
}

Router router_over_tls() {
    Router router;
    router.add(text_route(Method::get, "/", [](const Request&) { return std::string("home"); }));
    router.add(text_route(Method::post, "/echo", [](const Request& request) {
        return request.body;
    }));
    router.add(text_route(Method::get, "/big", [](const Request&) {
        return std::string(3'000'000, 'x') + "end";
    }));
    return router;
}

}  // namespace

TEST_CASE("12.1.1: TLS 1.2 and 1.3 are served, TLS 1.1 is refused") {
    const TlsFolder folder;
    const TestServer server(router_over_tls(), {.tls = folder.files()});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const TlsClient client(server.port(), {.lowest = version, .highest = version});
        REQUIRE(client.is_connected());
        CHECK(SSL_version(client.session()) == version);
        client.send(get_with(""));
        CHECK(client.read_until("home").ends_with("home"));
        client.send(get_with(""));  // the connection goes on
        CHECK(client.read_until("home").ends_with("home"));
    }
    const TlsClient best(server.port(), {});
    CHECK(SSL_version(best.session()) == TLS1_3_VERSION);
    const TlsClient old(server.port(), {.lowest = TLS1_VERSION, .highest = TLS1_1_VERSION});
    CHECK_FALSE(old.is_connected());
}

TEST_CASE("12.1.2: only AEAD suites with forward secrecy are spoken") {
    const TlsFolder folder;
    const TestServer server(router_over_tls(), {.tls = folder.files()});
    const auto connects = [&](const char* suites) {
        return TlsClient(server.port(), {.highest = TLS1_2_VERSION, .suites = suites})
            .is_connected();
    };
    CHECK(connects("ECDHE-ECDSA-AES128-GCM-SHA256"));
    CHECK(connects("ECDHE-ECDSA-CHACHA20-POLY1305"));
    CHECK_FALSE(connects("ECDHE-ECDSA-AES128-SHA"));
    CHECK_FALSE(connects("ECDHE-ECDSA-AES128-SHA256"));
    CHECK_FALSE(connects("AES128-GCM-SHA256"));
    CHECK_FALSE(connects("ECDHE-ECDSA-AES128-CCM8"));
    CHECK_FALSE(connects("aNULL"));
}

TEST_CASE("ALPN: HTTP/1.1 is chosen; who offers other protocols only is refused (RFC 7301)") {
    const TlsFolder folder;
    const TestServer server(router_over_tls(), {.tls = folder.files()});
    const TlsClient both(server.port(), {.protocols = "\x02h2\x08http/1.1"});
    CHECK(both.is_connected());
    const unsigned char* chosen = nullptr;
    unsigned int length = 0;
    SSL_get0_alpn_selected(both.session(), &chosen, &length);
    CHECK(std::string_view(reinterpret_cast<const char*>(chosen), length) == "http/1.1");
    CHECK_FALSE(TlsClient(server.port(), {.protocols = "\x02h2\x04imap"}).is_connected());
}

TEST_CASE("a session is resumed by its ticket") {
    const TlsFolder folder;
    const TestServer server(router_over_tls(), {.tls = folder.files()});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const TlsClient first(server.port(), {.lowest = version, .highest = version});
        first.send(get_with(""));
        CHECK(first.read_until("home").ends_with("home"));  // the tickets of 1.3 came before it
        const auto session = first.take_session();
        const TlsClient second(
            server.port(), {.lowest = version, .highest = version, .resumed = session.get()}
        );
        CHECK(second.is_connected());
        CHECK(second.has_resumed());
    }
}

TEST_CASE("bodies of several records pass both ways, and requests that came in one record") {
    const TlsFolder folder;
    const TestServer server(router_over_tls(), {.tls = folder.files()});
    const TlsClient client(server.port(), {});
    client.send(get_with("", "/big"));
    CHECK(client.read_until("end").size() > 3'000'000);

    const std::string body = std::string(59'997, 'y') + "end";
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 60000\r\n\r\n" + body
    );
    CHECK(client.read_until("end").ends_with("\r\n\r\n" + body));

    client.send(get_with("") + get_with("") + get_with("Connection: close\r\n"));
    const auto answers = client.read_until("never");
    CHECK(answers.find("home") != answers.rfind("home"));
    CHECK(SSL_get_shutdown(client.session()) == SSL_RECEIVED_SHUTDOWN);  // no truncation
}

TEST_CASE("plain HTTP on a TLS port gets no answer in plain") {
    const TlsFolder folder;
    const TestServer server(router_over_tls(), {.tls = folder.files()});
    CHECK(server.answer_to(get_with("")).find("HTTP/1.1") == std::string::npos);
}

TEST_CASE("T37: a handshake that does not end in time is ended") {
    const TlsFolder folder;
    TestServer server(
        router_over_tls(),
        {.tls = folder.files(), .limits = {.head_timeout = std::chrono::milliseconds(40)}}
    );
    RawConnection silent(server.port());
    const TlsClient client(server.port(), {});
    client.send(get_with(""));
    CHECK(client.read_until("home").ends_with("home"));  // the silent one was accepted before
    server.clock.advance(std::chrono::milliseconds(40));
    CHECK(silent.read_to_end().empty());
}

TEST_CASE("a key that others can read is refused, and the mend is said") {
    const TlsFolder folder;
    for (const unsigned mode : {0604U, 0644U, 0606U, 0601U}) {
        folder.set_mode("key.pem", mode);
        const auto error = error_of(folder, "certificate.pem", "key.pem");
        CHECK(error.find("run chmod 600 ") != std::string::npos);
    }
    for (const unsigned mode : {0600U, 0640U, 0400U}) {
        folder.set_mode("key.pem", mode);
        CHECK(error_of(folder, "certificate.pem", "key.pem").empty());
    }
}

TEST_CASE("TLS files that do not fit are refused at start, in words") {
    const TlsFolder folder;
    const auto says = [&](std::string_view certificate, std::string_view key, std::string_view words
                      ) {
        const auto error = error_of(folder, certificate, key);
        CAPTURE(error);
        CHECK(error.find(words) != std::string::npos);
    };
    folder.add_key("other.pem");
    folder.add_key("encrypted.pem", "secret");
    std::filesystem::create_directory(folder.file("folder"));
    says("certificate.pem", "absent.pem", "No such file or directory");
    says("absent.pem", "key.pem", "cannot read the TLS certificate");
    says("key.pem", "key.pem", "must be a PEM file with the server's certificate first");
    says("certificate.pem", "certificate.pem", "run chmod 600");
    says("certificate.pem", "other.pem", "belong to the certificate");
    says("certificate.pem", "encrypted.pem", "must be an unencrypted PEM file");
    says("certificate.pem", "folder", "is not a regular file");
    CHECK(has_no_openssl_errors());  // nothing is left for others to trip over
}

}  // namespace latchkey::test
