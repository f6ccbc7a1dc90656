// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the FIDO Alliance knows of authenticator models: the BLOB of the FIDO Metadata Service,
/// versions 3.0 and 3.1 (fido-metadata-service-v3.1.1, 2026-01-05; section numbers are of that).
namespace latchkey::webauthn {

/// SHA-1 of the public key of an attestation certificate (RFC 5280 section 4.2.1.2, method 1):
/// names the models that have no AAGUID, those of FIDO U2F.
using AttestationKeyId = Strong<struct AttestationKeyIdTag, std::array<std::byte, 20>>;

/// AuthenticatorStatus (3.1.4).
enum class AuthenticatorStatus : std::uint8_t {
    not_fido_certified,
    self_assertion_submitted,
    fido_certified,  // of before there were levels; counts as level 1
    fido_certified_l1,
    fido_certified_l1_plus,
    fido_certified_l2,
    fido_certified_l2_plus,
    fido_certified_l3,
    fido_certified_l3_plus,
    update_available,
    retired,
    user_verification_bypass,      // software can go around user verification
    attestation_key_compromise,    // others can claim to be this model
    user_key_remote_compromise,    // credentials can be taken from afar
    user_key_physical_compromise,  // credentials can be taken by who holds it
    revoked,                       // not to be trusted for any reason
    unknown,                       // of a later version of the specification; decides nothing
};

/// How the specification spells it: "FIDO_CERTIFIED_L1plus"; "unknown" for the last one.
std::string_view name_of(AuthenticatorStatus status) noexcept;

/// Levels of FIDO's authenticator certification, in order of strictness.
enum class CertificationLevel : std::uint8_t { none, l1, l1_plus, l2, l2_plus, l3, l3_plus };

/// "none", "L1", "L1+" … "L3+".
std::string_view name_of(CertificationLevel level) noexcept;

/// The reverse of name_of; nullopt: none of them.
std::optional<CertificationLevel> certification_level(std::string_view name) noexcept;

/// StatusReport (3.1.3), as far as it decides something.
struct StatusReport {
    AuthenticatorStatus status = AuthenticatorStatus::unknown;
    std::optional<std::chrono::sys_days> effective_date;  // none: since ever
    /// With attestation_key_compromise: whose key it is, the certificate of a batch or of an issuer
    /// (DER). None: every attestation of the model.
    std::optional<Bytes> certificate;
};

/// One model (MetadataBLOBPayloadEntry, 3.1.1, with its metadata statement): a FIDO2 model has an
/// AAGUID, a FIDO U2F model has key identifiers.
struct MetadataEntry {
    std::optional<Aaguid> aaguid;
    std::vector<AttestationKeyId> key_ids;
    std::string description;  // "YubiKey 5 Series with NFC": for people, at most 200 bytes of UTF-8
    std::vector<StatusReport> reports;
    /// attestationRootCertificates in DER: each a root, an issuer, or the attestation certificate
    /// itself. Those that are no certificate are left out: nothing leads to them.
    std::vector<Bytes> roots;
};

/// Whether the day of its effective date has begun.
bool is_in_effect(const StatusReport& report, TimePoint now) noexcept;

/// Whether a report with this status is in effect at `now`.
bool has_status(const MetadataEntry& entry, AuthenticatorStatus status, TimePoint now) noexcept;

/// The highest level of the reports in effect at `now`, after the last that says
/// NOT_FIDO_CERTIFIED.
CertificationLevel certification_of(const MetadataEntry& entry, TimePoint now) noexcept;

/// Why a BLOB was not taken.
enum class MetadataError : std::uint8_t {
    too_large,
    not_a_blob,             // not three base64url parts with dots between them
    header_malformed,       // no JSON object, without x5c, or with `crit`
    algorithm_not_allowed,  // other than those that metadata is signed with
    certificate_malformed,  // x5c holds something that is none, or too many
    trust_root_malformed,   // the caller gave something that is no certificate
    signer_not_expected,    // a certificate of somebody else
    signer_not_trusted,     // no path from x5c to a root
    signer_not_valid_now,   // a certificate of the path has expired, or is not valid yet
    bad_signature,
    payload_malformed,  // not MetadataBLOBPayload (3.1.6)
    entry_malformed,    // an entry whose model or status reports cannot be read
    duplicate_entry,    // two entries of one model
    serial_went_back,   // older than one that was seen before
    out_of_memory,
    cryptography_failed,
};

/// The stable name of an error: "signer_not_trusted".
std::string_view name_of(MetadataError error) noexcept;

/// Whose BLOBs are taken.
struct MetadataTrust {
    std::vector<Bytes> roots;  // X.509 certificates in DER
    /// Beyond the spec: who signed must have a certificate for this host (a dNSName, or the common
    /// name where there is none). The root is one of the public web: everybody has a certificate
    /// that leads to it. Empty: anybody whom the roots vouch for.
    std::string signer = "mds.fidoalliance.org";
    /// Serial numbers below this are refused: the `serial()` of the newest BLOB that was seen.
    std::uint64_t serial_min = 0;
};

/// A BLOB that was verified; made by `verify` only. Never changes, so threads may share it.
class Metadata {
public:
    /// Reads a BLOB: a JWS in compact form (RFC 7515), in steps as section 3.2 has them. `now` is
    /// when the chain of its signer must be valid. Revocation lists are not looked up. A BLOB past
    /// its `next_update` is taken: what it says of broken models stays true.
    static Result<Metadata, MetadataError> verify(
        std::string_view blob, const MetadataTrust& trust, TimePoint now
    ) noexcept;

    /// `no`: rises with each BLOB.
    [[nodiscard]] std::uint64_t serial() const { return serial_; }

    /// `nextUpdate`: the day by which a newer BLOB will be there.
    [[nodiscard]] std::chrono::sys_days next_update() const { return next_update_; }

    /// Whether the day of next_update is over.
    [[nodiscard]] bool is_stale(TimePoint now) const {
        return now >= next_update_ + std::chrono::days(1);
    }

    /// `legalHeader`: the terms under which the BLOB may be used; may be empty.
    [[nodiscard]] const std::string& legal_header() const { return legal_header_; }

    /// FIDO2 and U2F models, in the order of the BLOB. Those of FIDO UAF are left out.
    [[nodiscard]] const std::vector<MetadataEntry>& entries() const { return entries_; }

    /// How many trust anchors are no certificate, or belong to a statement of another model: of
    /// no use, and nothing a relying party can mend.
    [[nodiscard]] std::size_t flaws() const { return flaws_; }

    /// The entry of a model, or nullptr.
    [[nodiscard]] const MetadataEntry* find(const Aaguid& aaguid) const noexcept;
    [[nodiscard]] const MetadataEntry* find(const AttestationKeyId& key_id) const noexcept;

private:
    friend struct MetadataReader;
    Metadata() = default;

    std::uint64_t serial_ = 0;
    std::chrono::sys_days next_update_;
    std::string legal_header_;
    std::vector<MetadataEntry> entries_;
    std::size_t flaws_ = 0;
    std::vector<std::pair<Aaguid, std::size_t>> by_aaguid_;            // sorted
    std::vector<std::pair<AttestationKeyId, std::size_t>> by_key_id_;  // sorted
};

}  // namespace latchkey::webauthn
