// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/authenticator.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

using webauthn::CoseAlgorithm;

/// The options as the parse*FromJSON() of a browser takes them.
constexpr json::Limits options_limits{.bytes = 1'048'576, .depth = 16, .values = 65'536};

crypto::Sha256 derive(std::string_view purpose, std::uint64_t seed, std::uint64_t number) {
    const std::string text =
        std::string(purpose) + "/" + std::to_string(seed) + "/" + std::to_string(number);
    return crypto::sha256(bytes_of(text));
}

webauthn::Aaguid aaguid_of(std::uint64_t seed) {
    const auto hash = derive("aaguid", seed, 0);
    std::array<std::byte, 16> model{};
    std::copy_n(hash.begin(), model.size(), model.begin());
    return webauthn::Aaguid(model);
}

/// Keys of the attestation chain must differ from credential keys, whose seeds are smaller.
PrivateKey chain_key(CoseAlgorithm algorithm, std::uint64_t seed, std::uint64_t number) {
    return PrivateKey::make(algorithm, (std::uint64_t{1} << 63U) + seed * 2 + number);
}

CertificateFields leaf_fields(const webauthn::Aaguid& aaguid) {
    return {.extensions = {aaguid_extension(aaguid)}};
}

std::vector<Bytes> ids_in(const json::Value* descriptors) {
    std::vector<Bytes> ids;
    if (descriptors == nullptr || descriptors->as_array() == nullptr) return ids;
    for (const json::Value& descriptor : *descriptors->as_array()) {
        const std::string* id = descriptor.find_string("id");
        if (id == nullptr) continue;
        if (auto bytes = base64url_decode(*id)) ids.push_back(*std::move(bytes));
    }
    return ids;
}

bool offers(const json::Value& options, CoseAlgorithm algorithm) {
    const json::Value* parameters = options.find("pubKeyCredParams");
    if (parameters == nullptr || parameters->as_array() == nullptr) return false;
    return std::ranges::any_of(*parameters->as_array(), [algorithm](const json::Value& parameter) {
        const json::Value* alg = parameter.find("alg");
        return alg != nullptr && *alg == json::Value(static_cast<std::int32_t>(algorithm));
    });
}

}  // namespace

SoftwareAuthenticator::SoftwareAuthenticator(AuthenticatorOptions options)
    : options_(std::move(options)),
      aaguid_(aaguid_of(options_.seed)),
      root_(make_root(
          authority_fields("Latchkey Test Root"), chain_key(CoseAlgorithm::es256, options_.seed, 0)
      )),
      leaf_(issue(
          root_, leaf_fields(aaguid_), chain_key(options_.attestation_algorithm, options_.seed, 1)
      )) {}

std::optional<std::string> SoftwareAuthenticator::create(
    std::string_view options_json, std::string_view origin
) {
    const auto draft = draft_create(options_json, origin);
    if (!draft) return std::nullopt;
    return draft->finish().to_json();
}

std::optional<std::string> SoftwareAuthenticator::get(
    std::string_view options_json, std::string_view origin
) {
    const auto draft = draft_get(options_json, origin);
    if (!draft) return std::nullopt;
    return draft->finish().to_json();
}

std::optional<RegistrationDraft> SoftwareAuthenticator::draft_create(
    std::string_view options_json, std::string_view origin
) {
    const auto options = json::parse(options_json, options_limits);
    if (!options) return std::nullopt;
    const json::Value* rp = options->find("rp");
    const json::Value* user = options->find("user");
    const std::string* challenge = options->find_string("challenge");
    const std::string* rp_id = rp == nullptr ? nullptr : rp->find_string("id");
    const std::string* user_id = user == nullptr ? nullptr : user->find_string("id");
    if (challenge == nullptr || rp_id == nullptr || user_id == nullptr) return std::nullopt;
    const auto excluded = ids_in(options->find("excludeCredentials"));
    if (!excluded.empty() && find(*rp_id, excluded) != nullptr) return std::nullopt;
    auto user_handle = base64url_decode(*user_id);
    if (!user_handle || !offers(*options, options_.algorithm)) return std::nullopt;

    // 2^20 credentials of one authenticator before the seeds of the next one are reached.
    const auto key = PrivateKey::make(options_.algorithm, (options_.seed << 20U) + made_);
    const Bytes id = copy_of(derive("credential", options_.seed, made_));
    ++made_;
    // An authenticator keeps one discoverable credential for each user of a relying party (6.3.2).
    std::erase_if(kept_, [&](const auto& kept) {
        return kept.rp_id == *rp_id && kept.user_handle == *user_handle;
    });
    kept_.push_back({.id = id, .rp_id = *rp_id, .user_handle = *std::move(user_handle), .key = key}
    );
    return RegistrationDraft{
        .client =
            {.type = "webauthn.create", .challenge = *challenge, .origin = std::string(origin)},
        .data =
            {.rp_id = *rp_id,
             .flags = static_cast<std::uint8_t>(options_.flags | flag::at),
             .sign_count = 0,
             .aaguid = aaguid_,
             .credential_id = id,
             .cose_key = key.cose_key()},
        .statement = statement_for(options_.statement, key),
        .transports = options_.transports,
        .credential_key = key
    };
}

std::optional<AssertionDraft> SoftwareAuthenticator::draft_get(
    std::string_view options_json, std::string_view origin
) {
    const auto options = json::parse(options_json, options_limits);
    if (!options) return std::nullopt;
    const std::string* challenge = options->find_string("challenge");
    const std::string* rp_id = options->find_string("rpId");
    if (challenge == nullptr || rp_id == nullptr) return std::nullopt;
    SoftwareCredential* credential = find(*rp_id, ids_in(options->find("allowCredentials")));
    if (credential == nullptr) return std::nullopt;
    if (options_.counter == Counter::counts) ++credential->sign_count;
    return AssertionDraft{
        .client = {.type = "webauthn.get", .challenge = *challenge, .origin = std::string(origin)},
        .data =
            {.rp_id = *rp_id,
             .flags = options_.flags,
             .sign_count = credential->sign_count,
             .credential_id = credential->id},
        .key = credential->key,
        .user_handle = credential->user_handle
    };
}

void SoftwareAuthenticator::remove(const Bytes& credential_id) {
    std::erase_if(kept_, [&](const auto& credential) { return credential.id == credential_id; });
}

SoftwareCredential* SoftwareAuthenticator::find(
    std::string_view rp_id, const std::vector<Bytes>& allowed
) {
    for (auto& credential : std::ranges::reverse_view(kept_)) {
        const bool is_allowed = allowed.empty() || std::ranges::count(allowed, credential.id) > 0;
        if (credential.rp_id == rp_id && is_allowed) return &credential;
    }
    return nullptr;
}

}  // namespace latchkey::test
