// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/tpm_structures.hpp"

#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace latchkey::webauthn::attestation::tpm {
namespace {

using crypto::HashAlgorithm;
using crypto::SignatureAlgorithm;

// TPM_ALG_ID (6.3)
constexpr std::uint16_t alg_rsa = 0x0001;
constexpr std::uint16_t alg_aes = 0x0006;
constexpr std::uint16_t alg_null = 0x0010;
constexpr std::uint16_t alg_rsassa = 0x0014;
constexpr std::uint16_t alg_rsapss = 0x0016;
constexpr std::uint16_t alg_ecdsa = 0x0018;
constexpr std::uint16_t alg_ecc = 0x0023;

struct Hash {
    std::uint16_t identifier;
    HashAlgorithm algorithm;
};

constexpr auto hashes = std::to_array<Hash>({
    {0x0004, HashAlgorithm::sha1},
    {0x000b, HashAlgorithm::sha256},
    {0x000c, HashAlgorithm::sha384},
    {0x000d, HashAlgorithm::sha512},
});

struct Curve {
    std::uint16_t identifier;  // TPM_ECC_CURVE (6.4)
    SignatureAlgorithm algorithm;
};

constexpr auto curves = std::to_array<Curve>({
    {0x0003, SignatureAlgorithm::ecdsa_p256_sha256},
    {0x0004, SignatureAlgorithm::ecdsa_p384_sha384},
    {0x0005, SignatureAlgorithm::ecdsa_p521_sha512},
});

/// Reads field after field. After a field that is not there everything fails.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    ByteView take(std::size_t size) {
        if (rest_.size() < size) has_failed_ = true;
        if (has_failed_) return {};
        const ByteView taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    std::uint16_t read16() { return static_cast<std::uint16_t>(read_number(2)); }

    std::uint32_t read32() { return read_number(4); }

    /// A TPM2B structure: its size, and as many bytes.
    ByteView read_sized() { return take(read16()); }

    void refuse() { has_failed_ = true; }

    [[nodiscard]] bool is_complete() const { return !has_failed_ && rest_.empty(); }

    ByteView read_rest() { return take(rest_.size()); }

private:
    std::uint32_t read_number(std::size_t size) {
        std::uint32_t number = 0;
        for (const std::byte byte : take(size)) {
            number = (number << 8U) | std::to_integer<std::uint32_t>(byte);
        }
        return number;
    }

    ByteView rest_;
    bool has_failed_ = false;
};

std::optional<HashAlgorithm> hash_from(std::uint16_t identifier) {
    const auto* found = std::ranges::find(hashes, identifier, &Hash::identifier);
    if (found == hashes.end()) return std::nullopt;
    return found->algorithm;
}

/// TPMT_SYM_DEF_OBJECT (11.1.7): a signing key has none, but some write AES.
void skip_symmetric(Reader& reader) {
    const std::uint16_t algorithm = reader.read16();
    if (algorithm == alg_null) return;
    if (algorithm != alg_aes) reader.refuse();
    reader.read16();  // key bits
    reader.read16();  // mode
}

/// A scheme of signatures (11.2.4.2, 11.2.5.6), with its hash unless there is none.
void skip_scheme(Reader& reader, bool (*is_allowed)(std::uint16_t)) {
    const std::uint16_t scheme = reader.read16();
    if (scheme == alg_null) return;
    if (!is_allowed(scheme) || !hash_from(reader.read16())) reader.refuse();
}

bool is_rsa_scheme(std::uint16_t scheme) {
    return scheme == alg_rsassa || scheme == alg_rsapss;
}

bool is_ecc_scheme(std::uint16_t scheme) {
    return scheme == alg_ecdsa;
}

RsaKey read_rsa(Reader& reader) {
    skip_symmetric(reader);
    skip_scheme(reader, is_rsa_scheme);
    const std::size_t key_bits = reader.read16();
    RsaKey key;
    key.exponent = reader.read32();
    key.modulus = reader.read_sized();
    if (key.modulus.size() * 8 != key_bits) reader.refuse();
    return key;
}

EccKey read_ecc(Reader& reader) {
    skip_symmetric(reader);
    skip_scheme(reader, is_ecc_scheme);
    const auto* curve = std::ranges::find(curves, reader.read16(), &Curve::identifier);
    if (reader.read16() != alg_null) reader.refuse();  // kdf: none is defined
    EccKey key;
    if (curve == curves.end()) {
        reader.refuse();
        return key;
    }
    key.curve = curve->algorithm;
    key.x = reader.read_sized();
    key.y = reader.read_sized();
    return key;
}

}  // namespace

std::optional<PublicArea> parse_public_area(ByteView bytes) {
    Reader reader(bytes);
    const std::uint16_t type = reader.read16();
    const auto name_algorithm = hash_from(reader.read16());
    reader.read32();      // objectAttributes
    reader.read_sized();  // authPolicy
    if (!name_algorithm || (type != alg_rsa && type != alg_ecc)) return std::nullopt;
    PublicArea area{.name_algorithm = *name_algorithm, .key = {}};
    if (type == alg_rsa) {
        area.key = read_rsa(reader);
    } else {
        area.key = read_ecc(reader);
    }
    return reader.is_complete() ? std::optional(area) : std::nullopt;
}

std::optional<Attest> parse_attest(ByteView bytes) {
    Reader reader(bytes);
    Attest attest;
    attest.magic = reader.read32();
    attest.type = reader.read16();
    reader.read_sized();  // qualifiedSigner
    attest.extra_data = reader.read_sized();
    reader.take(17);  // clockInfo
    reader.take(8);   // firmwareVersion
    attest.attested = reader.read_rest();
    return reader.is_complete() ? std::optional(attest) : std::nullopt;
}

std::optional<ByteView> parse_certified_name(ByteView attested) {
    Reader reader(attested);
    const ByteView name = reader.read_sized();
    reader.read_sized();  // qualifiedName
    return reader.is_complete() ? std::optional(name) : std::nullopt;
}

std::uint16_t identifier_of(HashAlgorithm algorithm) {
    return std::ranges::find(hashes, algorithm, &Hash::algorithm)->identifier;
}

}  // namespace latchkey::webauthn::attestation::tpm
