// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/router.hpp"

#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace latchkey::test {

using http::Method;
using http::Outcome;
using http::Request;
using http::Response;
using http::Router;

namespace {

http::Route route(Method method, std::string pattern) {
    return {
        .method = method,
        .pattern = std::move(pattern),
        .handler = [](const Request&) -> Outcome { return Response{}; }
    };
}

Router router_with(const std::vector<http::Route>& routes) {
    Router router;
    for (const auto& each : routes) {
        router.add(each);
    }
    return router;
}

/// Whether adding both routes stops the process.
bool is_stopped_by(const http::Route& first, const http::Route& second) {
    const auto child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // doctest would report it
        (void)::freopen("/dev/null", "w", stderr);
        router_with({first, second});
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_CASE("a route is found by method and path, its parameters in order") {
    const auto router = router_with(
        {route(Method::get, "/"),
         route(Method::get, "/passkeys/{id}"),
         route(Method::post, "/passkeys/{id}/rename"),
         route(Method::get, "/a/{x}/b/{y}")}
    );
    const auto pattern_of = [&](Method method, std::string_view path) {
        const auto found = router.find(method, path);
        const auto* match = std::get_if<Router::Match>(&found);
        return match == nullptr ? std::string("none") : match->route->pattern;
    };
    CHECK(pattern_of(Method::get, "/") == "/");
    CHECK(pattern_of(Method::head, "/passkeys/7") == "/passkeys/{id}");
    CHECK(pattern_of(Method::post, "/passkeys/7/rename") == "/passkeys/{id}/rename");
    CHECK(pattern_of(Method::get, "/passkeys/") == "none");  // a parameter is never empty
    CHECK(pattern_of(Method::get, "/passkeys/7/") == "none");
    CHECK(pattern_of(Method::get, "/passkeys") == "none");
    CHECK(pattern_of(Method::get, "/PASSKEYS/7") == "none");

    const auto found = router.find(Method::get, "/a/1/b/2");
    REQUIRE(std::holds_alternative<Router::Match>(found));
    CHECK(std::get<Router::Match>(found).parameters == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a path that is there under another method says which ones it has (4.1.4)") {
    const auto router = router_with(
        {route(Method::get, "/both"), route(Method::post, "/both"), route(Method::post, "/post")}
    );
    const auto allow_of = [&](Method method, std::string_view path) {
        const auto found = router.find(method, path);
        const auto* no = std::get_if<Router::MethodNotAllowed>(&found);
        return no == nullptr ? std::string("found or not there") : no->allow;
    };
    CHECK(allow_of(Method::get, "/post") == "POST");
    CHECK(allow_of(Method::head, "/post") == "POST");
    CHECK(router.allowed("/both") == "GET, HEAD, POST");
    CHECK(router.allowed("/none").empty());
    CHECK(std::holds_alternative<Router::NotFound>(router.find(Method::post, "/none")));
}

TEST_CASE("two routes for one request stop the process at start") {
    CHECK(is_stopped_by(route(Method::get, "/a"), route(Method::get, "/a")));
    CHECK(is_stopped_by(route(Method::get, "/a/{x}"), route(Method::get, "/a/b")));
    CHECK(is_stopped_by(route(Method::get, "/{x}/b"), route(Method::get, "/a/{y}")));
    CHECK_FALSE(is_stopped_by(route(Method::get, "/a/{x}"), route(Method::post, "/a/{x}")));
    CHECK_FALSE(is_stopped_by(route(Method::get, "/a/{x}"), route(Method::get, "/a/")));
    CHECK_FALSE(is_stopped_by(route(Method::get, "/a/{x}"), route(Method::get, "/a/{x}/c")));
}

}  // namespace latchkey::test
