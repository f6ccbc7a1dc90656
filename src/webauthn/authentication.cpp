// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/ceremony.hpp"
#include "webauthn/client_data.hpp"
#include "webauthn/cose.hpp"
#include "webauthn/out_of_memory.hpp"

#include <cstdint>
#include <new>
#include <optional>

namespace latchkey::webauthn {
namespace {

using crypto::SignatureCheck;

Fail<Failure> fail(std::uint8_t step, Reason reason) {
    return {{.ceremony = Ceremony::authentication, .step = step, .reason = reason}};
}

/// Present, and somebody else's.
bool contradicts(const std::optional<UserHandle>& claimed, const UserHandle& owner) {
    return claimed && *claimed != owner;
}

/// 10.1.1: the AppID stands for the RP ID if we asked for that and the client says it was used.
ByteView signed_scope(
    const RelyingParty& rp,
    const AuthenticationCeremony& ceremony,
    const AuthenticationResponse& response
) {
    const bool is_app_id = ceremony.app_id && response.extensions().used_app_id;
    return bytes_of(is_app_id ? ceremony.app_id->value() : rp.id.value());
}

/// A counter that never moves from zero is not used.
SignCountCheck compare_sign_count(std::uint32_t received, std::uint32_t stored) {
    if (received == 0 && stored == 0) return SignCountCheck::not_used;
    return received > stored ? SignCountCheck::increased : SignCountCheck::went_back;
}

bool is_refused(SignCountCheck check, CounterRule rule, const CredentialRecord& record) {
    if (check != SignCountCheck::went_back || rule == CounterRule::report) return false;
    return rule == CounterRule::refuse || !record.backup_eligible;
}

}  // namespace

Result<VerifiedAuthentication, Failure> Verifier::verify_authentication(
    const RelyingParty& rp,
    const AuthenticationCeremony& ceremony,
    const CredentialRecord& record,
    const AuthenticationResponse& response
) noexcept try {
    if (machinery_ == nullptr) return out_of_memory(Ceremony::authentication);
    return machinery_->verify_authentication(rp, ceremony, record, response);
} catch (const std::bad_alloc&) {
    return out_of_memory(Ceremony::authentication);
}

// Section 7.2, Editor's Draft of 2026-07-30; the numbers are checked by scripts/check_spec_steps.
Result<VerifiedAuthentication, Failure> Verifier::Machinery::verify_authentication(
    const RelyingParty& rp,
    const AuthenticationCeremony& ceremony,
    const CredentialRecord& record,
    const AuthenticationResponse& response
) {
    const auto& client = response.client_data();
    const auto& auth = response.authenticator_data();
    const auto& owner = record.user_handle;
    const auto& user = ceremony.user_handle();
    const bool requires_uv = ceremony.user_verification == UserVerification::required;
    const auto scope_hash = signatures.sha256({signed_scope(rp, ceremony, response)});
    const auto algorithm = signature_algorithm(record.public_key.algorithm);

    // Steps 1-4 and 7-9: options issued, browser called, response parsed.
    if (!ceremony.allows(response.id())) return fail(5, Reason::credential_not_requested);
    if (record.id != response.id()) return fail(6, Reason::record_mismatch);
    if (!user && !response.user_handle()) return fail(6, Reason::user_handle_missing);
    if (contradicts(user, owner)) return fail(6, Reason::user_handle_mismatch);
    if (contradicts(response.user_handle(), owner)) return fail(6, Reason::user_handle_mismatch);
    if (client.type != "webauthn.get") return fail(10, Reason::wrong_type);
    if (!has_challenge(client, ceremony.challenge())) return fail(11, Reason::challenge_mismatch);
    if (!expects_origin(rp, client)) return fail(12, Reason::origin_not_expected);
    if (!expects_frame(rp, client)) return fail(13, Reason::cross_origin);
    if (!expects_top_origin(rp, client)) return fail(14, Reason::top_origin_not_expected);
    if (!scope_hash) return fail(15, Reason::cryptography_failed);
    if (auth.rp_id_hash != *scope_hash) return fail(15, Reason::rp_id_mismatch);
    if (!auth.flags.up) return fail(16, Reason::user_not_present);
    if (!auth.flags.uv && requires_uv) return fail(17, Reason::user_not_verified);
    if (auth.flags.bs && !auth.flags.be) return fail(18, Reason::backup_state_without_eligibility);
    if (auth.flags.be != record.backup_eligible) return fail(19, Reason::backup_eligible_changed);
    const auto hash = signatures.sha256({response.client_data_json()});
    if (!hash) return fail(20, Reason::cryptography_failed);
    if (!algorithm) return fail(21, Reason::algorithm_not_supported);
    const auto check = signatures.verify({
        .algorithm = *algorithm,
        .key = record.public_key.material,
        .signature = response.signature(),
        .message = {auth.bytes, *hash},
    });
    if (check == SignatureCheck::failed) return fail(21, Reason::cryptography_failed);
    if (check != SignatureCheck::valid) return fail(21, Reason::bad_signature);

    // A signal, not proof: reported, and refused if the ceremony's rule says so.
    const auto counter = compare_sign_count(auth.sign_count, record.sign_count);
    if (is_refused(counter, ceremony.counter_rule, record)) {
        return fail(22, Reason::sign_count_went_back);
    }

    // Step 23: no extension output decides anything but appid at step 15.
    return VerifiedAuthentication{
        .sign_count = auth.sign_count,
        .sign_count_check = counter,
        .backup_state = auth.flags.bs,
        .user_verified = auth.flags.uv
    };  // step 24: the caller saves it; step 25: done
}

}  // namespace latchkey::webauthn
