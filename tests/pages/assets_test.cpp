// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/assets.hpp"

#include "base/json.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/embedded.hpp"
#include "pages/language.hpp"
#include "pages/render.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace embedded = latchkey::pages::embedded;
using latchkey::http::Request;
using latchkey::http::Response;

namespace {

const embedded::Asset& asset(std::string_view logical_name) {
    for (const auto& candidate : embedded::assets()) {
        if (candidate.logical_name == logical_name) return candidate;
    }
    FAIL("no such asset");
    return embedded::assets().front();
}

struct Headers {
    std::string accept_encoding;
    std::string if_none_match;
};

Response get(std::string_view name, const Headers& headers) {
    Request request;
    request.path_parameters = {std::string(name)};
    if (!headers.accept_encoding.empty()) {
        request.headers.emplace_back("accept-encoding", headers.accept_encoding);
    }
    if (!headers.if_none_match.empty()) {
        request.headers.emplace_back("if-none-match", headers.if_none_match);
    }
    return std::get<Response>(latchkey::pages::get_asset(request, {}));
}

std::string header(const Response& response, std::string_view name) {
    const auto found = std::ranges::find_if(response.headers, [name](const auto& pair) {
        return pair.first == name;
    });
    return found == response.headers.end() ? "" : found->second;
}

/// The coding that Accept-Encoding leads to; empty: plain.
std::string coding_for(const std::string& accept_encoding) {
    const auto& css = asset("app.css");
    const Response response = get(css.name, {.accept_encoding = accept_encoding});
    const std::string coding = header(response, "Content-Encoding");
    const auto compressed = coding == "br" ? css.brotli : css.gzip;
    CHECK(response.body == (coding.empty() ? css.plain : compressed).view());
    return coding;
}

}  // namespace

TEST_CASE("an asset is cached for ever under the name of its content") {
    const auto& js = asset("app.js");
    const Response response = get(js.name, {});
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/javascript; charset=utf-8");
    CHECK(response.body == js.plain.view());
    CHECK(header(response, "Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(header(response, "Vary") == "Accept-Encoding");
    CHECK(std::string_view(js.name) == "app-" + std::string(js.hash) + ".js");
}

TEST_CASE("a name that is no asset is not found") {
    for (const char* name : {"", "app.js", "app-0000000000000000.js", "../app.js", "embedded.S"}) {
        CAPTURE(name);
        CHECK(get(name, {}).status == 404);
    }
}

TEST_CASE("Accept-Encoding decides by weight, then by size (RFC 9110 section 12.5.3)") {
    CHECK(coding_for("gzip, deflate, br, zstd") == "br");
    CHECK(coding_for("gzip, deflate") == "gzip");
    CHECK(coding_for("GZip") == "gzip");
    CHECK(coding_for("br;q=0.5, gzip;q=0.9") == "gzip");
    CHECK(coding_for("br;q=0.9 , gzip ; q=0.9") == "br");
    CHECK(coding_for("br;q=0, gzip") == "gzip");
    CHECK(coding_for("*") == "br");
    CHECK(coding_for("*;q=0.1, br;q=0") == "gzip");
    CHECK(coding_for("br;q=0.001") == "br");
    CHECK(coding_for("deflate") == "");
    CHECK(coding_for("identity, br;q=0.5") == "");
    CHECK(coding_for("identity;q=0") == "");
}

TEST_CASE("a weight that is none does not count, and does not break the rest") {
    CHECK(coding_for("br;q=2, gzip") == "gzip");
    CHECK(coding_for("br;q=1.001, gzip") == "gzip");
    CHECK(coding_for("br;q=0.1234, gzip;q=0.1") == "gzip");
    CHECK(coding_for("br;q=-1, gzip;q=0.1") == "gzip");
    CHECK(coding_for("br;q=, gzip;q=0.1") == "gzip");
    CHECK(coding_for("br;x=1, gzip;q=0.1") == "gzip");
    CHECK(coding_for(",,;;q=,=") == "");
}

TEST_CASE("each representation has its own tag, and a known one is not sent again") {
    const auto& css = asset("app.css");
    const Response plain = get(css.name, {});
    const Response brotli = get(css.name, {.accept_encoding = "br"});
    CHECK(header(plain, "ETag") == '"' + std::string(css.hash) + '"');
    CHECK(header(brotli, "ETag") != header(plain, "ETag"));

    for (const std::string& known :
         {header(plain, "ETag"),
          "W/" + header(plain, "ETag"),
          "\"x\", " + header(plain, "ETag"),
          std::string("*")}) {
        CAPTURE(known);
        const Response again = get(css.name, {.accept_encoding = {}, .if_none_match = known});
        CHECK(again.status == 304);
        CHECK(again.body.empty());
        CHECK(header(again, "ETag") == header(plain, "ETag"));
    }
    CHECK(
        get(css.name, {.accept_encoding = {}, .if_none_match = header(brotli, "ETag")}).status ==
        200
    );
}

TEST_CASE("the sign-in page keeps its budget: 5 requests, 25 KB compressed, 12 KB of script") {
    auto renderer = latchkey::pages::Renderer::create({.name = "Example", .support = "a@b.c"});
    REQUIRE(renderer.has_value());
    Request request;
    request.id = "BBBBBBBBBBBBBBBBBBBBBB";
    const std::string ceremony(400, 'x');  // sealed: does not compress
    const auto page =
        (*renderer)
            ->in(latchkey::pages::Language::en)
            .page(
                request,
                "sign_in",
                latchkey::json::object(
                    {{"csrf", ceremony}, {"ceremony", ceremony}, {"options", ceremony}}
                )
            );
    std::uint64_t bytes = page.body.size();  // pages are sent as they are
    std::size_t requests = 1;
    for (const auto& candidate : embedded::assets()) {
        if (page.body.find(candidate.name) == std::string::npos) continue;
        bytes += candidate.brotli.size;
        ++requests;
    }
    MESSAGE(
        "sign-in page: ",
        requests,
        " requests, ",
        bytes,
        " bytes; script ",
        asset("app.js").brotli.size
    );
    CHECK(requests <= 5);
    CHECK(bytes <= 25'000);
    CHECK(asset("app.js").brotli.size <= 12'000);
    CHECK(asset("app.js").brotli.size < asset("app.js").gzip.size);
}

TEST_CASE("scripts hold nothing that Trusted Types would refuse") {
    const std::string_view js = asset("app.js").plain.view();
    for (const char* sink :
         {"innerHTML",
          "outerHTML",
          "insertAdjacentHTML",
          "document.write",
          "eval(",
          "srcdoc",
          "createContextualFragment",
          "DOMParser",
          "Function(",
          "localStorage",
          "sessionStorage"}) {
        CAPTURE(sink);
        CHECK(js.find(sink) == std::string_view::npos);
    }
}
