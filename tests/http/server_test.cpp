// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/server.hpp"

#include "http/test_server.hpp"

#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

namespace latchkey::test {

namespace {

using http::Method;
using http::Outcome;
using http::Request;
using http::Response;
using http::Router;
using http::Save;

/// Echoes, saves, throws.
Router router_of_many() {
    Router router;
    router.add(text_route(Method::get, "/", [](const Request&) { return std::string("home"); }));
    router.add(text_route(Method::get, "/people/{name}/keys/{key}", [](const Request& request) {
        return request.path_parameters.at(0) + "|" + request.path_parameters.at(1);
    }));
    router.add(text_route(Method::post, "/echo", [](const Request& request) {
        return request.body;
    }));
    return router;
}

}  // namespace

TEST_CASE("a GET is routed, answered, and the connection goes on") {
    TestServer server(router_of_many());
    auto client = server.client();
    const auto first = client.get("/");
    CHECK(first.status == 200);
    CHECK(first.body == "home");
    CHECK(client.get("/people/ada/keys/7").body == "ada|7");
    CHECK(client.post("/echo", {{"a", "1 2"}, {"b", "&"}}).body == "a=1%202&b=%26");
    CHECK(client.get("/nowhere").status == 404);
}

TEST_CASE("a Save goes to the store, and its continuation gets the result") {
    Router router;
    router.add(
        {.method = Method::post,
         .pattern = "/save",
         .handler = [](const Request& request) -> Outcome {
             return Save{
                 .commit = {.changes = {accounts::MarkRecovered{}}},
                 .then = [&request](const store::CommitResult& result) -> Outcome {
                     const bool is_saved = std::holds_alternative<store::Committed>(result);
                     return Response{
                         .status = is_saved ? 200 : 409,
                         .content_type = "text/plain; charset=utf-8",
                         .body = request.body
                     };
                 }
             };
         }}
    );
    TestServer server(std::move(router));
    const auto answer_of = [&](store::CommitResult result) {
        RawConnection connection(server.port());
        connection.send("POST /save HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 2\r\n\r\nhi"
        );
        CHECK(server.store.answer(std::move(result)).changes.size() == 1);
        return connection.read_response().value();
    };
    CHECK(answer_of(store::Committed{}).status == 200);
    CHECK(answer_of(store::Refused{.change = 0}).status == 409);
    CHECK(answer_of(store::Unknown{}).body == "hi");
}

}  // namespace latchkey::test
