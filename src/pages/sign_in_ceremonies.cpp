// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/sign_in_ceremonies.hpp"

#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/verifier.hpp"
#include "pages/visit.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {
namespace {

std::string_view label_of(CeremonyUse use) {
    switch (use) {
        case CeremonyUse::create_passkey:
            return "passkey creation challenge";
        case CeremonyUse::create_biometrics:
            return "biometrics creation challenge";
        case CeremonyUse::second_step:
            return "second step challenge";
        case CeremonyUse::promote:
            return "promotion challenge";
    }
    return "passkey creation challenge";
}

}  // namespace

webauthn::Challenge sign_in_challenge(const Visit& visit, CeremonyUse use) {
    const accounts::SignIn& sign_in = visit.needed_sign_in();
    const crypto::Sha256 challenge = crypto::hmac_sha256(
        visit.services.pepper.reveal(),
        {bytes_of(label_of(use)), sign_in.token_hash, bytes_of(std::to_string(sign_in.version))}
    );
    return webauthn::Challenge(Bytes(challenge.begin(), challenge.end()));
}

namespace {

webauthn::AuthenticationCeremony ceremony_of(const Visit& visit, const BiometricsCeremony& asked) {
    std::vector<accounts::Passkey> named;  // none: any that can be found without its id
    if (asked.use == CeremonyUse::second_step) {
        std::ranges::copy_if(
            asked.credentials, std::back_inserter(named), accounts::is_second_factor
        );
    }
    auto ceremony = webauthn::AuthenticationCeremony::for_account(
        sign_in_challenge(visit, asked.use), asked.account.user_handle, descriptors_of(named)
    );
    // The account's rule decides on the counter, on the very row that the commit compares.
    ceremony.counter_rule = webauthn::CounterRule::report;
    ceremony.hints = {webauthn::Hint::client_device};
    return ceremony;
}

SignInError error_of_failed_use(const webauthn::Failure& failure) {
    const bool is_unverified = failure.reason == webauthn::Reason::user_not_verified;
    return {
        .code = is_unverified ? "user_not_verified" : "biometrics_refused",
        .reason = describe(failure),
    };
}

}  // namespace

std::string options_of(const Visit& visit, const BiometricsCeremony& asked) {
    return webauthn::issue_authentication(
        relying_party(visit.services.site), ceremony_of(visit, asked)
    );
}

Result<accounts::BiometricsUse, SignInError> read_biometrics_use(
    const Visit& visit, const BiometricsCeremony& asked
) {
    const Services& services = visit.services;
    const auto response = webauthn::parse_authentication_response(visit.form.get("response"));
    if (!response) {
        return Fail{
            SignInError{.status = 400, .code = "bad_request", .reason = describe(response.error())}
        };
    }
    const auto found = std::ranges::find_if(asked.credentials, [&response](const auto& credential) {
        return accounts::is_second_factor(credential) && credential.record.id == response->id();
    });
    if (found == asked.credentials.end()) {
        return Fail{
            SignInError{.code = "biometrics_refused", .reason = "no second factor of the account"}
        };
    }
    const auto verified = verifier().verify_authentication(
        relying_party(services.site), ceremony_of(visit, asked), found->record, *response
    );
    if (!verified) return Fail{error_of_failed_use(verified.error())};
    return accounts::BiometricsUse{
        .credential = *found,
        .sign_count = verified->sign_count,
        .backup_state = verified->backup_state,
        .counter_rule = services.site.counter_rule,
    };
}

std::vector<webauthn::CredentialDescriptor> descriptors_of(
    const std::vector<accounts::Passkey>& credentials
) {
    std::vector<webauthn::CredentialDescriptor> descriptors;
    descriptors.reserve(credentials.size());
    for (const accounts::Passkey& credential : credentials) {
        descriptors.push_back(
            {.id = credential.record.id, .transports = credential.record.transports}
        );
    }
    return descriptors;
}

}  // namespace latchkey::pages
