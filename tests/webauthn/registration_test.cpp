// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/private_key.hpp"
#include "webauthn/fixture.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::flag::at;
using test::flag::be;
using test::flag::bs;
using test::flag::ed;
using test::flag::up;
using test::flag::uv;

}  // namespace

TEST_CASE("7.1 step 3: transports have their limits, whatever envelope brings them") {
    Verifier verifier;
    const auto judged = [&](std::vector<std::string> transports) {
        RegistrationCase registration;
        registration.draft.transports = std::move(transports);
        const auto verified = registration.verify(verifier);
        return verified ? "verified" : describe(verified.error());
    };
    CHECK(judged(std::vector<std::string>(16, std::string(32, 'x'))) == "verified");
    CHECK(judged({std::string(33, 'x')}) == "7.1 step 3: response_malformed");
    CHECK(judged(std::vector<std::string>(17, "usb")) == "7.1 step 3: response_malformed");
}

TEST_CASE("7.1 step 27: a valid registration gives the credential record") {
    Verifier verifier;
    for (const auto algorithm : test::available_algorithms()) {
        for (const auto statement :
             {test::StatementKind::none,
              test::StatementKind::packed_self,
              test::StatementKind::packed_certified}) {
            RegistrationCase registration({.algorithm = algorithm, .statement = statement});
            registration.draft.data.sign_count = 7;
            registration.draft.data.flags = up | uv | be | bs | at;
            const auto verified = registration.verify(verifier);
            REQUIRE(verified);
            const auto& record = verified->credential;
            CHECK(record.id.value() == registration.draft.data.credential_id);
            CHECK(record.user_handle == registration.ceremony.user_handle);
            CHECK(record.public_key.algorithm == algorithm);
            CHECK(record.sign_count == 7);
            CHECK(record.uv_initialized);
            CHECK(record.backup_eligible);
            CHECK(record.backup_state);
            CHECK(record.transports == std::vector<std::string>{"internal"});
            CHECK(record.aaguid == registration.draft.data.aaguid);
            CHECK(record.attestation_format == registration.draft.statement.format);
            CHECK(record.rp_id == registration.rp.id);
            CHECK(verified->extensions.discoverable == true);
            CHECK_FALSE(verified->attested);
        }
    }
}

TEST_CASE("7.1 step 22: the type of the attestation is told") {
    const auto type_of = [](test::StatementKind statement) {
        Verifier verifier;
        const RegistrationCase registration({.statement = statement});
        return registration.verify(verifier)->attestation;
    };
    CHECK(type_of(test::StatementKind::none) == AttestationType::none);
    CHECK(type_of(test::StatementKind::packed_self) == AttestationType::self);
    CHECK(type_of(test::StatementKind::packed_certified) == AttestationType::certified);
}

TEST_CASE("7.1 step 9: a related origin is one more entry, compared exactly") {
    Verifier verifier;
    RegistrationCase registration;
    registration.rp.origins.emplace_back("https://example.co.uk");
    registration.draft.client.origin = "https://example.co.uk";
    CHECK(registration.verify(verifier));
}

TEST_CASE("7.1 steps 10 and 11: a frame is accepted where the relying party expects it") {
    Verifier verifier;
    RegistrationCase registration;
    registration.rp.cross_origin = CrossOrigin::allowed;
    registration.rp.top_origins = {Origin("https://top.example")};
    registration.draft.client.cross_origin = true;
    CHECK(registration.verify(verifier));
    registration.draft.client.top_origin = "https://top.example";
    CHECK(registration.verify(verifier));
}

TEST_CASE("7.1 step 15: conditional mediation waives user presence") {
    Verifier verifier;
    RegistrationCase registration;
    registration.ceremony.mediation = Mediation::conditional;
    registration.ceremony.user_verification = UserVerification::preferred;
    registration.draft.data.flags = at;
    const auto verified = registration.verify(verifier);
    REQUIRE(verified);
    CHECK_FALSE(verified->credential.uv_initialized);
}

TEST_CASE("7.1 step 16: user verification that is only preferred may be missing") {
    Verifier verifier;
    for (const auto requirement : {UserVerification::preferred, UserVerification::discouraged}) {
        RegistrationCase registration;
        registration.ceremony.user_verification = requirement;
        registration.draft.data.flags = up | at;
        CHECK(registration.verify(verifier));
    }
}

TEST_CASE("7.1 step 25: a credential id of 1023 bytes is accepted") {
    Verifier verifier;
    RegistrationCase registration;
    registration.draft.data.credential_id = repeated(0x33, 1023);
    CHECK(registration.verify(verifier));
}

TEST_CASE("7.1 step 28: extension outputs that nobody asked for are tolerated") {
    Verifier verifier;
    RegistrationCase registration;
    registration.draft.data.flags |= ed;
    registration.draft.data.extensions = test::cbor::map(
        {{test::cbor::text("somethingNew"), test::cbor::array({test::cbor::boolean(true)})}}
    );
    CHECK(registration.verify(verifier));
}

}  // namespace latchkey::webauthn
