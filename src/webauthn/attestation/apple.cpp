// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"
#include "crypto/der.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

constexpr std::string_view nonce_extension = "1.2.840.113635.100.8.2";

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 8, .step = step}, .reason = reason}};
}

/// appleStmtFormat: x5c; devices of the first years also wrote the alg of an earlier draft.
std::optional<cbor::Item> read_statement(const cbor::Item& statement) {
    const auto x5c = statement.find("x5c");
    const auto alg = statement.find("alg");
    if (alg && !alg->as_integer()) return std::nullopt;
    return statement.size() == (alg ? 2U : 1U) ? x5c : std::nullopt;
}

/// The extension is SEQUENCE { [1] EXPLICIT OCTET STRING }; nullopt: absent, or something else.
std::optional<ByteView> read_nonce(const crypto::Certificate& certificate) {
    using crypto::der::Reader;
    const auto extension = certificate.extension(nonce_extension);
    if (!extension) return std::nullopt;
    Reader outer(extension->value);
    const auto sequence = outer.read(crypto::der::Tag::sequence);
    if (!sequence || !outer.at_end()) return std::nullopt;
    Reader members(*sequence);
    const auto tagged = members.read(crypto::der::ContextTag{1});
    if (!tagged || !members.at_end()) return std::nullopt;
    Reader inner(*tagged);
    const auto nonce = inner.read(crypto::der::Tag::octet_string);
    return nonce && inner.at_end() ? nonce : std::nullopt;
}

}  // namespace

// Section 8.8, "Apple Anonymous Attestation Statement Format".
Result<Evidence, Refusal> verify_apple(const Input& input) {
    const auto x5c = read_statement(input.statement);
    if (!x5c) return fail(1, Reason::statement_malformed);
    auto certificates = read_certificates(*x5c);
    if (!certificates) return fail(1, certificates.error());
    const crypto::Certificate& leaf = certificates->front();

    // Step 2: the two parts that are hashed.
    const auto nonce =
        input.signatures.sha256({input.authenticator_data.bytes, input.client_data_hash});
    if (!nonce) return fail(3, Reason::cryptography_failed);
    const auto certified_nonce = read_nonce(leaf);
    if (!certified_nonce) return fail(4, Reason::certificate_requirements);
    if (!std::ranges::equal(*certified_nonce, *nonce)) {
        return fail(4, Reason::statement_not_of_ceremony);
    }
    if (!certifies_credential_key(leaf, input)) return fail(5, Reason::attested_key_mismatch);
    return certified_by(std::move(certificates).value());  // step 6
}

}  // namespace latchkey::webauthn::attestation
