// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/seal.hpp"

#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/types.h>

namespace latchkey::crypto {
namespace {

constexpr std::size_t salt_size = 16;
constexpr std::size_t tag_size = 16;
constexpr std::size_t header_size = 1 + salt_size;
constexpr std::size_t overhead = header_size + tag_size;

// Each key seals one value, so the nonce may be the same for all of them.
constexpr std::array<unsigned char, 12> nonce{};

EVP_CIPHER* aes_256_gcm() {
    static const Owned<EVP_CIPHER> cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
    LATCHKEY_ASSERT(cipher != nullptr);
    return cipher.get();
}

SecretKey key_of_value(const SecretKey& master, ByteView salt) {
    return expand_key(master, {bytes_of("latchkey seal v1"), salt});
}

/// OpenSSL counts in int; what is sealed is far smaller.
int checked_size(ByteView bytes) {
    LATCHKEY_ASSERT(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(bytes.size());
}

}  // namespace

Sealer::Sealer(std::vector<Key> keys) {
    use(std::move(keys));
}

void Sealer::use(std::vector<Key> keys) {
    LATCHKEY_ASSERT(!keys.empty());
    for (auto key = keys.begin(); key != keys.end(); ++key) {
        const auto same_id = [&](const Key& other) { return other.id == key->id; };
        LATCHKEY_ASSERT(std::ranges::none_of(key + 1, keys.end(), same_id));
    }
    keys_.store(std::make_shared<const std::vector<Key>>(std::move(keys)));
}

std::uint8_t Sealer::key_id() const {
    return keys_.load()->front().id;
}

std::optional<std::uint8_t> Sealer::key_id_of(ByteView sealed) {
    if (sealed.size() < overhead) return std::nullopt;
    return std::to_integer<std::uint8_t>(sealed[0]);
}

Bytes Sealer::seal(ByteView plain, ByteView context, Random& random) const {
    Bytes sealed(plain.size() + overhead);
    const std::span<std::byte> out(sealed);
    const auto salt = out.subspan(1, salt_size);
    const auto cipher_text = out.subspan(header_size, plain.size());
    const auto tag = out.last(tag_size);
    const auto keys = keys_.load();
    out[0] = static_cast<std::byte>(keys->front().id);
    random.fill(salt);

    const SecretKey key = key_of_value(keys->front().key, salt);
    const Owned<EVP_CIPHER_CTX> cipher(EVP_CIPHER_CTX_new());
    int written = 0;
    LATCHKEY_ASSERT(cipher != nullptr);
    require(EVP_EncryptInit_ex2(
        cipher.get(), aes_256_gcm(), octets(key.reveal()), nonce.data(), nullptr
    ));
    require(
        EVP_EncryptUpdate(cipher.get(), nullptr, &written, octets(context), checked_size(context))
    );
    require(EVP_EncryptUpdate(
        cipher.get(), writable_octets(cipher_text), &written, octets(plain), checked_size(plain)
    ));
    require(EVP_EncryptFinal_ex(cipher.get(), writable_octets(tag), &written));
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag.data()));
    return sealed;
}

std::optional<SecretBytes> Sealer::open(ByteView sealed, ByteView context) const {
    const auto id = key_id_of(sealed);
    if (!id) return std::nullopt;
    const auto keys = keys_.load();
    const auto master = std::ranges::find(*keys, *id, &Key::id);
    if (master == keys->end()) return std::nullopt;

    const ByteView salt = sealed.subspan(1, salt_size);
    const ByteView cipher_text = sealed.subspan(header_size, sealed.size() - overhead);
    std::array<std::byte, tag_size> tag{};
    std::copy_n(sealed.last(tag_size).begin(), tag_size, tag.begin());

    const SecretKey key = key_of_value(master->key, salt);
    Bytes plain(cipher_text.size());
    const Owned<EVP_CIPHER_CTX> cipher(EVP_CIPHER_CTX_new());
    int written = 0;
    LATCHKEY_ASSERT(cipher != nullptr);
    require(EVP_DecryptInit_ex2(
        cipher.get(), aes_256_gcm(), octets(key.reveal()), nonce.data(), nullptr
    ));
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()));
    require(
        EVP_DecryptUpdate(cipher.get(), nullptr, &written, octets(context), checked_size(context))
    );
    require(EVP_DecryptUpdate(
        cipher.get(),
        writable_octets(plain),
        &written,
        octets(cipher_text),
        checked_size(cipher_text)
    ));
    // Held as a secret before the tag is judged, so that it is wiped when the tag is wrong.
    SecretBytes opened(std::move(plain));
    std::array<unsigned char, 1> nothing{};
    if (EVP_DecryptFinal_ex(cipher.get(), nothing.data(), &written) != 1) return std::nullopt;
    return opened;
}

}  // namespace latchkey::crypto
