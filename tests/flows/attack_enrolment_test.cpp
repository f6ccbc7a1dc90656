// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/routes.hpp"
#include "support/authenticator.hpp"

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view to_add = "?intent=add-passkey";

/// What `device` would send to add a passkey, made for options as a thief would write them.
std::string plant(SoftwareAuthenticator& device, const Person& victim) {
    const std::string handle =
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAA";
    const json::Value options = json::object({
        {"challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"rp", json::object({{"id", "localhost"}, {"name", "Example"}})},
        {"user",
         json::object({{"id", handle}, {"name", victim.email}, {"displayName", victim.email}})},
        {"pubKeyCredParams", json::Array{json::object({{"type", "public-key"}, {"alg", -7}})}},
        {"excludeCredentials", json::Array{}},
    });
    const auto response = device.create(json::write(options), flow_origin);
    REQUIRE(response);
    return *response;
}

std::string with_id(std::string_view pattern, const std::string& id) {
    const std::size_t at = pattern.find("{id}");
    if (at == std::string_view::npos) return std::string(pattern);
    return std::string(pattern.substr(0, at)) + id + std::string(pattern.substr(at + 4));
}

TEST_CASE("T3: a stolen session plants no passkey, whatever route it is replayed against") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto planted = new_device();
    const std::string response = plant(planted, ada);

    // The thief has a browser of his own, with its token, and the stolen session cookie.
    Browser thief(latchkey, {.address = "203.0.113.5"});
    thief.get("/sign-in?intent=add-passkey");
    const std::string csrf = thief.page().text("csrf");
    const std::string ceremony = thief.page().text("ceremony");
    const std::string id = ada.passkeys()[0].public_id.value();
    std::size_t routes = 0;
    for (const pages::PageRoute& route : pages::page_routes()) {
        if (route.pattern == "/sign-out") continue;  // the thief may well end the session
        thief.http().cookies["__Host-latchkey_session"] =
            ada.browser.http().cookies.at("__Host-latchkey_session");
        const std::string path = with_id(route.pattern, id);
        if (route.method == http::Method::post) {
            for (const std::string_view query : {"", "?intent=add-passkey", "?replaces="}) {
                thief.http().post(
                    path + std::string(query),
                    {{"csrf", csrf},
                     {"ceremony", ceremony},
                     {"response", response},
                     {"name", "x"},
                     {"code", "12345678"},
                     {"intent", "add-passkey"},
                     {"email", "eve@example.com"}}
                );
            }
        } else {
            thief.http().get(path);
        }
        ++routes;
        CHECK(ada.passkeys().size() == 1);
        CHECK_FALSE(
            latchkey.store().find_passkey(webauthn::CredentialId(planted.credentials().front().id))
        );
    }
    CHECK(routes == pages::page_routes().size() - 1);
}

TEST_CASE("T4: a first proof alone enrols nothing on an account with a second factor") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto biometrics = new_device();
    ada.add_passkey_on(biometrics);
    // No page of this version makes a second factor; the database of a later one may have it.
    accounts::Passkey factor = ada.passkeys()[1];
    const auto account = ada.account();
    latchkey.commit({accounts::RemovePasskey{.account = account->id, .passkey = factor.id}});
    factor.id = accounts::PasskeyId(latchkey.store().next_id());
    factor.purpose = accounts::CredentialPurpose::second_factor;
    latchkey.commit({accounts::AddPasskey{factor}});

    Person thief(latchkey, ada.email);
    for (const std::string_view query : {"", "?intent=add-passkey", "?intent=confirm"}) {
        latchkey.clock.advance(15min);  // as fast as codes may be asked for
        CHECK(thief.prove_by_code(query).location() == "/sign-in/second-step");
        CHECK_FALSE(thief.is_signed_in());
        CHECK(thief.browser.get("/sign-in/add-passkey").status() == 409);
    }
    CHECK_FALSE(ada.account()->recovered_at);

    // The second factor does not sign in alone, although it is discoverable.
    const Page alone = thief.sign_in_with(biometrics);
    CHECK(alone.status() == 422);
    CHECK(alone.error() == "second_step_only");
    CHECK(alone.find("signal_unknown") == nullptr);
}

