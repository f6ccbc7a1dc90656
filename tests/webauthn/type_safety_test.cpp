// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn.hpp"

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

/// What must not compile. Each statement has its counterpart that does, so that none is true for
/// another reason than the one it names.
namespace latchkey::webauthn {
namespace {

template <class Given, class Kept, class Answer>
concept FinishesRegistration =
    requires(Verifier verifier, RelyingParty rp, RegistrationPolicy policy, TimePoint now) {
        verifier.verify_registration(
            rp, std::declval<Kept>(), std::declval<Given>(), std::declval<Answer>(), now
        );
    };

template <class Given, class Kept, class Answer>
concept FinishesAuthentication = requires(Verifier verifier, RelyingParty rp) {
    verifier.verify_authentication(
        rp, std::declval<Given>(), std::declval<Kept>(), std::declval<Answer>()
    );
};

using Registering = const RegistrationCeremony&;
using Authenticating = const AuthenticationCeremony&;
using Created = const RegistrationResponse&;
using Asserted = const AuthenticationResponse&;
using Policy = const RegistrationPolicy&;
using Record = const CredentialRecord&;

// A ceremony is finished as what it was begun, with a response of its own kind.
static_assert(FinishesRegistration<Registering, Policy, Created>);
static_assert(!FinishesRegistration<Authenticating, Policy, Created>);
static_assert(!FinishesRegistration<Registering, Policy, Asserted>);
static_assert(FinishesAuthentication<Authenticating, Record, Asserted>);
static_assert(!FinishesAuthentication<Registering, Record, Asserted>);
static_assert(!FinishesAuthentication<Authenticating, Record, Created>);
static_assert(!std::is_convertible_v<RegistrationCeremony, AuthenticationCeremony>);
static_assert(!std::is_convertible_v<AuthenticationCeremony, RegistrationCeremony>);

// What was verified as a registration is no proof of a sign-in.
static_assert(!std::is_convertible_v<VerifiedRegistration, VerifiedAuthentication>);

// An authentication says from the start who may sign in: there is none that forgot to.
static_assert(!std::is_default_constructible_v<AuthenticationCeremony>);
static_assert(!std::is_constructible_v<AuthenticationCeremony, Challenge>);

// Responses come from the parsers only, and are judged as they were parsed.
static_assert(!std::is_default_constructible_v<RegistrationResponse>);
static_assert(!std::is_default_constructible_v<AuthenticationResponse>);
static_assert(!std::is_copy_constructible_v<RegistrationResponse>);
static_assert(!std::is_copy_constructible_v<AuthenticationResponse>);
static_assert(std::is_move_constructible_v<RegistrationResponse>);

// Metadata comes from a BLOB that was verified, and from nowhere else.
static_assert(!std::is_default_constructible_v<Metadata>);

// Identifiers of one representation are not taken for one another, nor made by accident.
template <class Value>
concept FindsCredential = requires(const AuthenticationCeremony& ceremony, const Value& value) {
    ceremony.allows(value);
};
static_assert(FindsCredential<CredentialId>);
static_assert(!FindsCredential<UserHandle>);
static_assert(!FindsCredential<Challenge>);
static_assert(!FindsCredential<Bytes>);
static_assert(!std::is_convertible_v<Bytes, Challenge>);
static_assert(!std::is_convertible_v<std::string_view, Origin>);
static_assert(!std::is_constructible_v<Origin, RpId>);

// A result that nobody looks at does not compile (-Werror), and it is no boolean by accident.
static_assert(!std::is_convertible_v<Result<VerifiedAuthentication, Failure>, bool>);

// One verifier, one thread.
static_assert(!std::is_copy_constructible_v<Verifier>);
static_assert(std::is_nothrow_move_constructible_v<Verifier>);

// No exception crosses the boundary, from whatever judges what others sent.
static_assert(requires(
    Verifier verifier,
    RelyingParty rp,
    RegistrationCeremony registration,
    RegistrationResponse registered,
    AuthenticationCeremony authentication,
    AuthenticationResponse asserted,
    TimePoint now,
    RegistrationPolicy policy,
    CredentialRecord record
) {
    { Verifier() } noexcept;
    { verifier.verify_registration(rp, policy, registration, registered, now) } noexcept;
    { verifier.verify_authentication(rp, authentication, record, asserted) } noexcept;
});
static_assert(requires(
    std::string_view text,
    RegistrationParts registration,
    AuthenticationParts authentication,
    ByteView bytes,
    MetadataTrust trust,
    TimePoint now
) {
    { public_key_from_cose(bytes) } noexcept;
    { Metadata::verify(text, trust, now) } noexcept;
    { parse_registration_response(text) } noexcept;
    { parse_registration_response(std::move(registration)) } noexcept;
    { parse_authentication_response(text) } noexcept;
    { parse_authentication_response(std::move(authentication)) } noexcept;
});

}  // namespace

TEST_CASE("An account without credentials does not turn into whoever comes") {
    const UserHandle ada(Bytes(64, std::byte{1}));
    const auto ceremony =
        AuthenticationCeremony::for_account(Challenge(Bytes(32, std::byte{2})), ada, {});
    CHECK(ceremony.user_handle() == ada);
    CHECK_FALSE(AuthenticationCeremony::discoverable(Challenge(Bytes(32))).user_handle());
}

}  // namespace latchkey::webauthn
