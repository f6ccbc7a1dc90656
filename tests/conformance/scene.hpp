// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "http/test_server.hpp"
#include "latchkey/webauthn.hpp"
#include "support/authenticator.hpp"
#include "support/conformance_front.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// The conformance API over HTTP, with a client and an authenticator as the tools have them.
namespace latchkey::test {

inline const std::string scene_origin = "https://example.org";
inline const std::string scene_user = "ada@example.org";

inline ConformanceFront::Settings scene_settings() {
    return {
        .rp =
            {.id = webauthn::RpId("example.org"),
             .name = "Example",
             .origins = {webauthn::Origin(scene_origin)}},
        .now = certificate_time
    };
}

/// The four routes of the front.
inline http::Router conformance_routes(ConformanceFront& front) {
    http::Router router;
    for (const char* path :
         {"/attestation/options", "/attestation/result", "/assertion/options", "/assertion/result"
         }) {
        router.add({
            .method = http::Method::post,
            .pattern = path,
            .handler = [&front](const http::Request& request) -> http::Outcome {
                return http::json_response(
                    200, json::write(front.answer(request.path, request.body))
                );
            },
            .body_limit = 262'144,
        });
    }
    return router;
}

class ConformanceScene {
public:
    explicit ConformanceScene(ConformanceFront::Settings settings = scene_settings())
        : front(std::move(settings)) {}

    json::Value post(std::string_view path, std::string_view body) {
        const auto response = client_.post_json(path, body);
        REQUIRE(response.status == 200);
        auto answer = json::parse(response.body);
        REQUIRE(answer);
        return *std::move(answer);
    }

    json::Value send(std::string_view path, const json::Value& body) {
        return post(path, json::write(body));
    }

    json::Value registration_options(std::initializer_list<json::Member> more = {}) {
        auto request = json::object({{"username", scene_user}, {"displayName", "Ada"}});
        for (const auto& [name, value] : more) {
            request.set(name, value);
        }
        return send("/attestation/options", request);
    }

    json::Value authentication_options(std::initializer_list<json::Member> more = {}) {
        auto request = json::object({{"username", scene_user}});
        for (const auto& [name, value] : more) {
            request.set(name, value);
        }
        return send("/assertion/options", request);
    }

    /// A registration that the authenticator has answered and that can still be changed.
    RegistrationDraft begin_registration(std::initializer_list<json::Member> more = {}) {
        return authenticator.draft_create(json::write(registration_options(more)), scene_origin)
            .value();
    }

    AssertionDraft begin_authentication(std::initializer_list<json::Member> more = {}) {
        return authenticator.draft_get(json::write(authentication_options(more)), scene_origin)
            .value();
    }

    /// Registers, as must be done before any authentication.
    void enrol() {
        const auto made = begin_registration().finish();
        REQUIRE(post("/attestation/result", made.to_json()).find("status")->as_string() != nullptr);
    }

    ConformanceFront front;
    SoftwareAuthenticator authenticator;

private:
    TestServer server_{conformance_routes(front)};
    HttpClient client_ = server_.client();
};

inline bool is_ok(const json::Value& answer) {
    const std::string* status = answer.find_string("status");
    const std::string* message = answer.find_string("errorMessage");
    REQUIRE(status != nullptr);
    REQUIRE(message != nullptr);
    CHECK((*status == "ok" || *status == "failed"));
    CHECK((*status == "ok") == message->empty());
    return *status == "ok";
}

}  // namespace latchkey::test
