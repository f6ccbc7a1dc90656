// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/ceremonies.hpp"

#include "accounts/sign_in.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/purpose.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr json::Limits sealed_limits{.bytes = 4'096, .depth = 3, .values = 16};

Bytes context_for(std::string_view what, std::string_view browser_id) {
    Bytes context(bytes_of(what).begin(), bytes_of(what).end());
    context.push_back(std::byte{0});
    context.insert(context.end(), bytes_of(browser_id).begin(), bytes_of(browser_id).end());
    return context;
}

std::int64_t to_ticks(SteadyPoint point) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(point.time_since_epoch()).count();
}

}  // namespace

Ceremonies::Ceremonies(
    const crypto::Sealer& sealer, const Clock& clock, Random& random, CeremonyKind kind
)
    : sealer_(sealer), clock_(clock), random_(random), kind_(kind), process_(random.bytes<16>()) {}

Ceremonies::Issued Ceremonies::issue(
    std::string_view browser_id, const accounts::Purpose& purpose
) {
    const auto challenge = random_.bytes<32>();
    const SteadyPoint expires_at = clock_.steady_now() + kind_.lifetime;
    const std::string text = json::write(json::object({
        {"process", base64url_encode(process_)},
        {"challenge", base64url_encode(challenge)},
        {"expires", to_ticks(expires_at)},
        {"purpose", to_json(purpose)},
    }));
    return {
        .challenge = webauthn::Challenge(Bytes(challenge.begin(), challenge.end())),
        .sealed = base64url_encode(
            sealer_.seal(bytes_of(text), context_for(kind_.what, browser_id), random_)
        ),
    };
}

std::optional<Ceremony> Ceremonies::open(std::string_view sealed, std::string_view browser_id)
    const {
    const std::optional<Bytes> bytes = base64url_decode(sealed);
    if (!bytes) return std::nullopt;
    const std::optional<SecretBytes> plain =
        sealer_.open(*bytes, context_for(kind_.what, browser_id));
    if (!plain) return std::nullopt;
    const auto value = json::parse(text_of(plain->reveal()), sealed_limits);
    if (!value) return std::nullopt;
    const std::string* process = value->find_string("process");
    const std::string* challenge = value->find_string("challenge");
    const json::Value* expires = value->find("expires");
    const json::Value* purpose = value->find("purpose");
    if (process == nullptr || challenge == nullptr || expires == nullptr || purpose == nullptr) {
        return std::nullopt;
    }
    auto challenge_bytes = base64url_decode(*challenge);
    auto parsed_purpose = purpose_from_json(*purpose);
    if (!challenge_bytes || !parsed_purpose || expires->as_integer() == nullptr) {
        return std::nullopt;
    }
    const SteadyPoint expires_at{std::chrono::milliseconds(*expires->as_integer())};
    return Ceremony{
        .challenge = webauthn::Challenge(std::move(*challenge_bytes)),
        .expires_at = expires_at,
        .purpose = std::move(*parsed_purpose),
        .is_alive = *process == base64url_encode(process_) && clock_.steady_now() < expires_at,
    };
}

bool Ceremonies::spend(const Ceremony& ceremony) {
    const SteadyPoint now = clock_.steady_now();
    if (!ceremony.is_alive || now >= ceremony.expires_at) return false;
    Spent challenge{};
    LATCHKEY_ASSERT(ceremony.challenge.value().size() == challenge.size());
    std::ranges::copy(ceremony.challenge.value(), challenge.begin());
    const std::scoped_lock lock(mutex_);
    forget_expired(now);
    return !spent_before_.contains(challenge) && spent_.insert(challenge).second;
}

/// What was spent a lifetime ago or longer is expired by now, whenever it was issued.
void Ceremonies::forget_expired(SteadyPoint now) {
    if (now < begun_at_ + kind_.lifetime) return;
    const bool is_all_expired = now >= begun_at_ + 2 * kind_.lifetime;
    spent_before_ = is_all_expired ? SpentSet() : std::move(spent_);
    spent_ = {};
    begun_at_ = now;
}

std::size_t Ceremonies::spent_count() {
    const std::scoped_lock lock(mutex_);
    return spent_.size() + spent_before_.size();
}

}  // namespace latchkey::pages
