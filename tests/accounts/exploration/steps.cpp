// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/steps.hpp"

#include "accounts/email_address.hpp"
#include "accounts/exploration/cast.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/people.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace latchkey::accounts {

Identity subject_numbered(std::int64_t number) {
    return {.issuer = "i", .subject = std::to_string(number)};
}

EmailAddress address_of(const EmailCode& code) {
    return code.address_key[0] == std::byte{0} ? ada_address() : eve_address();
}

World first_world() {
    World world{.now = noon, .last_id = 100};
    const webauthn::UserHandle handle(bytes(1, 2));
    world.accounts.push_back({
        .id = eve_id,
        .public_id = PublicId("2"),
        .user_handle = handle,
        .email = eve_address(),
        .created_at = noon - 24h * 30,
        .version = 1,
        .factors = 2,
    });
    Passkey key = device_bound(passkey(90));
    key.public_id = PublicId("90");
    key.account = eve_id;
    key.record.user_handle = handle;
    key.record.id = credential(200);
    key.record.transports = {};
    key.name = "k";
    key.created_on = "b";
    Passkey factor = second_factor(key);
    factor.id = PasskeyId(91);
    factor.public_id = PublicId("91");
    factor.record.id = credential(201);
    world.passkeys = {key, factor};
    return world;
}

std::optional<World> make(const World& world, const Decision& decision) {
    auto next = commit(world, decision.changes);
    if (next) next->last_id += 2 * ids_per_decision;
    return next;
}

}  // namespace latchkey::accounts
