// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/cbor.hpp"

#include <optional>

/// COSE_Key (RFC 9052 section 7) with the restrictions of WebAuthn (5.8.5, 6.5.1). A new algorithm
/// is a row of the table in cose.cpp and a SignatureAlgorithm of crypto/verify.hpp.
namespace latchkey::webauthn {

/// How signatures of this algorithm are verified; nullopt: this build cannot.
std::optional<crypto::SignatureAlgorithm> signature_algorithm(CoseAlgorithm algorithm);

/// The `alg` of a COSE_Key, checked for nothing else: it is compared with what was offered before
/// the key is judged. nullopt: no map, or no `alg`.
std::optional<CoseAlgorithm> algorithm_of(const cbor::Item& cose_key);

/// An integer as an algorithm identifier; nullopt: outside of 32 bits, where none is registered.
std::optional<CoseAlgorithm> algorithm_from(const cbor::Item& identifier);

}  // namespace latchkey::webauthn
