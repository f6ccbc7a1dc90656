// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "crypto/jws.hpp"
#include "latchkey/result.hpp"
#include "oidc/provider.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// ID tokens of other providers: OpenID Connect Core 3.1.3.7 (errata set 2, 13 steps).
namespace latchkey::oidc {

enum class TokenError : std::uint8_t {
    malformed,              // not a JWS of three parts, or its algorithm is not allowed (step 7)
    key_unknown,            // no key of the provider fits: perhaps it has new ones
    key_ambiguous,          // more than one does
    bad_signature,          // step 6
    claims_malformed,       // a claim is missing or of the wrong type
    issuer_mismatch,        // step 2
    audience_mismatch,      // step 3: not for us, or not for us alone
    party_mismatch,         // steps 4 and 5: `azp`
    expired,                // step 9
    issued_wrongly,         // step 10: in the future, or too long ago
    nonce_mismatch,         // step 11
    access_token_mismatch,  // 3.1.3.8: `at_hash`
    domain_mismatch,        // the account is not of the domain that was configured (`hd`)
    subject_mismatch,       // 5.3.2: the userinfo response is about somebody else
};

/// The stable name, for the log: "nonce_mismatch".
std::string_view name_of(TokenError error);

template <class T>
using Result = latchkey::Result<T, TokenError>;

/// What a provider says of an address. Never mixed from two sources: what is verified is this
/// address and no other (CVE-2026-14781).
struct Address {
    std::string email;
    bool is_verified = false;
    bool is_private = false;  // Apple: a relay address
};

/// Who it is, verified.
struct IdToken {
    std::string subject;
    std::optional<Address> address;
    std::string hosted_domain;  // Google: `hd`; empty: none
};

struct Expected {
    const Provider& provider;
    std::string_view nonce;
    std::string_view access_token;  // that came with it; empty: none
    TimePoint now;
};

/// Verifies an ID token that came straight from the token endpoint. Its signature is checked all
/// the same.
Result<IdToken> verify_id_token(
    std::string_view token, const std::vector<crypto::JsonWebKey>& keys, const Expected& expected
);

/// OpenID Connect Core 5.3.2: what the userinfo endpoint says of the same subject.
Result<std::optional<Address>> parse_userinfo(
    std::string_view text, const Provider& provider, std::string_view subject
);

/// The address if the provider is an authority for it: verified, and for Google one of gmail.com or
/// of a Workspace (`hd`), for another provider if the configuration trusts it. nullopt: it proves
/// nothing about the address.
std::optional<std::string> vouched_address(const IdToken& token, const Provider& provider);

/// Apple's notices from server to server.
enum class AppleNoticeKind : std::uint8_t {
    consent_revoked,
    account_deleted,
    mail_off,  // the relay no longer forwards
    mail_on,
};

struct AppleNotice {
    AppleNoticeKind kind = AppleNoticeKind::consent_revoked;
    std::string subject;
    TimePoint at;
};

/// A notice: `payload` of what Apple posts, signed as ID tokens are. nullopt as a value: an event
/// that we do not know, to be answered with 200.
Result<std::optional<AppleNotice>> verify_apple_notice(
    std::string_view payload,
    const std::vector<crypto::JsonWebKey>& keys,
    const Provider& provider,
    TimePoint now
);

}  // namespace latchkey::oidc
