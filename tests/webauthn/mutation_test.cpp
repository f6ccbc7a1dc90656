// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/private_key.hpp"
#include "webauthn/fixture.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

/// Bytes that were not made by the authenticator never verify: every truncation, every flipped
/// byte of every signed or compared part.
namespace latchkey::webauthn {
namespace {

constexpr auto flips = std::to_array<unsigned>({0x01, 0x20, 0x80, 0xff});

/// Made once; what a case builds is costly, what it judges is cheap.
struct Made {
    AuthenticationCase scene{};
    test::MadeAssertion response = scene.made();

    explicit Made(CoseAlgorithm algorithm) : scene({.algorithm = algorithm}) {
        response = scene.made();
    }

    [[nodiscard]] bool verifies(Verifier& verifier, const test::MadeAssertion& changed) const {
        const auto parsed = parse_authentication_response(changed.parts());
        if (!parsed) return false;
        return verifier.verify_authentication(scene.rp, scene.ceremony, scene.record, *parsed)
            .has_value();
    }
};

using Part = Bytes test::MadeAssertion::*;
constexpr auto assertion_parts = std::to_array<Part>(
    {&test::MadeAssertion::client_data_json,
     &test::MadeAssertion::authenticator_data,
     &test::MadeAssertion::signature,
     &test::MadeAssertion::credential_id}
);

/// A self-attested registration: its signature covers all that is in it.
struct MadeRegistration {
    RegistrationCase scene{{.statement = test::StatementKind::packed_self}};
    test::MadeRegistration response = scene.made();

    [[nodiscard]] std::optional<CredentialRecord> record_of(
        Verifier& verifier, const test::MadeRegistration& changed
    ) const {
        const auto parsed = parse_registration_response(changed.parts());
        if (!parsed) return std::nullopt;
        auto verified = verifier.verify_registration(
            scene.rp, scene.policy, scene.ceremony, *parsed, scene.now
        );
        if (!verified) return std::nullopt;
        return verified->credential;
    }
};

}  // namespace

TEST_CASE("No assertion with a byte flipped verifies, in any part, of any algorithm") {
    Verifier verifier;
    for (const auto algorithm : test::available_algorithms()) {
        const Made made(algorithm);
        REQUIRE(made.verifies(verifier, made.response));
        for (const Part part : assertion_parts) {
            for (std::size_t i = 0; i < (made.response.*part).size(); ++i) {
                for (const unsigned flip : flips) {
                    test::MadeAssertion changed = made.response;
                    (changed.*part)[i] ^= static_cast<std::byte>(flip);
                    REQUIRE_FALSE(made.verifies(verifier, changed));
                }
            }
        }
    }
}

TEST_CASE("No assertion that is cut at any offset verifies, nor one that is a byte longer") {
    Verifier verifier;
    const Made made(CoseAlgorithm::es256);
    for (const Part part : assertion_parts) {
        for (std::size_t size = 0; size < (made.response.*part).size(); ++size) {
            test::MadeAssertion changed = made.response;
            (changed.*part).resize(size);
            REQUIRE_FALSE(made.verifies(verifier, changed));
        }
        test::MadeAssertion longer = made.response;
        (longer.*part).push_back(std::byte{0});
        CHECK_FALSE(made.verifies(verifier, longer));
    }
}

TEST_CASE("No assertion with any flag changed verifies") {
    Verifier verifier;
    const Made made(CoseAlgorithm::es256);
    for (unsigned bit = 0; bit < 8; ++bit) {
        test::MadeAssertion changed = made.response;
        changed.authenticator_data.at(32) ^= static_cast<std::byte>(1U << bit);
        CHECK_FALSE(made.verifies(verifier, changed));
    }
}

TEST_CASE("No signature of one account's key verifies for another's (T3)") {
    Verifier verifier;
    const Made ada(CoseAlgorithm::es256);
    const AuthenticationCase bob({.seed = 2});
    test::MadeAssertion changed = ada.response;
    changed.signature = bob.made().signature;
    CHECK_FALSE(ada.verifies(verifier, changed));
}

TEST_CASE("No registration with a byte flipped gives another record") {
    Verifier verifier;
    const MadeRegistration made;
    const auto good = made.record_of(verifier, made.response);
    REQUIRE(good);
    for (std::size_t i = 0; i < made.response.attestation_object.size(); ++i) {
        for (const unsigned flip : flips) {
            test::MadeRegistration changed = made.response;
            changed.attestation_object[i] ^= static_cast<std::byte>(flip);
            REQUIRE_FALSE(made.record_of(verifier, changed));
        }
    }
    for (std::size_t i = 0; i < made.response.client_data_json.size(); ++i) {
        test::MadeRegistration changed = made.response;
        changed.client_data_json[i] ^= std::byte{1};
        REQUIRE_FALSE(made.record_of(verifier, changed));
    }
}

TEST_CASE("No registration that is cut at any offset verifies, of any statement") {
    const Verifier verifier;
    for (const auto statement :
         {test::StatementKind::none,
          test::StatementKind::packed_self,
          test::StatementKind::packed_certified}) {
        const RegistrationCase registration({.statement = statement});
        const auto response = registration.made();
        for (std::size_t size = 0; size < response.attestation_object.size(); ++size) {
            auto changed = response;
            changed.attestation_object.resize(size);
            REQUIRE_FALSE(parse_registration_response(changed.parts()));
        }
        for (std::size_t size = 0; size < response.client_data_json.size(); ++size) {
            auto changed = response;
            changed.client_data_json.resize(size);
            REQUIRE_FALSE(parse_registration_response(changed.parts()));
        }
    }
}

TEST_CASE("Property: random changes to an assertion never verify") {
    Verifier verifier;
    const Made made(CoseAlgorithm::es256);
    const bool holds =
        rc::check([&](std::size_t part,
                      const std::vector<std::pair<std::size_t, std::uint8_t>>& changes) {
            test::MadeAssertion changed = made.response;
            Bytes& bytes = changed.*assertion_parts.at(part % assertion_parts.size());
            for (const auto& [position, value] : changes) {
                bytes[position % bytes.size()] ^= static_cast<std::byte>(value);
            }
            const bool is_same =
                bytes == made.response.*assertion_parts.at(part % assertion_parts.size());
            RC_ASSERT(made.verifies(verifier, changed) == is_same);
        });
    CHECK(holds);
}

TEST_CASE("Property: whatever a client sends, reading it ends in a response or a refusal") {
    const bool holds = rc::check([](const std::string& json) {
        RC_ASSERT(!parse_registration_response(json));
        RC_ASSERT(!parse_authentication_response(json));
    });
    CHECK(holds);
}

}  // namespace latchkey::webauthn
