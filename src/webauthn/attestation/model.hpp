// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/attestation/format.hpp"

#include <span>

/// What metadata has to say of the model that made a credential.
namespace latchkey::webauthn::attestation {

/// The entry of the model: by its AAGUID, or, of FIDO U2F where that is all zeros, by the key of
/// its attestation certificate, the first of a path. nullptr: metadata does not know it. Fails if
/// OpenSSL does.
Result<const MetadataEntry*, Reason> find_model(
    const RegistrationPolicy& policy, const Aaguid& aaguid, std::span<const TrustPath> paths
);

/// Metadata Service 3.2: what a relying party makes of status reports. A report is never taken back
/// by a later one: an update mends the authenticators that have it, and which these are an
/// attestation does not say.
Result<void, Reason> judge_status(
    const MetadataEntry& model,
    std::span<const TrustPath> paths,
    const RegistrationPolicy& policy,
    TimePoint now
);

}  // namespace latchkey::webauthn::attestation
