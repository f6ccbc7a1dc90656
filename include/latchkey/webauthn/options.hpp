// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/types.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::webauthn {

/// Whether pages of this relying party may ask for credentials inside a frame of another origin.
enum class CrossOrigin : std::uint8_t { refused, allowed };

/// Who asks. `origins` are compared exactly, character by character (13.4.9); related origins
/// (5.11) and those of native apps ("android:apk-key-hash:…") are simply more entries.
struct RelyingParty {
    RpId id;
    std::string name;
    std::vector<Origin> origins;
    std::vector<Origin> top_origins{};  // pages that may frame us, if cross_origin is allowed
    CrossOrigin cross_origin = CrossOrigin::refused;
};

/// UserVerificationRequirement (5.8.6).
enum class UserVerification : std::uint8_t { required, preferred, discouraged };

/// How `create()` was called. Only `conditional` may come back without user presence (5.1.3);
/// what was asked is remembered here and never read from the response.
enum class Mediation : std::uint8_t { modal, conditional };

/// Recommended by section 15.1 for ceremonies with user verification.
inline constexpr std::chrono::milliseconds default_timeout{300'000};

/// Whether the authenticator must say what it is (AttestationConveyancePreference, 5.4.7).
enum class Attestation : std::uint8_t {
    none,       // asked for nothing; a statement that comes anyway must still be valid
    preferred,  // asked for; one that leads to a root is recorded, any other passes unattested
    required,   // asked for; types None and Self are refused, they vouch for nothing
};

/// What a statement must lead to.
enum class AttestationTrust : std::uint8_t {
    any,       // the statement is checked, its path is not judged
    roots,     // one of RegistrationPolicy::roots; without any root nothing is trusted
    metadata,  // one of the roots of its model in RegistrationPolicy::metadata
};

/// Which keys of Android's key store an android-key statement may be about (8.4).
enum class AndroidKeys : std::uint8_t {
    any,                  // what either authorization list says counts
    trusted_environment,  // the list that the trusted environment enforces must say it
};

/// Where a credential may live.
enum class BackupEligibility : std::uint8_t { any, device_bound_only };

/// credProtect (CTAP 2.2 section 12.1): what the authenticator asks for before it uses, or tells
/// of, a credential. In order of strictness, with the values of the wire.
enum class CredentialProtection : std::uint8_t {
    user_verification_optional = 1,
    user_verification_optional_with_credential_id_list = 2,
    user_verification_required = 3,
};

/// 7.2 step 22: what becomes of a signature counter that went back, which is a signal that the
/// credential may have been cloned. Those of synced credentials are not kept in step.
enum class CounterRule : std::uint8_t { report, refuse_device_bound, refuse };

/// What becomes of models of which metadata reports USER_VERIFICATION_BYPASS. (REVOKED and the
/// three kinds of compromise are always refused.)
enum class VerificationBypass : std::uint8_t { refused, tolerated };

/// Which credentials a relying party takes.
struct RegistrationPolicy {
    /// In order of preference.
    std::vector<CoseAlgorithm> algorithms{
        CoseAlgorithm::eddsa, CoseAlgorithm::es256, CoseAlgorithm::rs256
    };
    Attestation attestation = Attestation::none;
    AttestationTrust trust = AttestationTrust::any;
    std::vector<Bytes> roots{};  // X.509 certificates in DER; each may also be a leaf itself
    /// Attestation statement formats that are not taken. SafetyNet is switched off and deprecated.
    std::vector<std::string> refused_formats{"android-safetynet"};
    /// `attestationFormats` (5.4): which the client should choose, the best first, if it has the
    /// choice; it may come with another. Empty, or if no attestation is asked for: not said.
    std::vector<std::string> preferred_formats{};
    AndroidKeys android_keys = AndroidKeys::any;
    BackupEligibility backup = BackupEligibility::any;
    /// If not empty: only these models, and only if a statement that leads to a root proves it.
    std::vector<Aaguid> allowed_aaguids{};
    std::vector<Aaguid> denied_aaguids{};
    /// If set, models that it calls revoked or compromised are refused whatever `attestation` and
    /// `trust` say, by the AAGUID that they claim. Shared with whoever replaces it by a newer one.
    std::shared_ptr<const Metadata> metadata{};
    VerificationBypass verification_bypass = VerificationBypass::refused;
    /// If not `none`: only models that metadata certifies so, and only if a statement that leads to
    /// a root proves it.
    CertificationLevel minimum_certification = CertificationLevel::none;
    /// If set, the authenticator is asked for it and must say that the credential has it. Few but
    /// security keys do.
    std::optional<CredentialProtection> minimum_protection{};
};

/// PublicKeyCredentialHints (5.8.8): where the browser should look first.
enum class Hint : std::uint8_t { security_key, client_device, hybrid };

/// ResidentKeyRequirement (5.4.6).
enum class ResidentKey : std::uint8_t { required, preferred, discouraged };

/// LargeBlobSupport of a registration (10.1.5).
enum class LargeBlobSupport : std::uint8_t { preferred, required };

/// Extensions that a registration asks for. credProps is always asked for.
struct RegistrationExtensions {
    /// Whether the credential shall be able to evaluate a PRF (10.1.4). The answer says whether it
    /// is; what a PRF gives is for the page alone, and a response that carries it is refused.
    bool prf = false;
    std::optional<LargeBlobSupport> large_blob{};
    /// Excludes authenticators that were registered under this AppID through FIDO U2F (10.1.2).
    std::optional<AppId> app_id_exclude{};
};

/// What a PRF is evaluated at (10.1.4): any bytes. The client hashes them with a context of its
/// own.
struct PrfInputs {
    Bytes first;
    std::optional<Bytes> second{};
};

/// Extensions that an authentication asks for.
struct AuthenticationExtensions {
    std::optional<PrfInputs> prf{};
    /// Instead of `prf` for these credentials, which must be among the allowed ones.
    std::vector<std::pair<CredentialId, PrfInputs>> prf_by_credential{};
    /// Reads the large blob of the credential, or writes this one (10.1.5). Writing needs exactly
    /// one allowed credential; the other way round browsers refuse the options.
    bool read_large_blob = false;
    std::optional<Bytes> write_large_blob{};
};

/// PublicKeyCredentialUserEntity without its id: what the person will see in the dialog.
struct UserNames {
    std::string name;            // the e-mail address
    std::string display_name{};  // may be empty
};

/// PublicKeyCredentialDescriptor (5.8.3).
struct CredentialDescriptor {
    CredentialId id;
    std::vector<std::string> transports{};
};

/// A registration that was started. Kept by the server (or sealed) until its response comes, and
/// consumed before that is verified: a challenge is good for one response.
struct RegistrationCeremony {
    Challenge challenge;
    UserHandle user_handle;
    UserVerification user_verification = UserVerification::required;
    Mediation mediation = Mediation::modal;
    std::chrono::milliseconds timeout = default_timeout;
    ResidentKey resident_key = ResidentKey::required;
    /// None: the person chooses where the credential is stored.
    std::optional<AuthenticatorAttachment> attachment{};
    std::vector<Hint> hints{};
    RegistrationExtensions extensions{};
};

/// What a policy would make of a credential that is registered already.
enum class StoredVerdict : std::uint8_t {
    accepted,
    refused,
    unknown,  // it depends on the attestation statement, which is not kept
};

struct StoredJudgement {
    StoredVerdict verdict = StoredVerdict::accepted;
    std::optional<Reason> reason{};  // of a refusal
};

/// A dry run: what `policy` says of `record` at `now`, by what a record holds. For who wants to
/// know what a stricter policy would mean for the people who are there.
StoredJudgement judge_stored(
    const RegistrationPolicy& policy, const CredentialRecord& record, TimePoint now
) noexcept;

/// An authentication that was started. Who may sign in is settled when it is made: an account
/// that was not found must end the request, it never becomes `discoverable`.
class AuthenticationCeremony {
public:
    /// Any discoverable credential of this relying party: its user handle says who it is.
    static AuthenticationCeremony discoverable(Challenge challenge) noexcept;

    /// One account, known by other means. `allowed` are its credentials; empty means that any
    /// discoverable credential of the account may be used.
    static AuthenticationCeremony for_account(
        Challenge challenge, UserHandle user_handle, std::vector<CredentialDescriptor> allowed
    ) noexcept;

    [[nodiscard]] const Challenge& challenge() const { return challenge_; }

    [[nodiscard]] const std::optional<UserHandle>& user_handle() const { return user_handle_; }

    [[nodiscard]] const std::vector<CredentialDescriptor>& allowed() const { return allowed_; }

    /// Whether a response with this credential was asked for (7.2 step 5).
    [[nodiscard]] bool allows(const CredentialId& id) const noexcept;

    UserVerification user_verification = UserVerification::required;
    std::chrono::milliseconds timeout = default_timeout;
    CounterRule counter_rule = CounterRule::refuse_device_bound;
    std::vector<Hint> hints;
    AuthenticationExtensions extensions;
    /// Only for credentials that were registered through FIDO U2F: asks for the appid extension,
    /// and lets the response be for this AppID instead of the RP ID (10.1.1).
    std::optional<AppId> app_id;

private:
    explicit AuthenticationCeremony(Challenge challenge) : challenge_(std::move(challenge)) {}

    Challenge challenge_;
    std::optional<UserHandle> user_handle_;
    std::vector<CredentialDescriptor> allowed_;
};

/// The options of a registration as JSON text (PublicKeyCredentialCreationOptionsJSON, 5.1.8).
/// As it is, a ceremony asks for a discoverable credential and restricts not where it is stored;
/// the credProps extension is asked for in any case. `exclude` are the credentials that the account
/// has already.
std::string issue_registration(
    const RelyingParty& rp,
    const RegistrationPolicy& policy,
    const RegistrationCeremony& ceremony,
    const UserNames& names,
    const std::vector<CredentialDescriptor>& exclude
) noexcept;

/// The options of an authentication as JSON text (PublicKeyCredentialRequestOptionsJSON, 5.1.9).
std::string issue_authentication(
    const RelyingParty& rp, const AuthenticationCeremony& ceremony
) noexcept;

}  // namespace latchkey::webauthn
