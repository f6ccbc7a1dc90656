// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// The real program with TLS, and its certificate renewed while it serves.
#include "app/program.hpp"
#include "support/tls_client.hpp"

#include <csignal>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using test::Program;
using test::TlsClient;
using test::TlsFolder;

struct SecureProgram {
    TlsFolder tls;
    TlsFolder renewed;
    Program program{
        "",
        "[tls]\ncertificate = \"" + tls.file("certificate.pem") + "\"\nkey = \"" +
            tls.file("key.pem") + "\"\n"
    };

    SecureProgram() { program.replace_in_config("http://localhost", "https://localhost"); }

    void renew() const {
        tls.take("certificate.pem", renewed);
        tls.take("key.pem", renewed);
    }

    [[nodiscard]] std::string certificate() const {
        return TlsClient(program.port(), {}).certificate();
    }

    [[nodiscard]] bool answers() const {
        const TlsClient client(program.port(), {});
        client.send(
            "GET /health HTTP/1.1\r\nHost: localhost:" + std::to_string(program.port()) +
            "\r\nConnection: close\r\n\r\n"
        );
        return client.read_until("never").starts_with("HTTP/1.1 200 ");
    }
};

}  // namespace

TEST_CASE("SIGHUP reads the TLS files again; a wrong pair is told in the log and not used") {
    SecureProgram secure;
    Program& program = secure.program;
    program.start();
    const std::string first = secure.certificate();
    CHECK(secure.answers());

    secure.tls.take("certificate.pem", secure.renewed);
    program.process().signal(SIGHUP);
    const std::string told = program.await("tls_not_reloaded");
    CHECK(told.find("belong to the certificate") != std::string::npos);
    CHECK(told.find("\"level\":\"error\"") != std::string::npos);
    CHECK(secure.certificate() == first);

    secure.tls.take("key.pem", secure.renewed);
    program.process().signal(SIGHUP);
    program.await(R"("event":"tls_reloaded")");
    CHECK(secure.certificate() != first);
    CHECK(secure.answers());
    CHECK(program.stop() == 0);
}

TEST_CASE("A renewed certificate is found without a signal, within seconds") {
    SecureProgram secure;
    secure.program.start();
    const std::string first = secure.certificate();
    secure.renew();
    secure.program.await(R"("event":"tls_reloaded")");
    CHECK(secure.certificate() != first);
    CHECK(secure.program.stop() == 0);
}

TEST_CASE("Without TLS, SIGHUP changes nothing and ends nothing") {
    Program program;
    program.start();
    program.process().signal(SIGHUP);
    program.process().signal(SIGHUP);
    CHECK(program.stop() == 0);
    CHECK(program.log().find("tls_") == std::string::npos);
}

}  // namespace latchkey::app
