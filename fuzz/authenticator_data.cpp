// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/authenticator_data.hpp"

#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto data = webauthn::parse_authenticator_data(input);
    if (!data) return;
    LATCHKEY_ASSERT(data->bytes.size() == input.size());
    LATCHKEY_ASSERT(data->flags.at == data->attested.has_value());
    if (!data->attested) return;
    LATCHKEY_ASSERT(!data->attested->credential_id.value().empty());
    static_cast<void>(webauthn::public_key_from_cose(data->attested->public_key));
}

}  // namespace latchkey::fuzz
