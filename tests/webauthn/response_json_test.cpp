// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "webauthn/fixture.hpp"
#include "webauthn/limits.hpp"

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

json::Value parsed(const std::string& text) {
    constexpr json::Limits generous{.bytes = 1'000'000, .depth = 32, .values = 100'000};
    return json::parse(text, generous).value();
}

json::Value registration_json() {
    return parsed(RegistrationCase().made().to_json());
}

json::Value authentication_json() {
    return parsed(AuthenticationCase().made().to_json());
}

/// The value with one member of an inner object replaced.
void set_inside(json::Value& value, const char* object, const char* key, json::Value member) {
    json::Value inner = *value.find(object);
    inner.set(key, std::move(member));
    value.set(object, std::move(inner));
}

void erase(json::Value& value, std::string_view key) {
    json::Object kept;
    for (const auto& [name, member] : *value.as_object()) {
        if (name != key) kept.emplace_back(name, member);
    }
    value = json::Value(std::move(kept));
}

void erase_inside(json::Value& value, const char* object, std::string_view key) {
    json::Value inner = *value.find(object);
    erase(inner, key);
    value.set(object, std::move(inner));
}

struct Refusal {
    const char* rule;
    std::function<void(json::Value&)> change;
    Reason reason = Reason::response_malformed;
};

/// What both forms refuse.
const std::array common_refusals{
    Refusal{"no id", [](auto& v) { erase(v, "id"); }},
    Refusal{"another id than rawId", [](auto& v) { v.set("id", "AAAA"); }},
    Refusal{"an id of another type", [](auto& v) { v.set("id", 1); }},
    Refusal{"no rawId", [](auto& v) { erase(v, "rawId"); }},
    Refusal{
        "a rawId with padding",
        [](auto& v) {
            v.set("rawId", "AA==");
            v.set("id", "AA==");
        }
    },
    Refusal{
        "a rawId in the other alphabet",
        [](auto& v) {
            v.set("rawId", "+/+/");
            v.set("id", "+/+/");
        }
    },
    Refusal{
        "a rawId of 1024 bytes",
        [](auto& v) {
            const std::string id = base64url_encode(Bytes(limits::credential_id_bytes + 1));
            v.set("rawId", id);
            v.set("id", id);
        }
    },
    Refusal{"no type", [](auto& v) { erase(v, "type"); }},
    Refusal{"another type", [](auto& v) { v.set("type", "password"); }},
    Refusal{"no response", [](auto& v) { erase(v, "response"); }},
    Refusal{"a response that is no object", [](auto& v) { v.set("response", "{}"); }},
    Refusal{"no clientExtensionResults", [](auto& v) { erase(v, "clientExtensionResults"); }},
    Refusal{"no clientDataJSON", [](auto& v) { erase_inside(v, "response", "clientDataJSON"); }},
    Refusal{
        "clientDataJSON as an object",
        [](auto& v) { set_inside(v, "response", "clientDataJSON", json::Object()); }
    },
    Refusal{
        "clientDataJSON that is not base64url",
        [](auto& v) { set_inside(v, "response", "clientDataJSON", "{}"); }
    },
    Refusal{
        "clientDataJSON beyond its limit",
        [](auto& v) {
            set_inside(
                v,
                "response",
                "clientDataJSON",
                base64url_encode(Bytes(limits::client_data_bytes + 1))
            );
        }
    },
    Refusal{
        "results of the prf extension",
        [](auto& v) {
            set_inside(
                v,
                "clientExtensionResults",
                "prf",
                json::object({{"results", json::object({{"first", "AA"}})}})
            );
        },
        Reason::prf_results_received
    },
    Refusal{
        "client data that another client vouches for",
        [](auto& v) { set_inside(v, "clientExtensionResults", "remoteClientDataJSON", true); },
        Reason::remote_client_data
    },
};

std::string refusal_of(const Failure& failure) {
    return std::string(name_of(failure.reason)) + " at step " + std::to_string(failure.step);
}

std::string expected(const Refusal& refusal) {
    return std::string(name_of(refusal.reason)) + " at step 3";
}

}  // namespace

