// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstddef>

/// What a response may weigh. In the wild: attestation objects up to 15 kB, COSE keys up to 2.6 kB
/// and signatures up to 4.6 kB (ML-DSA-87), client data of a few hundred bytes.
namespace latchkey::webauthn::limits {

inline constexpr std::size_t client_data_bytes = 16'384;
inline constexpr std::size_t attestation_object_bytes = 65'536;
inline constexpr std::size_t authenticator_data_bytes = 16'384;
inline constexpr std::size_t signature_bytes = 8'192;
inline constexpr std::size_t credential_id_bytes = 1'023;  // 7.1 step 25
inline constexpr std::size_t user_handle_bytes = 64;       // 5.4.3

// SafetyNet responses are 5 to 10 kB, most of it certificates.
inline constexpr std::size_t jws_bytes = 32'768;
inline constexpr std::size_t jws_header_bytes = 32'768;

// A response as JSON carries the attestation object twice (authenticatorData repeats a part of it)
// and all in base64url, which is a third longer.
inline constexpr std::size_t response_json_bytes = 196'608;
inline constexpr std::size_t response_json_values = 1'024;
inline constexpr std::size_t response_json_depth = 16;

inline constexpr std::size_t large_blob_bytes = 65'536;  // CTAP 2.2: 1 kB at least, rarely more

inline constexpr std::size_t transports = 16;
inline constexpr std::size_t transport_bytes = 32;

// CTAP2 allows four levels of nesting; compound attestation puts statements into a statement.
inline constexpr std::size_t cbor_depth = 8;
inline constexpr std::size_t cbor_items = 512;

inline constexpr std::size_t format_bytes = 32;  // 8.1: attestation statement format identifiers
inline constexpr std::size_t statement_certificates = 8;
inline constexpr std::size_t compound_statements = 8;  // each costs as much as a whole statement

// A BLOB of the FIDO Metadata Service: a few hundred models, several megabytes, much of it icons.
inline constexpr std::size_t metadata_blob_bytes = 33'554'432;
inline constexpr std::size_t metadata_header_bytes = 65'536;
inline constexpr std::size_t metadata_values = 500'000;
inline constexpr std::size_t metadata_entries = 4'096;
inline constexpr std::size_t metadata_key_ids = 256;  // of one entry, as the next two
inline constexpr std::size_t metadata_reports = 128;
inline constexpr std::size_t metadata_roots = 256;
inline constexpr std::size_t metadata_description_bytes = 200;

}  // namespace latchkey::webauthn::limits
