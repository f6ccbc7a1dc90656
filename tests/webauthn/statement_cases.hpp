// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "support/certificates.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/fixture.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A valid statement of a format, to be changed in one point.
namespace latchkey::webauthn {

/// A change of a statement, and the step of its procedure that refuses it.
template <class Statement>
struct StatementRow {
    const char* rule;
    std::function<void(Statement&)> change;
    std::uint8_t step;
    Reason reason;
};

/// The statement that the draft of this registration will write.
template <class Statement>
Statement& statement_of(RegistrationCase& registration) {
    auto* statement = registration.draft.statement.write.target<Statement>();
    LATCHKEY_ASSERT(statement != nullptr);
    return *statement;
}

/// A registration that is valid, whatever its format.
inline RegistrationCase with_statement(
    test::StatementKind kind, CoseAlgorithm algorithm = CoseAlgorithm::es256
) {
    RegistrationCase registration({.algorithm = algorithm, .statement = kind});
    registration.policy.refused_formats.clear();
    return registration;
}

/// The same, and it must lead to the root of the authenticator.
inline RegistrationCase with_trusted_statement(
    test::StatementKind kind, CoseAlgorithm algorithm = CoseAlgorithm::es256
) {
    RegistrationCase registration = with_statement(kind, algorithm);
    registration.policy.attestation = Attestation::required;
    registration.policy.trust = AttestationTrust::roots;
    registration.policy.roots = {test::SoftwareAuthenticator(registration.options).root()};
    return registration;
}

/// "verified", "attested" or why not.
inline std::string judged(const RegistrationCase& registration) {
    Verifier verifier;
    const auto verified = registration.verify(verifier);
    if (!verified) return describe(verified.error());
    return verified->attested ? "attested" : "verified";
}

/// Refused at this step of section 8.`section`.
inline std::string refused(std::uint8_t section, std::uint8_t step, Reason reason) {
    return describe({Ceremony::registration, 22, reason, ProcedureStep{section, step}});
}

/// An authority of the tests.
inline test::Identity test_authority() {
    const auto key = test::PrivateKey::make(CoseAlgorithm::es256, 4'000);
    return test::make_root(test::authority_fields("Statement Test Root"), key);
}

/// attStmt without a member.
inline Bytes without(const Bytes& statement, std::string_view member) {
    const auto parsed = cbor::parse(statement).value();
    std::vector<std::pair<Bytes, Bytes>> kept;
    auto children = parsed.children();
    while (const auto key = children.next()) {
        const auto value = children.next();
        if (key->as_text() == member) continue;
        kept.emplace_back(test::copy_of(key->encoded()), test::copy_of(value->encoded()));
    }
    return test::cbor::map(kept);
}

/// A member of attStmt, with its name.
inline std::pair<Bytes, Bytes> member_of(const Bytes& statement, std::string_view name) {
    const auto value = cbor::parse(statement).value().find(name).value();
    return {test::cbor::text(name), test::copy_of(value.encoded())};
}

/// attStmt as the draft would write it.
inline Bytes encoded_statement(const RegistrationCase& registration) {
    const auto made = registration.draft.finish();
    const auto object = cbor::parse(made.attestation_object).value();
    return test::copy_of(object.find("attStmt")->encoded());
}

}  // namespace latchkey::webauthn