TEST_CASE("T6: a hundred parallel finishes of one enrolment make one credential") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().status() == 303);
    REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
    const std::string csrf = ada.browser.page().text("csrf");
    const std::string options = ada.browser.ceremony_options();

    constexpr std::size_t count = 100;
    std::vector<HttpClient> clients;
    std::vector<std::string> responses;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(ada.browser.twin());
        // Half of them the same response, half of them each from a device of its own.
        auto device = new_device();
        const auto response = (i % 2 == 0 ? ada.device : device).create(options, flow_origin);
        responses.push_back(*response);
    }
    for (std::size_t i = 2; i < count; i += 2) {
        responses[i] = responses[0];
    }

    std::atomic<int> done = 0;
    std::atomic<int> refused = 0;
    in_parallel(count, [&](std::size_t i) {
        const auto answer =
            clients[i].post("/sign-in/add-passkey", {{"csrf", csrf}, {"response", responses[i]}});
        (answer.status == 200 ? done : refused) += answer.status == 200 || answer.status == 409;
    });
    CHECK(done == 1);
    CHECK(refused == count - 1);
    CHECK(ada.passkeys().size() == 1);
    CHECK(ada.account()->factors == 1);
    CHECK(latchkey.store().list_sessions(ada.account()->id).size() == 1);
}

TEST_CASE("T17: a response of one ceremony is nothing to the other") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.sign_in(to_add).status() == 200);
    REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
    const auto creation = json::parse(ada.browser.ceremony_options());
    REQUIRE(creation);
    const std::string challenge = *creation->find_string("challenge");

    // An assertion over the challenge of a registration, sent as that registration.
    const json::Value request = json::object(
        {{"challenge", challenge}, {"rpId", "localhost"}, {"allowCredentials", json::Array{}}}
    );
    const auto assertion = ada.device.get(json::write(request), flow_origin);
    REQUIRE(assertion);
    CHECK(ada.post_attestation(*assertion).status() == 400);

    // Client data of a "get" inside a registration.
    auto other = new_device();
    auto draft = other.draft_create(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    draft->client.type = "webauthn.get";
    CHECK(ada.post_attestation(draft->finish().to_json()).error() == "passkey_not_created");

    // The challenge of a registration does not sign in, nor does client data of a "create".
    Person elsewhere(latchkey, ada.email);
    elsewhere.browser.get("/sign-in");
    CHECK(elsewhere.post_assertion(*assertion).error() == "passkey_refused");
    auto signed_draft = ada.device.draft_get(elsewhere.browser.ceremony_options(), flow_origin);
    REQUIRE(signed_draft);
    signed_draft->client.type = "webauthn.create";
    CHECK(elsewhere.post_assertion(signed_draft->finish().to_json()).error() == "passkey_refused");
    CHECK_FALSE(elsewhere.is_signed_in());
    CHECK(ada.passkeys().size() == 1);
}

TEST_CASE("T17: a challenge serves what it was issued for: a sign-in becomes no enrolment") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    const auto response = ada.device.get(ada.browser.ceremony_options(), flow_origin);
    const HttpResponse done = ada.browser.http().post(
        "/sign-in/passkey?intent=add-passkey&replaces=" + ada.passkeys()[0].public_id.value(),
        {{"csrf", ada.browser.page().text("csrf")},
         {"ceremony", ada.browser.page().text("ceremony")},
         {"response", *response},
         {"intent", "add-passkey"}}
    );
    CHECK(done.status == 200);
    CHECK(ada.is_signed_in());
    CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_sign_in"));
}

TEST_CASE("T18: a credential with the user handle of another account signs nobody in") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Person eve(latchkey, "eve@example.com");
    ada.sign_up();
    eve.sign_up();
    eve.browser.http().cookies.clear();
    const Bytes victim = ada.account()->user_handle.value();
    for (const std::optional<Bytes>& handle :
         {std::optional(victim), std::optional<Bytes>(), std::optional(Bytes(64))}) {
        eve.browser.get("/sign-in");
        auto draft = eve.device.draft_get(eve.browser.ceremony_options(), flow_origin);
        REQUIRE(draft);
        draft->user_handle = handle;
        const Page refused = eve.post_assertion(draft->finish().to_json());
        CHECK(refused.status() == 422);
        CHECK(refused.error() == "passkey_refused");
        CHECK_FALSE(eve.is_signed_in());
    }
}

TEST_CASE("T19: nobody registers a credential id that another account has, with its key or another"
) {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person eve(latchkey, "eve@example.com");
    REQUIRE(eve.prove_by_code().status() == 303);
    REQUIRE(eve.browser.get("/sign-in/add-passkey").status() == 200);
    auto draft = eve.device.draft_create(eve.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    draft->data.credential_id = ada.passkeys()[0].record.id.value();
    const Page refused = eve.post_attestation(draft->finish().to_json());
    CHECK(refused.status() == 409);
    CHECK(refused.error() == "already_registered");
    CHECK_FALSE(eve.account());
    CHECK(ada.sign_in().status() == 200);
    CHECK(eve.create_passkey().status() == 200);  // the sign-in goes on with a passkey of her own
}

}  // namespace
}  // namespace latchkey::test