TEST_CASE("5.1: RegistrationResponseJSON is read with all that the server uses") {
    const RegistrationCase registration;
    const auto made = registration.made();
    const auto response = parse_registration_response(made.to_json());
    REQUIRE(response);
    CHECK(response->id().value() == made.credential_id);
    CHECK(test::copy_of(response->client_data_json()) == made.client_data_json);
    CHECK(response->transports() == std::vector<std::string>{"internal"});
    CHECK(response->extensions().discoverable == true);
    CHECK_FALSE(response->extensions().app_id_excluded);
    Verifier verifier;
    CHECK(verifier.verify_registration(
        registration.rp, registration.policy, registration.ceremony, *response, registration.now
    ));
}

TEST_CASE("5.1: AuthenticationResponseJSON is read with all that the server uses") {
    const AuthenticationCase authentication;
    const auto made = authentication.made();
    const auto response = parse_authentication_response(made.to_json());
    REQUIRE(response);
    CHECK(response->id().value() == made.credential_id);
    CHECK(response->user_handle() == authentication.record.user_handle);
    CHECK_FALSE(response->extensions().used_app_id);
    Verifier verifier;
    CHECK(verifier.verify_authentication(
        authentication.rp, authentication.ceremony, authentication.record, *response
    ));
}

TEST_CASE("5.1: an envelope that is wrong in one point is refused at step 3") {
    const json::Value good_registration = registration_json();
    const json::Value good_authentication = authentication_json();
    for (const Refusal& refusal : common_refusals) {
        CAPTURE(std::string(refusal.rule));
        auto registration = good_registration;
        refusal.change(registration);
        const auto first = parse_registration_response(json::write(registration));
        REQUIRE_FALSE(first);
        CHECK(refusal_of(first.error()) == expected(refusal));

        auto authentication = good_authentication;
        refusal.change(authentication);
        const auto second = parse_authentication_response(json::write(authentication));
        REQUIRE_FALSE(second);
        CHECK(refusal_of(second.error()) == expected(refusal));
    }
}

TEST_CASE("5.1: members of a registration response have their types") {
    for (const Refusal& refusal : {
             Refusal{
                 "no attestationObject",
                 [](auto& v) { erase_inside(v, "response", "attestationObject"); }
             },
             Refusal{
                 "transports as text",
                 [](auto& v) { set_inside(v, "response", "transports", "usb"); }
             },
             Refusal{
                 "a transport that is a number",
                 [](auto& v) { set_inside(v, "response", "transports", json::Array{1}); }
             },
             Refusal{
                 "a transport of 33 characters",
                 [](auto& v) {
                     set_inside(v, "response", "transports", json::Array{std::string(33, 'x')});
                 }
             },
             Refusal{
                 "17 transports",
                 [](auto& v) {
                     set_inside(v, "response", "transports", json::Array(17, json::Value("usb")));
                 }
             },
             Refusal{
                 "credProps as text",
                 [](auto& v) { set_inside(v, "clientExtensionResults", "credProps", "rk"); }
             },
             Refusal{
                 "credProps.rk as text",
                 [](auto& v) {
                     set_inside(
                         v, "clientExtensionResults", "credProps", json::object({{"rk", "true"}})
                     );
                 }
             },
         }) {
        CAPTURE(std::string(refusal.rule));
        auto value = registration_json();
        refusal.change(value);
        const auto response = parse_registration_response(json::write(value));
        REQUIRE_FALSE(response);
        CHECK(refusal_of(response.error()) == expected(refusal));
    }
}

