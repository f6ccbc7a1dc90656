// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A browser with an authenticator, in software. Two ways to use it:
/// - `SoftwareAuthenticator::create` and `get` take the options of a server as JSON and give back
///   what `JSON.stringify(credential.toJSON())` gives: for tests over HTTP and for load.
/// - A draft has all that goes into a response as plain fields. A test takes a valid draft, changes
///   one field, and lets `finish` encode and sign it.
namespace latchkey::test {

// The bits of the flags of authenticator data (6.1).
namespace flag {
inline constexpr std::uint8_t up = 0x01;
inline constexpr std::uint8_t uv = 0x04;
inline constexpr std::uint8_t be = 0x08;
inline constexpr std::uint8_t bs = 0x10;
inline constexpr std::uint8_t at = 0x40;
inline constexpr std::uint8_t ed = 0x80;
}  // namespace flag

/// What the client writes into clientDataJSON.
struct ClientDataDraft {
    std::string type;
    std::string challenge;  // base64url
    std::string origin;
    bool cross_origin = false;
    std::optional<std::string> top_origin{};
    std::optional<std::string> json{};  // if set, the whole text

    [[nodiscard]] Bytes finish() const;
};

/// What the authenticator writes into authenticator data.
struct AuthenticatorDataDraft {
    std::string rp_id;
    std::uint8_t flags = flag::up | flag::uv;
    std::uint32_t sign_count = 0;
    webauthn::Aaguid aaguid{};
    Bytes credential_id{};
    Bytes cose_key{};    // with the credential id, if flag::at is set
    Bytes extensions{};  // a CBOR map, if flag::ed is set
    Bytes trailing{};    // bytes that should not be there

    [[nodiscard]] Bytes finish() const;
};

/// An attestation statement before it is signed.
struct StatementDraft {
    std::string format = "none";
    std::int64_t algorithm = -7;      // alg
    std::optional<PrivateKey> key{};  // signs; none: the statement is an empty map
    std::vector<Bytes> x5c{};         // empty: the member is absent
    StatementWriter write{};          // if set, writes the statement of another format
    std::optional<Bytes> encoded{};   // if set, the whole statement

    [[nodiscard]] Bytes finish(const Attested& attested) const;
};

/// 8.9
struct CompoundStatement {
    std::vector<StatementDraft> members;

    Bytes operator()(const Attested& attested) const;
};

struct MadeRegistration {
    Bytes credential_id;
    Bytes client_data_json;
    Bytes attestation_object;
    std::vector<std::string> transports;
    std::optional<bool> discoverable;  // credProps.rk

    [[nodiscard]] webauthn::RegistrationParts parts() const;

    /// RegistrationResponseJSON
    [[nodiscard]] std::string to_json() const;
};

struct RegistrationDraft {
    ClientDataDraft client;
    AuthenticatorDataDraft data;
    StatementDraft statement;
    std::vector<std::string> transports{"internal"};
    std::optional<bool> discoverable = true;
    std::optional<PrivateKey> credential_key{};  // that the draft is about

    [[nodiscard]] MadeRegistration finish() const;
};

struct MadeAssertion {
    Bytes credential_id;
    Bytes client_data_json;
    Bytes authenticator_data;
    Bytes signature;
    std::optional<Bytes> user_handle;
    bool used_app_id = false;

    [[nodiscard]] webauthn::AuthenticationParts parts() const;

    /// AuthenticationResponseJSON
    [[nodiscard]] std::string to_json() const;
};

struct AssertionDraft {
    ClientDataDraft client;
    AuthenticatorDataDraft data;
    PrivateKey key;
    std::optional<Bytes> user_handle{};
    bool used_app_id = false;

    [[nodiscard]] MadeAssertion finish() const;
};

/// A credential that the authenticator keeps.
struct SoftwareCredential {
    Bytes id;
    std::string rp_id;
    Bytes user_handle;
    PrivateKey key;
    std::uint32_t sign_count = 0;
};

enum class StatementKind : std::uint8_t {
    none,
    packed_self,
    packed_certified,
    tpm,                // RSA, and keys on P-256, P-384 and P-521
    android_key,        // any key
    android_safetynet,  // any key
    fido_u2f,           // ES256
    apple,              // any key
    compound,           // packed_self and android_key
};

/// Counts up with every use, or stays at zero as synced passkeys do.
enum class Counter : std::uint8_t { counts, stays_zero };

struct AuthenticatorOptions {
    webauthn::CoseAlgorithm algorithm = webauthn::CoseAlgorithm::es256;
    StatementKind statement = StatementKind::none;
    /// Of the key that signs statements: ES256 or RS256 for SafetyNet, and any for the others.
    webauthn::CoseAlgorithm attestation_algorithm = webauthn::CoseAlgorithm::es256;
    std::uint8_t flags = flag::up | flag::uv;  // and flag::be | flag::bs for a synced one
    Counter counter = Counter::stays_zero;
    std::uint64_t seed = 1;  // authenticators of different seeds make different credentials
    std::vector<std::string> transports{"internal"};
};

class SoftwareAuthenticator {
public:
    explicit SoftwareAuthenticator(AuthenticatorOptions options = {});

    /// navigator.credentials.create(). nullopt: a credential of `excludeCredentials` is here
    /// (InvalidStateError), or the options are not what a browser takes.
    std::optional<std::string> create(std::string_view options_json, std::string_view origin);

    /// navigator.credentials.get(). Takes the newest credential that fits. nullopt: there is none.
    std::optional<std::string> get(std::string_view options_json, std::string_view origin);

    /// The same, to be changed before they are finished.
    std::optional<RegistrationDraft> draft_create(
        std::string_view options_json, std::string_view origin
    );
    std::optional<AssertionDraft> draft_get(std::string_view options_json, std::string_view origin);

    [[nodiscard]] const std::vector<SoftwareCredential>& credentials() const { return kept_; }

    /// Forgets a credential, as after removal in the password manager.
    void remove(const Bytes& credential_id);

    [[nodiscard]] const webauthn::Aaguid& aaguid() const { return aaguid_; }

    /// The root of this authenticator's attestation certificates, DER.
    [[nodiscard]] const Bytes& root() const { return root_.certificate; }

private:
    [[nodiscard]] StatementDraft statement_for(StatementKind kind, const PrivateKey& credential_key)
        const;
    SoftwareCredential* find(std::string_view rp_id, const std::vector<Bytes>& allowed);

    AuthenticatorOptions options_;
    webauthn::Aaguid aaguid_;
    Identity root_;
    Identity leaf_;
    std::vector<SoftwareCredential> kept_;
    std::uint64_t made_ = 0;
};

}  // namespace latchkey::test
