// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/provider.hpp"

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "http/fake_store.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"
#include "pages/providers.hpp"
#include "support/http_client.hpp"
#include "support/jwt.hpp"
#include "support/private_key.hpp"
#include "support/process.hpp"
#include "support/tls_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::string_view client_id = "latchkey";
constexpr std::string_view client_secret = "a secret: with + and %";

Response json_of(const json::Value& value, std::string cache_control = "no-store") {
    Response response = http::json_response(200, json::write(value));
    std::erase_if(response.headers, [](const auto& header) {
        return header.first == "Cache-Control";
    });
    response.headers.emplace_back("Cache-Control", std::move(cache_control));
    return response;
}

Response refuse(std::string error) {
    return http::json_response(400, json::write(json::object({{"error", std::move(error)}})));
}

std::int64_t seconds_of(TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// What an authorization request asked for, until its code is redeemed.
struct Asked {
    std::string nonce;
    std::string challenge;
    std::string redirect_uri;
};

}  // namespace

struct Provider::State {
    explicit State(Provider& owner) : provider(owner) {}

    void count(const Request& request) {
        const std::scoped_lock lock(mutex);
        ++counts[request.path];
    }

    template <class Answer>
    void serve(Method method, std::string path, Answer answer) {
        router.add({
            .method = method,
            .pattern = std::move(path),
            .handler = [this, answer](const Request& request) -> http::Outcome {
                count(request);
                if (provider.script.is_down) return Response{.status = 503};
                return answer(request);
            },
        });
    }

    [[nodiscard]] json::Value metadata() const {
        const std::string base = provider.issuer();
        return provider.script.metadata(json::object({
            {"issuer", base},
            {"authorization_endpoint", base + "/authorize"},
            {"token_endpoint", base + "/token"},
            {"userinfo_endpoint", base + "/userinfo"},
            {"jwks_uri", base + "/keys"},
        }));
    }

    [[nodiscard]] json::Value right_claims(const Asked& asked) const {
        return json::object({
            {"iss", provider.issuer()},
            {"sub", subject},
            {"aud", client_id},
            {"exp", seconds_of(provider.clock.now() + std::chrono::minutes(5))},
            {"iat", seconds_of(provider.clock.now())},
            {"nonce", asked.nonce},
            {"email", email},
            {"email_verified", true},
        });
    }

    [[nodiscard]] bool knows_client(const Request& request, const http::Form& form) const {
        if (const std::string* header = request.header("authorization")) {
            const std::string pair = std::string(client_id) + ":" + percent_encode(client_secret);
            return *header == "Basic " + base64_encode(bytes_of(pair));
        }
        return provider.script.takes_form && form.get("client_id") == client_id &&
               !form.get("client_secret").empty();
    }

    http::Outcome redeem(const Request& request) {
        const auto form = http::parse_form(request.body);
        if (!form || !knows_client(request, *form)) return refuse("invalid_client");
        const auto found = codes.find(std::string(form->get("code")));
        if (found == codes.end()) return refuse("invalid_grant");
        const Asked asked = found->second;
        codes.erase(found);
        const auto hash = crypto::sha256(bytes_of(form->get("code_verifier")));
        const bool is_right = form->get("redirect_uri") == asked.redirect_uri &&
                              base64url_encode(hash) == asked.challenge;
        if (!is_right) return refuse("invalid_grant");
        const json::Value claims = provider.script.claims(right_claims(asked));
        const auto& sign = provider.script.sign;
        return json_of(provider.script.tokens(json::object({
            {"token_type", "Bearer"},
            {"access_token", "access"},
            {"id_token", sign ? sign(claims) : provider.sign(claims)},
        })));
    }

    Provider& provider;
    TlsFolder tls;
    FakeStore store;
    crypto::SystemRandom random;
    http::Router router;
    std::unique_ptr<http::Server> server;
    std::thread thread;
    std::map<std::string, Asked> codes;
    std::size_t next_code = 0;
    std::uint64_t key_number = 1;
    std::string subject = "ada-there";
    std::string email = "ada@example.com";
    mutable std::mutex mutex;
    std::map<std::string, std::size_t, std::less<>> counts;  // guarded by mutex
};

