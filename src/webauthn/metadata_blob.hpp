// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"

#include <string_view>

/// How a BLOB is read (FIDO Metadata Service 3.2): first who signed it, then what it says.
namespace latchkey::webauthn {

/// The signed part, after chain and signature were verified: MetadataBLOBPayload as JSON text.
Result<Bytes, MetadataError> verify_blob(
    std::string_view blob, const MetadataTrust& trust, TimePoint now
);

/// The one place that may make Metadata.
struct MetadataReader {
    /// MetadataBLOBPayload (3.1.6). Strict where a model or its status is concerned: an entry that
    /// cannot be read refuses the whole. Members that decide nothing are not looked at.
    static Result<Metadata, MetadataError> read_payload(std::string_view json);
};

}  // namespace latchkey::webauthn
