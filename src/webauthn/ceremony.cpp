// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/ceremony.hpp"

#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

namespace latchkey::webauthn {
namespace {

bool contains(const std::vector<Origin>& origins, const Origin& origin) {
    return std::ranges::find(origins, origin) != origins.end();
}

}  // namespace

bool expects_origin(const RelyingParty& rp, const ClientData& client) {
    return contains(rp.origins, client.origin);
}

bool expects_frame(const RelyingParty& rp, const ClientData& client) {
    return !client.cross_origin || rp.cross_origin == CrossOrigin::allowed;
}

bool expects_top_origin(const RelyingParty& rp, const ClientData& client) {
    if (!client.top_origin) return true;
    // 5.8.1: topOrigin is set only if crossOrigin is true.
    return client.cross_origin && rp.cross_origin == CrossOrigin::allowed &&
           contains(rp.top_origins, *client.top_origin);
}

std::unique_ptr<Verifier::Machinery> Verifier::make_machinery() noexcept try {
    return std::make_unique<Machinery>();
} catch (const std::bad_alloc&) {
    return nullptr;
}

Verifier::Verifier() noexcept : machinery_(make_machinery()) {}

Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;
Verifier::~Verifier() = default;

}  // namespace latchkey::webauthn