TEST_CASE("5.1: members of an authentication response have their types") {
    for (const Refusal& refusal : {
             Refusal{
                 "no authenticatorData",
                 [](auto& v) { erase_inside(v, "response", "authenticatorData"); }
             },
             Refusal{
                 "authenticatorData beyond its limit",
                 [](auto& v) {
                     set_inside(
                         v,
                         "response",
                         "authenticatorData",
                         base64url_encode(Bytes(limits::authenticator_data_bytes + 1))
                     );
                 }
             },
             Refusal{"no signature", [](auto& v) { erase_inside(v, "response", "signature"); }},
             Refusal{
                 "a userHandle that is a number",
                 [](auto& v) { set_inside(v, "response", "userHandle", 1); }
             },
             Refusal{
                 "a userHandle of 65 bytes",
                 [](auto& v) {
                     set_inside(v, "response", "userHandle", base64url_encode(repeated(1, 65)));
                 }
             },
             Refusal{
                 "a signature beyond its limit",
                 [](auto& v) {
                     set_inside(
                         v,
                         "response",
                         "signature",
                         base64url_encode(repeated(1, limits::signature_bytes + 1))
                     );
                 }
             },
         }) {
        CAPTURE(std::string(refusal.rule));
        auto value = authentication_json();
        refusal.change(value);
        const auto response = parse_authentication_response(json::write(value));
        REQUIRE_FALSE(response);
        CHECK(refusal_of(response.error()) == expected(refusal));
    }
}

TEST_CASE("5.1: members that are new, missing or null where they may be are tolerated") {
    auto registration = registration_json();
    registration.set("somethingNew", json::object({{"deep", json::Array{1, 2}}}));
    erase(registration, "authenticatorAttachment");
    erase_inside(registration, "response", "transports");
    set_inside(registration, "response", "publicKeyAlgorithm", -7);
    erase_inside(registration, "clientExtensionResults", "credProps");
    set_inside(registration, "clientExtensionResults", "prf", json::object({{"enabled", true}}));
    const auto created = parse_registration_response(json::write(registration));
    REQUIRE(created);
    CHECK(created->transports().empty());
    CHECK_FALSE(created->extensions().discoverable);

    auto authentication = authentication_json();
    authentication.set("authenticatorAttachment", json::Value());
    set_inside(authentication, "response", "userHandle", json::Value());
    const auto asserted = parse_authentication_response(json::write(authentication));
    REQUIRE(asserted);
    CHECK_FALSE(asserted->user_handle());
    set_inside(authentication, "clientExtensionResults", "largeBlob", json::object({}));
    CHECK(parse_authentication_response(json::write(authentication)));
    erase_inside(authentication, "response", "userHandle");
    CHECK(parse_authentication_response(json::write(authentication)));
}

TEST_CASE("Text that is no JSON, has a key twice or is too large is refused at step 3") {
    const std::string good = RegistrationCase().made().to_json();
    CHECK(refusal_of(parse_registration_response("").error()) == "response_malformed at step 3");
    CHECK(
        refusal_of(parse_registration_response(good + "}").error()) ==
        "response_malformed at step 3"
    );
    const std::string twice = R"({"id":"AA",)" + good.substr(1);
    CHECK(refusal_of(parse_registration_response(twice).error()) == "response_malformed at step 3");
    const std::string large = good + std::string(limits::response_json_bytes, ' ');
    CHECK(refusal_of(parse_registration_response(large).error()) == "response_too_large at step 3");
    CHECK(
        refusal_of(parse_authentication_response(large).error()) == "response_too_large at step 3"
    );
}

TEST_CASE("Beyond the spec: the envelope names the credential that the authenticator made") {
    auto value = registration_json();
    const std::string other = base64url_encode(repeated(0x44, 32));
    value.set("id", other);
    value.set("rawId", other);
    const auto response = parse_registration_response(json::write(value));
    REQUIRE_FALSE(response);
    CHECK(describe(response.error()) == "7.1 step 13: credential_id_mismatch");
}

TEST_CASE("A registration may be as large as its limit, and no larger") {
    RegistrationCase registration;
    registration.draft.data.flags |= test::flag::ed;
    registration.draft.data.extensions =
        test::cbor::map({{test::cbor::text("x"), test::cbor::bytes(Bytes(15'000))}});
    CHECK(parse_registration_response(registration.made().to_json()));
    registration.tamper = [](auto& made) {
        made.attestation_object.resize(limits::attestation_object_bytes + 1);
    };
    const auto parts = parse_registration_response(registration.made().parts());
    REQUIRE_FALSE(parts);
    CHECK(describe(parts.error()) == "7.1 step 13: response_too_large");
    const auto text = parse_registration_response(registration.made().to_json());
    REQUIRE_FALSE(text);
    CHECK(describe(text.error()) == "7.1 step 3: response_malformed");
}

}  // namespace latchkey::webauthn
