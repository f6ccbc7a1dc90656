// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct x509_st;  // OpenSSL's X509

namespace latchkey::crypto {

/// Attributes of a distinguished name (X.520) that attestation formats ask for.
enum class NameAttribute : std::uint8_t {
    country,              // C
    organization,         // O
    organizational_unit,  // OU
    common_name,          // CN
};

enum class BasicConstraints : std::uint8_t {
    absent,
    end_entity,  // cA is false
    authority,   // cA is true
};

enum class ChainCheck : std::uint8_t {
    trusted,
    not_valid_now,  // a certificate has expired or is not valid yet
    not_trusted,    // no path to an anchor, or one that RFC 5280 does not allow
    failed,         // OpenSSL could not do it
};

/// The identifier of a public key: SHA-1 of its bits (RFC 5280 section 4.2.1.2, method 1). A name
/// that metadata uses; nothing is proven by it.
using KeyIdentifier = std::array<std::byte, 20>;

/// An X.509 certificate (RFC 5280).
class Certificate {
public:
    /// nullopt: not one certificate and nothing else, larger than limits.hpp, of no version that
    /// there is, or with an extension twice, too many of them, or a known one that is malformed.
    static std::optional<Certificate> parse(ByteView der);

    /// 1, 2 or 3.
    [[nodiscard]] int version() const;

    /// All values of an attribute of the subject, as UTF-8, in order. One that cannot be read is
    /// there and empty.
    [[nodiscard]] std::vector<std::string> subject(NameAttribute attribute) const;

    [[nodiscard]] bool has_empty_subject() const;

    /// All values of an attribute, by its OID in dotted form, in the directory names of the subject
    /// alternative name, as UTF-8, in order.
    [[nodiscard]] std::vector<std::string> alternative_name(std::string_view oid) const;

    /// Whether the extended key usage has this purpose, by its OID in dotted form.
    [[nodiscard]] bool has_usage(std::string_view oid) const;

    /// The dNSName entries of the subject alternative name, in order; one that is empty if the
    /// extension cannot be read.
    [[nodiscard]] std::vector<std::string> dns_names() const;

    [[nodiscard]] BasicConstraints basic_constraints() const;

    /// Of the key of this certificate, whatever its extensions say; nullopt if OpenSSL fails.
    [[nodiscard]] std::optional<KeyIdentifier> key_identifier() const;

    struct Extension {
        bool critical = false;
        ByteView value;  // contents of extnValue; valid as long as the certificate
    };

    /// `oid` in dotted form.
    [[nodiscard]] std::optional<Extension> extension(std::string_view oid) const;

    /// Verifies a signature by the key of this certificate. `key_unusable`: the key is of another
    /// type, curve or size than the algorithm asks for.
    [[nodiscard]] SignatureCheck verify(
        SignatureAlgorithm algorithm, ByteView signature, std::initializer_list<ByteView> message
    ) const;

    /// The key of this certificate, as crypto/verify.hpp describes it for the algorithm; nullopt:
    /// it is of another type, curve or size.
    [[nodiscard]] std::optional<Bytes> public_key(SignatureAlgorithm algorithm) const;

private:
    friend ChainCheck verify_chain(
        std::span<const Certificate> chain, std::span<const Certificate> anchors, TimePoint now
    );

    struct Delete {
        void operator()(x509_st* object) const;
    };

    static ChainCheck verify_path(
        std::span<const Certificate> chain, const Certificate& anchor, TimePoint now
    );

    explicit Certificate(x509_st* object) : object_(object) {}

    std::unique_ptr<x509_st, Delete> object_;
};

/// Whether a path leads from chain[0] through some of the other certificates to one of `anchors`
/// (RFC 5280 section 6.1) at the time `now`. An anchor need not be self-signed; chain[0] may be one
/// itself, and the chain may include its root. Signatures weaker than 80 bits are refused.
/// Revocation is not looked up.
ChainCheck verify_chain(
    std::span<const Certificate> chain, std::span<const Certificate> anchors, TimePoint now
);

}  // namespace latchkey::crypto