Provider::Provider() : state_(std::make_unique<State>(*this)) {
    State& state = *state_;
    state.serve(Method::get, "/.well-known/openid-configuration", [&state](const Request&) {
        return json_of(state.metadata(), "max-age=600");
    });
    state.serve(Method::get, "/keys", [&state, this](const Request&) {
        const auto key = PrivateKey::make(webauthn::CoseAlgorithm::es256, state.key_number);
        const json::Array keys{jwk_of(key, "k" + std::to_string(state.key_number))};
        return json_of(script.keys(json::object({{"keys", keys}})), "max-age=3600");
    });
    state.serve(Method::post, "/token", [&state](const Request& request) {
        return state.redeem(request);
    });
    state.serve(Method::get, "/userinfo", [this](const Request& request) -> http::Outcome {
        const std::string* header = request.header("authorization");
        if (header == nullptr || *header != "Bearer access") return Response{.status = 401};
        return http::json_response(200, script.userinfo);
    });
    const std::string port = std::to_string(free_port());
    auto created = http::Server::create(
        {
            .listen = "127.0.0.1:" + port,
            .tls = state.tls.files(),
            .hosts = {"localhost:" + port},
        },
        state.router,
        state.store,
        clock,
        state.random
    );
    if (!created) throw std::runtime_error(created.error().what);
    state.server = std::move(*created);
    state.thread = std::thread([&state] { state.server->run(); });
}

Provider::~Provider() {
    state_->server->stop();
    state_->thread.join();
}

std::string Provider::issuer() const {
    return "https://localhost:" + std::to_string(state_->server->port());
}

pages::ConfiguredProvider Provider::configured(std::string name, oidc::ProviderKind kind) const {
    pages::ConfiguredProvider made;
    made.provider.name = name;
    made.provider.label = "Provider " + name;
    made.provider.kind = kind;
    made.provider.issuer = issuer();
    made.provider.client_id = client_id;
    made.provider.credential = SecretText(std::string(client_secret));
    made.reach = outbound::Reach::private_networks;
    made.ca_file = state_->tls.file("certificate.pem");
    return made;
}

Fields Provider::agree(std::string_view location) {
    REQUIRE(location.starts_with(issuer() + "/authorize?"));
    const Fields request = query_of(location);
    CHECK(field_of(request, "response_type") == "code");
    CHECK(field_of(request, "client_id") == client_id);
    CHECK(field_of(request, "code_challenge_method") == "S256");
    const std::string code = "code-" + std::to_string(state_->next_code++);
    state_->codes[code] = {
        .nonce = field_of(request, "nonce"),
        .challenge = field_of(request, "code_challenge"),
        .redirect_uri = field_of(request, "redirect_uri"),
    };
    return {{"code", code}, {"state", field_of(request, "state")}};
}

void Provider::rotate_keys() {
    ++state_->key_number;
}

void Provider::next_person(std::string subject, std::string email) {
    state_->subject = std::move(subject);
    state_->email = std::move(email);
}

std::string Provider::sign(const json::Value& claims) const {
    const auto key = PrivateKey::make(webauthn::CoseAlgorithm::es256, state_->key_number);
    return sign_token(key, "k" + std::to_string(state_->key_number), claims);
}

std::size_t Provider::asked(std::string_view path) const {
    const std::scoped_lock lock(state_->mutex);
    const auto found = state_->counts.find(path);
    return found == state_->counts.end() ? 0 : found->second;
}

Fields query_of(std::string_view url) {
    const auto form = http::parse_form(url.substr(url.find('?') + 1));
    REQUIRE(form.has_value());
    return form->fields();
}

std::string field_of(const Fields& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, [](const auto& field) {
        return std::string_view(field.first);
    });
    REQUIRE_MESSAGE(found != fields.end(), name);
    return found->second;
}

}  // namespace latchkey::test
