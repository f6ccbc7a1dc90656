// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/verify.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/verifier.hpp"

#include <optional>

/// What the two ceremonies ask in the same words.
namespace latchkey::webauthn {

/// 7.1 step 9, 7.2 step 12: whether the origin is one of the relying party's.
bool expects_origin(const RelyingParty& rp, const ClientData& client);

/// 7.1 step 10, 7.2 step 13: whether the ceremony ran where it may, as to frames.
bool expects_frame(const RelyingParty& rp, const ClientData& client);

/// 7.1 step 11, 7.2 step 14: whether the page around the frame, if named, may frame us.
bool expects_top_origin(const RelyingParty& rp, const ClientData& client);

struct Verifier::Machinery {
    crypto::SignatureVerifier signatures;
};

}  // namespace latchkey::webauthn
