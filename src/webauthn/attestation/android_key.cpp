// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/attestation/android_key_description.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/cose.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

using android::AuthorizationList;
using android::KeyDescription;
using crypto::Certificate;

// Android key attestation certificate extension data (8.4.1)
constexpr std::string_view key_description_extension = "1.3.6.1.4.1.11129.2.1.17";

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 4, .step = step}, .reason = reason}};
}

struct Statement {
    CoseAlgorithm algorithm = CoseAlgorithm::es256;
    ByteView signature;
    cbor::Item x5c;
};

/// androidStmtFormat: alg, sig and x5c.
std::optional<Statement> read_statement(const cbor::Item& statement) {
    const auto alg = statement.find("alg");
    const auto sig = statement.find("sig");
    const auto x5c = statement.find("x5c");
    const auto algorithm = alg ? algorithm_from(*alg) : std::nullopt;
    const auto signature = sig ? sig->as_bytes() : std::nullopt;
    if (!algorithm || !signature || !x5c || statement.size() != 3) return std::nullopt;
    return Statement{.algorithm = *algorithm, .signature = *signature, .x5c = *x5c};
}

Result<void, Reason> check_signature(
    const Input& input, const Statement& statement, const Certificate& leaf
) {
    const auto algorithm = signature_algorithm(statement.algorithm);
    if (!algorithm) return Fail{Reason::statement_algorithm_not_supported};
    return require_valid(leaf.verify(
        *algorithm, statement.signature, {input.authenticator_data.bytes, input.client_data_hash}
    ));
}

std::optional<KeyDescription> read_description(const Certificate& certificate) {
    const auto extension = certificate.extension(key_description_extension);
    return extension ? android::parse_key_description(extension->value) : std::nullopt;
}

bool is_generated(const AuthorizationList& list) {
    return list.origin == android::origin_generated;
}

bool is_for_signing(const AuthorizationList& list) {
    return list.purposes && std::ranges::count(*list.purposes, android::purpose_sign) > 0;
}

// A list that says nothing passes where either may say it: real devices write such lists, and so
// does a test vector of the specification.
bool may_be_generated(const AuthorizationList& list) {
    return !list.origin || is_generated(list);
}

bool may_be_for_signing(const AuthorizationList& list) {
    return !list.purposes || is_for_signing(list);
}

}  // namespace

// Section 8.4, "Android Key Attestation Statement Format". The specification does not number the
// steps.
Result<Evidence, Refusal> verify_android_key(const Input& input) {
    const auto statement = read_statement(input.statement);
    if (!statement) return fail(1, Reason::statement_malformed);
    auto certificates = read_certificates(statement->x5c);
    if (!certificates) return fail(1, certificates.error());
    const Certificate& leaf = certificates->front();
    const auto signature = check_signature(input, *statement, leaf);
    if (!signature) return fail(2, signature.error());
    if (!certifies_credential_key(leaf, input)) return fail(3, Reason::attested_key_mismatch);

    const auto description = read_description(leaf);
    if (!description) return fail(4, Reason::certificate_requirements);
    if (!std::ranges::equal(description->challenge, input.client_data_hash)) {
        return fail(4, Reason::statement_not_of_ceremony);
    }
    const auto& [challenge, software, tee] = *description;
    if (software.all_applications || tee.all_applications) {
        return fail(5, Reason::key_authorization_refused);
    }
    const bool requires_tee = input.policy.android_keys == AndroidKeys::trusted_environment;
    const bool is_own =
        requires_tee ? is_generated(tee) : may_be_generated(software) && may_be_generated(tee);
    if (!is_own) return fail(6, Reason::key_authorization_refused);
    const bool can_sign = requires_tee ? is_for_signing(tee)
                                       : may_be_for_signing(software) && may_be_for_signing(tee);
    if (!can_sign) return fail(7, Reason::key_authorization_refused);
    return certified_by(std::move(certificates).value());  // step 8
}

}  // namespace latchkey::webauthn::attestation
