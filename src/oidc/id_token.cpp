// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "oidc/id_token.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "crypto/equal.hpp"
#include "crypto/jws.hpp"
#include "crypto/jws_reader.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "oidc/limits.hpp"
#include "oidc/provider.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::oidc {
namespace {

using enum TokenError;

constexpr json::Limits claims_limits{.bytes = limits::document_bytes, .depth = 8, .values = 1'024};

/// The claims of a JWS that one of the keys signed.
Result<json::Value> verified_claims(
    std::string_view token, const std::vector<crypto::JsonWebKey>& keys
) {
    const auto jws = crypto::parse_jws(token);
    if (!jws) return Fail{malformed};
    switch (crypto::verify_jws(*jws, keys)) {
        case crypto::JwsCheck::valid:
            break;
        case crypto::JwsCheck::key_unknown:
            return Fail{key_unknown};
        case crypto::JwsCheck::key_ambiguous:
            return Fail{key_ambiguous};
        case crypto::JwsCheck::bad_signature:
            return Fail{bad_signature};
    }
    auto claims = json::parse(text_of(jws->payload), claims_limits);
    if (!claims || claims->as_object() == nullptr) return Fail{claims_malformed};
    return std::move(claims).value();
}

std::string_view text_in(const json::Value& claims, std::string_view name) {
    const std::string* text = claims.find_string(name);
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

/// NumericDate (RFC 7519 section 2), whole seconds; within a range that cannot overflow.
std::optional<TimePoint> time_in(const json::Value& claims, std::string_view name) {
    constexpr std::int64_t latest = 253'402'300'799;  // the end of the year 9999
    const json::Value* value = claims.find(name);
    const std::int64_t* seconds = value == nullptr ? nullptr : value->as_integer();
    if (seconds == nullptr || *seconds < 0 || *seconds > latest) return std::nullopt;
    return TimePoint(std::chrono::seconds(*seconds));
}

/// Apple writes booleans as strings, now and then.
bool is_true(const json::Value& claims, std::string_view name, const Provider& provider) {
    const json::Value* value = claims.find(name);
    if (value == nullptr) return false;
    if (const bool* truth = value->as_bool()) return *truth;
    const bool may_be_text = provider.kind == ProviderKind::apple;
    return may_be_text && value->as_string() != nullptr && *value->as_string() == "true";
}

std::optional<Address> address_in(const json::Value& claims, const Provider& provider) {
    const std::string_view email = text_in(claims, "email");
    if (email.empty()) return std::nullopt;
    return Address{
        .email = std::string(email),
        .is_verified = is_true(claims, "email_verified", provider),
        .is_private = is_true(claims, "is_private_email", provider),
    };
}

/// Step 3: for us alone. A second audience is a party that we do not know.
bool is_for_us(const json::Value& claims, const Provider& provider) {
    const json::Value* audience = claims.find("aud");
    if (audience == nullptr) return false;
    if (const std::string* one = audience->as_string()) return *one == provider.client_id;
    const json::Array* several = audience->as_array();
    return several != nullptr && several->size() == 1 &&
           several->front() == json::Value(provider.client_id);
}

bool is_subject(std::string_view subject) {
    return !subject.empty() && subject.size() <= limits::subject_bytes &&
           std::ranges::all_of(subject, [](char character) {
               return character >= ' ' && character < '\x7f';
           });
}

/// Steps 2 to 5: from whom and for whom.
Result<void> check_parties(const json::Value& claims, const Provider& provider) {
    if (!is_issuer_of(provider, text_in(claims, "iss"))) return Fail{issuer_mismatch};
    if (!is_for_us(claims, provider)) return Fail{audience_mismatch};
    if (claims.find("azp") != nullptr && text_in(claims, "azp") != provider.client_id) {
        return Fail{party_mismatch};
    }
    return {};
}

/// Steps 9 and 10.
Result<void> check_times(const json::Value& claims, TimePoint now) {
    const auto expires_at = time_in(claims, "exp");
    const auto issued_at = time_in(claims, "iat");
    if (!expires_at || !issued_at) return Fail{claims_malformed};
    if (now >= *expires_at + limits::clock_skew) return Fail{expired};
    if (*issued_at > now + limits::clock_skew) return Fail{issued_wrongly};
    if (*issued_at + limits::id_token_age < now) return Fail{issued_wrongly};
    if (claims.find("nbf") == nullptr) return {};
    const auto not_before = time_in(claims, "nbf");
    if (!not_before) return Fail{claims_malformed};
    if (*not_before > now + limits::clock_skew) return Fail{issued_wrongly};
    return {};
}

bool is_equal(std::string_view a, std::string_view b) {
    return crypto::equal_constant_time(bytes_of(a), bytes_of(b));
}

std::optional<AppleNoticeKind> notice_named(std::string_view type) {
    using enum AppleNoticeKind;
    constexpr std::array<std::pair<std::string_view, AppleNoticeKind>, 5> names{{
        {"consent-revoked", consent_revoked},
        {"account-delete", account_deleted},
        {"account-deleted", account_deleted},
        {"email-disabled", mail_off},
        {"email-enabled", mail_on},
    }};
    const auto* found =
        std::ranges::find(names, type, &std::pair<std::string_view, AppleNoticeKind>::first);
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string_view name_of(TokenError error) {
    constexpr std::array<std::string_view, 14> names{
        "malformed",
        "key_unknown",
        "key_ambiguous",
        "bad_signature",
        "claims_malformed",
        "issuer_mismatch",
        "audience_mismatch",
        "party_mismatch",
        "expired",
        "issued_wrongly",
        "nonce_mismatch",
        "access_token_mismatch",
        "domain_mismatch",
        "subject_mismatch",
    };
    return names.at(static_cast<std::size_t>(error));
}

Result<IdToken> verify_id_token(
    std::string_view token, const std::vector<crypto::JsonWebKey>& keys, const Expected& expected
) {
    const Provider& provider = expected.provider;
    // Step 1: we ask for no encryption. Steps 6 to 8: signature, algorithm, no MAC.
    const json::Value claims = TRY(verified_claims(token, keys));
    TRY(check_parties(claims, provider));    // steps 2 to 5
    TRY(check_times(claims, expected.now));  // steps 9 and 10
    if (!is_equal(text_in(claims, "nonce"), expected.nonce)) {
        return Fail{nonce_mismatch};  // step 11
    }
    // Steps 12 and 13: we ask for neither `acr` nor `auth_time`.
    if (claims.find("at_hash") != nullptr && !expected.access_token.empty() &&
        !is_equal(text_in(claims, "at_hash"), crypto::half_hash(expected.access_token))) {
        return Fail{access_token_mismatch};
    }
    const std::string_view subject = text_in(claims, "sub");
    if (!is_subject(subject)) return Fail{claims_malformed};
    const std::string_view domain = text_in(claims, "hd");
    if (!provider.hosted_domain.empty() && domain != provider.hosted_domain) {
        return Fail{domain_mismatch};
    }
    return IdToken{
        .subject = std::string(subject),
        .address = address_in(claims, provider),
        .hosted_domain = std::string(domain),
    };
}

Result<std::optional<Address>> parse_userinfo(
    std::string_view text, const Provider& provider, std::string_view subject
) {
    const auto claims = json::parse(text, claims_limits);
    if (!claims || claims->as_object() == nullptr) return Fail{claims_malformed};
    if (!is_equal(text_in(*claims, "sub"), subject)) return Fail{subject_mismatch};
    return address_in(*claims, provider);
}

std::optional<std::string> vouched_address(const IdToken& token, const Provider& provider) {
    if (!token.address || !token.address->is_verified) return std::nullopt;
    const std::string& email = token.address->email;
    switch (provider.kind) {
        case ProviderKind::google:
            if (!email.ends_with("@gmail.com") && token.hosted_domain.empty()) return std::nullopt;
            return email;
        case ProviderKind::apple:
            return email;
        case ProviderKind::other:
            break;
    }
    return provider.trusts_address ? std::optional(email) : std::nullopt;
}

Result<std::optional<AppleNotice>> verify_apple_notice(
    std::string_view payload,
    const std::vector<crypto::JsonWebKey>& keys,
    const Provider& provider,
    TimePoint now
) {
    const json::Value claims = TRY(verified_claims(payload, keys));
    TRY(check_parties(claims, provider));
    const auto issued_at = time_in(claims, "iat");
    if (!issued_at) return Fail{claims_malformed};
    if (*issued_at > now + limits::clock_skew) return Fail{issued_wrongly};
    // The event is JSON in a string.
    const std::string* text = claims.find_string("events");
    if (text == nullptr) return Fail{claims_malformed};
    const auto event = json::parse(*text, claims_limits);
    if (!event) return Fail{claims_malformed};
    const auto kind = notice_named(text_in(*event, "type"));
    if (!kind) return std::optional<AppleNotice>();
    const std::string_view subject = text_in(*event, "sub");
    if (!is_subject(subject)) return Fail{claims_malformed};
    return std::optional(
        AppleNotice{.kind = *kind, .subject = std::string(subject), .at = *issued_at}
    );
}

}  // namespace latchkey::oidc
