// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/limits.hpp"
#include "webauthn/out_of_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The JSON forms of 5.1: RegistrationResponseJSON and AuthenticationResponseJSON. Member names
/// are those of the specification and stand in this file only.
namespace latchkey::webauthn {
namespace {

constexpr json::Limits response_limits{
    .bytes = limits::response_json_bytes,
    .depth = limits::response_json_depth,
    .values = limits::response_json_values
};

/// A Base64URLString member of at most `size_max` bytes.
std::optional<Bytes> find_bytes(
    const json::Value& object, std::string_view key, std::size_t size_max
) {
    const std::string* text = object.find_string(key);
    if (text == nullptr || text->size() > (size_max * 4 + 2) / 3) return std::nullopt;
    return base64url_decode(*text);
}

/// What both responses have around them. The members point into `parsed`.
struct Envelope {
    CredentialId id;
    const json::Value* response = nullptr;
    const json::Value* extensions = nullptr;  // clientExtensionResults
};

bool has_prf_results(const json::Value& extensions) {
    const json::Value* prf = extensions.find("prf");
    return prf != nullptr && prf->find("results") != nullptr;
}

Result<json::Value, Reason> parse_text(std::string_view text) {
    auto parsed = json::parse(text, response_limits);
    if (parsed) return std::move(parsed).value();
    const bool is_too_large = parsed.error() == json::ParseError::too_large;
    return Fail{is_too_large ? Reason::response_too_large : Reason::response_malformed};
}

Result<Envelope, Reason> read_envelope(const json::Value& parsed) {
    const std::string* id = parsed.find_string("id");
    const std::string* type = parsed.find_string("type");
    auto raw_id = find_bytes(parsed, "rawId", limits::credential_id_bytes);
    const json::Value* response = parsed.find("response");
    const json::Value* extensions = parsed.find("clientExtensionResults");
    if (id == nullptr || type == nullptr || *type != "public-key" || !raw_id ||
        *id != base64url_encode(*raw_id)) {
        return Fail{Reason::response_malformed};
    }
    if (response == nullptr || response->as_object() == nullptr || extensions == nullptr ||
        extensions->as_object() == nullptr) {
        return Fail{Reason::response_malformed};
    }
    if (has_prf_results(*extensions)) return Fail{Reason::prf_results_received};
    if (extensions->find("remoteClientDataJSON") != nullptr) {
        return Fail{Reason::remote_client_data};
    }
    return Envelope{CredentialId(*std::move(raw_id)), response, extensions};
}

/// Absent is empty: older browsers and native clients leave it out.
std::optional<std::vector<std::string>> read_transports(const json::Value& response) {
    std::vector<std::string> transports;
    const json::Value* member = response.find("transports");
    if (member == nullptr) return transports;
    const json::Array* names = member->as_array();
    if (names == nullptr) return std::nullopt;
    for (const json::Value& name : *names) {
        if (name.as_string() == nullptr) return std::nullopt;
        transports.push_back(*name.as_string());
    }
    return transports;
}

/// The output of an extension (nullptr: absent, which is the same as empty).
using Output = const json::Value*;

bool are_objects(std::initializer_list<Output> outputs) {
    return std::ranges::all_of(outputs, [](Output output) {
        return output == nullptr || output->as_object() != nullptr;
    });
}

/// Whether a member is a boolean if it is there; `value` is what it says.
bool read_flag(Output output, std::string_view key, std::optional<bool>& value) {
    const json::Value* member = output == nullptr ? nullptr : output->find(key);
    if (member == nullptr) return true;
    if (member->as_bool() == nullptr) return false;
    value = *member->as_bool();
    return true;
}

/// Sections 10.1.2 to 10.1.5. Those that were not asked for, and those that nobody knows, are
/// tolerated: clients may add them (7.1 step 28).
std::optional<RegistrationExtensionResults> read_results(const json::Value& extensions) {
    RegistrationExtensionResults results;
    const Output properties = extensions.find("credProps");
    const Output prf = extensions.find("prf");
    const Output large_blob = extensions.find("largeBlob");
    std::optional<bool> excluded;
    const bool is_well_formed = are_objects({properties, prf, large_blob}) &&
                                read_flag(properties, "rk", results.discoverable) &&
                                read_flag(prf, "enabled", results.prf_enabled) &&
                                read_flag(large_blob, "supported", results.large_blob_supported) &&
                                read_flag(&extensions, "appidExclude", excluded);
    if (!is_well_formed) return std::nullopt;
    results.app_id_excluded = excluded.value_or(false);
    return results;
}

std::optional<AuthenticationExtensionResults> read_authentication_results(
    const json::Value& extensions
) {
    AuthenticationExtensionResults results;
    const Output large_blob = extensions.find("largeBlob");
    std::optional<bool> used_app_id;
    const bool is_well_formed = are_objects({large_blob}) &&
                                read_flag(&extensions, "appid", used_app_id) &&
                                read_flag(large_blob, "written", results.large_blob_written);
    if (!is_well_formed) return std::nullopt;
    if (large_blob != nullptr && large_blob->find("blob") != nullptr) {
        results.large_blob = find_bytes(*large_blob, "blob", limits::large_blob_bytes);
        if (!results.large_blob) return std::nullopt;
    }
    results.used_app_id = used_app_id.value_or(false);
    return results;
}

/// The outer nullopt is a member of another type. Values that this library does not know count as
/// none (5.1).
std::optional<std::optional<AuthenticatorAttachment>> read_attachment(const json::Value& envelope) {
    const json::Value* member = envelope.find("authenticatorAttachment");
    if (member == nullptr || member->is_null()) return std::optional<AuthenticatorAttachment>();
    const std::string* text = member->as_string();
    if (text == nullptr) return std::nullopt;
    if (*text == "platform") return std::optional(AuthenticatorAttachment::platform);
    if (*text == "cross-platform") return std::optional(AuthenticatorAttachment::cross_platform);
    return std::optional<AuthenticatorAttachment>();
}

/// Members that repeat what the attestation object says (5.2.1.1): of their types, and not used.
bool has_convenience_members(const json::Value& response) {
    for (const auto* key : {"authenticatorData", "publicKey"}) {
        const json::Value* member = response.find(key);
        if (member != nullptr && !member->is_null() && member->as_string() == nullptr) return false;
    }
    const json::Value* algorithm = response.find("publicKeyAlgorithm");
    return algorithm == nullptr || algorithm->as_integer() != nullptr;
}

/// The outer nullopt is a member that is neither null nor base64url.
std::optional<std::optional<UserHandle>> read_user_handle(const json::Value& response) {
    const json::Value* member = response.find("userHandle");
    if (member == nullptr || member->is_null()) return std::optional<UserHandle>();
    auto handle = find_bytes(response, "userHandle", limits::user_handle_bytes);
    if (!handle) return std::nullopt;
    return std::optional(UserHandle(*std::move(handle)));
}

Fail<Failure> fail(Ceremony ceremony, std::uint8_t step, Reason reason) {
    return {{.ceremony = ceremony, .step = step, .reason = reason}};
}

}  // namespace

Result<RegistrationResponse, Failure> parse_registration_response(std::string_view json) noexcept
    try {
    constexpr auto ceremony = Ceremony::registration;
    const auto parsed = parse_text(json);
    if (!parsed) return fail(ceremony, 3, parsed.error());
    auto envelope = read_envelope(*parsed);
    if (!envelope) return fail(ceremony, 3, envelope.error());
    const json::Value& members = *envelope->response;
    auto client_data = find_bytes(members, "clientDataJSON", limits::client_data_bytes);
    auto object = find_bytes(members, "attestationObject", limits::attestation_object_bytes);
    auto transports = read_transports(members);
    const auto extensions = read_results(*envelope->extensions);  // step 4
    const auto attachment = read_attachment(*parsed);
    if (!client_data || !object || !transports || !extensions || !attachment ||
        !has_convenience_members(members)) {
        return fail(ceremony, 3, Reason::response_malformed);
    }
    auto response = TRY(parse_registration_response(RegistrationParts{
        .client_data_json = *std::move(client_data),
        .attestation_object = *std::move(object),
        .transports = *std::move(transports),
        .extensions = *extensions,
        .attachment = *attachment
    }));
    // Beyond the spec: the envelope names the credential that the authenticator made.
    if (response.id() != envelope->id) return fail(ceremony, 13, Reason::credential_id_mismatch);
    return response;
} catch (const std::bad_alloc&) {
    return out_of_memory(Ceremony::registration);
}

Result<AuthenticationResponse, Failure> parse_authentication_response(std::string_view json
) noexcept try {
    constexpr auto ceremony = Ceremony::authentication;
    const auto parsed = parse_text(json);
    if (!parsed) return fail(ceremony, 3, parsed.error());
    auto envelope = read_envelope(*parsed);
    if (!envelope) return fail(ceremony, 3, envelope.error());
    const json::Value& members = *envelope->response;
    auto client_data = find_bytes(members, "clientDataJSON", limits::client_data_bytes);
    auto data = find_bytes(members, "authenticatorData", limits::authenticator_data_bytes);
    auto signature = find_bytes(members, "signature", limits::signature_bytes);
    auto user_handle = read_user_handle(members);
    auto extensions = read_authentication_results(*envelope->extensions);  // step 4
    const auto attachment = read_attachment(*parsed);
    if (!client_data || !data || !signature || !user_handle || !extensions || !attachment) {
        return fail(ceremony, 3, Reason::response_malformed);
    }
    return parse_authentication_response(AuthenticationParts{
        .id = std::move(envelope->id),
        .client_data_json = *std::move(client_data),
        .authenticator_data = *std::move(data),
        .signature = *std::move(signature),
        .user_handle = *std::move(user_handle),
        .extensions = *std::move(extensions),
        .attachment = *attachment
    });
} catch (const std::bad_alloc&) {
    return out_of_memory(Ceremony::authentication);
}

}  // namespace latchkey::webauthn
