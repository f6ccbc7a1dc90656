// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::webauthn {

/// CollectedClientData (5.8.1): what the client says about the ceremony. Members that the
/// relying party does not use are not kept.
struct ClientData {
    std::string type;
    /// None: what the client wrote is not base64url without padding, so it is nobody's challenge.
    std::optional<Challenge> challenge;
    Origin origin;
    bool cross_origin = false;
    std::optional<Origin> top_origin{};
};

/// The flags of authenticator data (6.1).
struct AuthenticatorFlags {
    bool up = false;  // user present
    bool uv = false;  // user verified
    bool be = false;  // backup eligible: the credential may leave its device
    bool bs = false;  // backup state: it has been copied
    bool at = false;  // attested credential data included
    bool ed = false;  // extension data included
};

/// Attested credential data (6.5.1).
struct AttestedCredentialData {
    Aaguid aaguid;
    CredentialId credential_id;
    CoseAlgorithm algorithm = CoseAlgorithm::es256;  // as the key states it, perhaps unsupported
    ByteView public_key;                             // COSE_Key, canonical CBOR; not yet checked
};

/// Authenticator data (6.1), parsed to its last byte.
struct AuthenticatorData {
    std::array<std::byte, 32> rp_id_hash{};
    AuthenticatorFlags flags;
    std::uint32_t sign_count = 0;
    std::optional<AttestedCredentialData> attested;
    ByteView extensions;  // one CBOR map, or nothing
    ByteView bytes;       // as they were signed
};

/// Client extension outputs of a registration (section 9.4); unverified, as the client says so.
struct RegistrationExtensionResults {
    std::optional<bool> discoverable{};          // credProps.rk
    std::optional<bool> prf_enabled{};           // prf.enabled
    std::optional<bool> large_blob_supported{};  // largeBlob.supported
    bool app_id_excluded = false;                // appidExclude
};

/// Client extension outputs of an authentication; unverified.
struct AuthenticationExtensionResults {
    bool used_app_id = false;                  // appid: the AppID was used instead of the RP ID
    std::optional<Bytes> large_blob{};         // largeBlob.blob: what was read
    std::optional<bool> large_blob_written{};  // largeBlob.written
};

/// An AuthenticatorAttestationResponse that is well-formed in all its parts; made by
/// `parse_registration_response` only. Owns its bytes: it moves and is not copied.
class RegistrationResponse {
public:
    RegistrationResponse(const RegistrationResponse&) = delete;
    RegistrationResponse& operator=(const RegistrationResponse&) = delete;
    RegistrationResponse(RegistrationResponse&&) noexcept = default;
    RegistrationResponse& operator=(RegistrationResponse&&) noexcept = default;
    ~RegistrationResponse() = default;

    [[nodiscard]] const CredentialId& id() const { return attested().credential_id; }

    [[nodiscard]] const ClientData& client_data() const { return client_data_; }

    [[nodiscard]] ByteView client_data_json() const { return client_data_json_; }

    [[nodiscard]] const AuthenticatorData& authenticator_data() const { return data_; }

    /// Attested credential data: never absent in a registration.
    [[nodiscard]] const AttestedCredentialData& attested() const {
        LATCHKEY_ASSERT(data_.attested.has_value());
        return *data_.attested;
    }

    /// The attestation statement format identifier, `fmt`.
    [[nodiscard]] std::string_view format() const { return format_; }

    /// `attStmt`: one CBOR map or array.
    [[nodiscard]] ByteView statement() const { return statement_; }

    [[nodiscard]] const std::vector<std::string>& transports() const { return transports_; }

    /// What the client says of the extensions; those that it does not know of are absent.
    [[nodiscard]] const RegistrationExtensionResults& extensions() const { return extensions_; }

    /// Where the client says that the authenticator is; a hint.
    [[nodiscard]] std::optional<AuthenticatorAttachment> attachment() const { return attachment_; }

private:
    friend struct ResponseReader;
    RegistrationResponse() = default;

