// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// `latchkey demo` of the real program.
#include "app/program.hpp"
#include "base/json.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using test::contains;
using test::field_of;
using test::HttpClient;
using test::HttpResponse;

// The demo on a free port, and what it said until it was ready.
struct Demo {
    explicit Demo(const test::Variables& environment = {{"SSH_CONNECTION", ""}})
        : process({
              .arguments =
                  {LATCHKEY_BINARY,
                   "demo",
                   "--data",
                   folder.file("demo"),
                   "--port",
                   std::to_string(port)},
              .environment = environment,
              .folder = {},
          }) {
        for (std::string line; !contains(line, "Ctrl-C stops it");) {
            line = process.read_line();
            greeting += line + "\n";
        }
    }

    test::TemporaryFolder folder;
    std::uint16_t port = test::free_port();
    test::Process process;
    std::string greeting;
};

json::Value mailbox(HttpClient& client) {
    const HttpResponse response = client.get("/demo/mail", {{"accept", "application/json"}});
    REQUIRE(response.status == 200);
    auto value = json::parse(response.body);
    REQUIRE(value.has_value());
    return std::move(value).value();
}

// Waits for the first mail without sleeping: each look is a request that the server answers.
json::Value first_mail(HttpClient& client) {
    for (int i = 0; i < 10'000; ++i) {
        const json::Value box = mailbox(client);
        const json::Array& mails = *box.find("mails")->as_array();
        if (!mails.empty()) return mails.front();
    }
    FAIL("no mail came");
    return {};
}

}  // namespace

TEST_CASE("The demo says where it is, sends 127.0.0.1 to localhost, and stops on Ctrl-C with 0") {
    Demo demo;
    const std::string origin = "http://localhost:" + std::to_string(demo.port);
    CHECK(contains(demo.greeting, "Open             " + origin + "/\n"));
    CHECK(contains(demo.greeting, origin + "/demo/mail\n"));
    CHECK_FALSE(contains(demo.greeting, "ssh -L"));

    HttpClient by_address(demo.port, "127.0.0.1:" + std::to_string(demo.port));
    const HttpResponse redirect = by_address.get("/sign-in?return_to=/help");
    CHECK(redirect.status == 303);
    CHECK(redirect.header("location") == origin + "/sign-in?return_to=/help");

    HttpClient client(demo.port);
    CHECK(client.get("/sign-in").status == 200);
    demo.process.signal(SIGINT);
    CHECK(demo.process.wait() == 0);
}

TEST_CASE("Whoever came by SSH is told the tunnel") {
    const Demo demo({{"SSH_CONNECTION", "198.51.100.7 50000 203.0.113.5 22"}, {"USER", "ada"}});
    const std::string port = std::to_string(demo.port);
    CHECK(contains(demo.greeting, "ssh -L " + port + ":localhost:" + port + " ada@203.0.113.5\n"));
}

TEST_CASE("The demo's own mail lands in its mailbox: a page, and JSON") {
    const Demo demo;
    HttpClient client(demo.port);
    CHECK(mailbox(client).find("mails")->as_array()->empty());
    const std::string page = client.get("/sign-in").body;
    const HttpResponse sent = client.post(
        "/sign-in/email",
        {{"csrf", field_of(page, "csrf")},
         {"ceremony", field_of(page, "ceremony")},
         {"email", "<i>ada</i>@example.test"}}
    );
    CHECK(sent.status == 422);  // an address it is not
    const HttpResponse again = client.post(
        "/sign-in/email",
        {{"csrf", field_of(page, "csrf")},
         {"ceremony", field_of(page, "ceremony")},
         {"email", "ada@example.test"}}
    );
    CHECK(again.status == 303);
    const json::Value mail = first_mail(client);
    CHECK(*mail.find_string("to") == "ada@example.test");
    const HttpResponse html = client.get("/demo/mail", {{"accept", "text/html"}});
    CHECK(contains(html.header("content-type"), "text/html"));
    CHECK(contains(html.body, *mail.find_string("subject")));

    // The mail is gone with the process; the account's data would stay.
    CHECK(contains(test::read_file(demo.folder.file("demo/latchkey.toml")), "localhost"));
}

TEST_CASE("The mailbox is for this machine: a proxy's request does not see it (V13)") {
    const Demo demo;
    HttpClient client(demo.port);
    for (const char* const header :
         {"x-forwarded-for",
          "forwarded",
          "via",
          "x-real-ip",
          "x-forwarded-host",
          "x-forwarded-proto"}) {
        CAPTURE(header);
        CHECK(client.get("/demo/mail", {{header, "192.0.2.1"}}).status == 404);
    }
    CHECK(client.get("/demo/mail").status == 200);
}

TEST_CASE("Outside the demo there is no mailbox (V13)") {
    test::Program program;
    program.start();
    HttpClient client(program.port());
    CHECK(client.get("/demo/mail").status == 404);
    CHECK(client.get("/demo/mail", {{"accept", "application/json"}}).status == 404);
    CHECK(program.stop() == 0);
}

TEST_CASE("The operator's commands work on the demo by the configuration that it wrote") {
    const Demo demo;
    const test::Finished list = test::run({
        .arguments =
            {LATCHKEY_BINARY, "user", "list", "--config", demo.folder.file("demo/latchkey.toml")},
        .environment = {},
        .folder = {},
    });
    CAPTURE(list.err);
    CHECK(list.status == 0);
}

}  // namespace latchkey::app
