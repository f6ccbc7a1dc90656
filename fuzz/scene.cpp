// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/scene.hpp"

#include "latchkey/result.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"

#include <string>

namespace latchkey::fuzz {
namespace {

const std::string origin = "https://example.org";

}  // namespace

Scene::Scene() {
    policy.algorithms = test::available_algorithms();
    policy.refused_formats.clear();
    // Certificates of any root are verified, and lead nowhere.
    policy.attestation = webauthn::Attestation::preferred;
    policy.trust = webauthn::AttestationTrust::roots;
    policy.roots = {test::make_root(
                        test::authority_fields("Fuzzing Root"),
                        test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 77'777)
    )
                        .certificate};
    registration_client_data = draft_registration({}).client.finish();
    record.public_key = draft_assertion({}).key.public_key();
}

test::RegistrationDraft Scene::draft_registration(const test::AuthenticatorOptions& options) const {
    test::SoftwareAuthenticator authenticator(options);
    const auto json = webauthn::issue_registration(rp, policy, registration, {}, {});
    return authenticator.draft_create(json, origin).value();
}

test::AssertionDraft Scene::draft_assertion(const test::AuthenticatorOptions& options) const {
    test::SoftwareAuthenticator authenticator(options);
    const auto create = webauthn::issue_registration(rp, policy, registration, {}, {});
    LATCHKEY_ASSERT(authenticator.create(create, origin));
    const auto get = webauthn::issue_authentication(rp, authentication);
    return authenticator.draft_get(get, origin).value();
}

}  // namespace latchkey::fuzz