    Bytes client_data_json_;
    Bytes attestation_object_;  // what the views point into
    ClientData client_data_;
    AuthenticatorData data_;
    std::string_view format_;
    ByteView statement_;
    std::vector<std::string> transports_;
    RegistrationExtensionResults extensions_;
    std::optional<AuthenticatorAttachment> attachment_;
};

/// An AuthenticatorAssertionResponse that is well-formed in all its parts; made by
/// `parse_authentication_response` only. Owns its bytes: it moves and is not copied.
class AuthenticationResponse {
public:
    AuthenticationResponse(const AuthenticationResponse&) = delete;
    AuthenticationResponse& operator=(const AuthenticationResponse&) = delete;
    AuthenticationResponse(AuthenticationResponse&&) noexcept = default;
    AuthenticationResponse& operator=(AuthenticationResponse&&) noexcept = default;
    ~AuthenticationResponse() = default;

    /// The credential to look up.
    [[nodiscard]] const CredentialId& id() const { return id_; }

    /// Whose credential it is, as the authenticator remembers it; always there for a
    /// discoverable credential. A claim until the ceremony is verified.
    [[nodiscard]] const std::optional<UserHandle>& user_handle() const { return user_handle_; }

    [[nodiscard]] const ClientData& client_data() const { return client_data_; }

    [[nodiscard]] ByteView client_data_json() const { return client_data_json_; }

    [[nodiscard]] const AuthenticatorData& authenticator_data() const { return data_; }

    [[nodiscard]] ByteView signature() const { return signature_; }

    /// What the client says of the extensions; those that it does not know of are absent.
    [[nodiscard]] const AuthenticationExtensionResults& extensions() const { return extensions_; }

    /// Where the client says that the authenticator is; a hint.
    [[nodiscard]] std::optional<AuthenticatorAttachment> attachment() const { return attachment_; }

private:
    friend struct ResponseReader;
    AuthenticationResponse() = default;

    CredentialId id_;
    std::optional<UserHandle> user_handle_;
    Bytes client_data_json_;
    Bytes authenticator_data_;  // what the views point into
    ClientData client_data_;
    AuthenticatorData data_;
    Bytes signature_;
    AuthenticationExtensionResults extensions_;
    std::optional<AuthenticatorAttachment> attachment_;
};

/// Reads RegistrationResponseJSON (5.1): the text of `JSON.stringify(credential.toJSON())`.
/// Strict: sizes are limited, each member that is used has its type, no key comes twice, results
/// of prf are refused; members that the specification may add later are tolerated.
/// Fails with 7.1 step 3 (envelope), 5, 6 (client data) or 13 (attestation object).
Result<RegistrationResponse, Failure> parse_registration_response(std::string_view json) noexcept;

/// Reads AuthenticationResponseJSON (5.1) in the same way.
/// Fails with 7.2 step 3 (envelope), 7 (authenticator data) or 8, 9 (client data).
Result<AuthenticationResponse, Failure> parse_authentication_response(std::string_view json
) noexcept;

/// The members of an AuthenticatorAttestationResponse, for callers with another envelope.
struct RegistrationParts {
    Bytes client_data_json;
    Bytes attestation_object;
    std::vector<std::string> transports{};
    RegistrationExtensionResults extensions{};
    std::optional<AuthenticatorAttachment> attachment{};
};

Result<RegistrationResponse, Failure> parse_registration_response(RegistrationParts parts) noexcept;

/// The members of an AuthenticatorAssertionResponse, for callers with another envelope.
struct AuthenticationParts {
    CredentialId id;
    Bytes client_data_json;
    Bytes authenticator_data;
    Bytes signature;
    std::optional<UserHandle> user_handle{};
    AuthenticationExtensionResults extensions{};
    std::optional<AuthenticatorAttachment> attachment{};
};

Result<AuthenticationResponse, Failure> parse_authentication_response(AuthenticationParts parts
) noexcept;

}  // namespace latchkey::webauthn
