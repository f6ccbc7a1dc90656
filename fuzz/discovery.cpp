// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/secret.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "oidc/authorization.hpp"
#include "oidc/provider.hpp"

#include <string>

namespace latchkey::fuzz {

void run(ByteView input) {
    const oidc::Provider provider{
        .issuer = "https://i",
        .client_id = "client",
        .credential = SecretText(std::string("secret")),
    };
    static_cast<void>(oidc::cache_lifetime(text_of(input)));
    static_cast<void>(oidc::parse_token_response(text_of(input)));
    const auto metadata = oidc::parse_metadata(text_of(input), provider);
    if (!metadata) return;
    LATCHKEY_ASSERT(oidc::is_endpoint(metadata->authorization_endpoint));
    LATCHKEY_ASSERT(oidc::is_endpoint(metadata->token_endpoint));
    LATCHKEY_ASSERT(oidc::is_endpoint(metadata->jwks_uri));
}

}  // namespace latchkey::fuzz
