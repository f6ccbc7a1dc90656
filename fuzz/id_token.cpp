// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "oidc/id_token.hpp"

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/jws.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "oidc/provider.hpp"

#include <string>

namespace latchkey::fuzz {

/// Whatever comes, nobody signed it with the one key that is known.
void run(ByteView input) {
    static const auto keys =
        crypto::parse_jwk_set(R"({"keys":[{"kty":"EC","crv":"P-256",)"
                              R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                              R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
    LATCHKEY_ASSERT(keys && keys->size() == 1);
    const oidc::Provider provider{
        .kind = oidc::ProviderKind::apple,
        .issuer = std::string(oidc::apple_issuer),
        .client_id = "client",
        .credential = SecretText(std::string("secret")),
    };
    const TimePoint now{};
    const auto token = oidc::verify_id_token(
        text_of(input), *keys, {.provider = provider, .nonce = "n", .access_token = "", .now = now}
    );
    LATCHKEY_ASSERT(!token.has_value());
    LATCHKEY_ASSERT(!oidc::verify_apple_notice(text_of(input), *keys, provider, now).has_value());
    static_cast<void>(oidc::parse_userinfo(text_of(input), provider, "sub"));
}

}  // namespace latchkey::fuzz
