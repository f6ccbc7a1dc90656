// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/response.hpp"

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/authenticator_data.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/client_data.hpp"
#include "webauthn/limits.hpp"
#include "webauthn/out_of_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

Fail<Failure> fail(Ceremony ceremony, std::uint8_t step, Reason reason) {
    return {{.ceremony = ceremony, .step = step, .reason = reason}};
}

bool is_not_utf8(const Result<ClientData, ClientDataError>& client) {
    return !client && client.error() == ClientDataError::not_utf8;
}

Reason reason_of(AuthenticatorDataError error) {
    switch (error) {
        case AuthenticatorDataError::malformed:
            return Reason::authenticator_data_malformed;
        case AuthenticatorDataError::bad_cbor:
            return Reason::cbor_malformed;
    }
    return Reason::authenticator_data_malformed;
}

/// The members of an attestation object (6.5.4).
struct AttestationObject {
    std::string_view format;
    ByteView authenticator_data;
    ByteView statement;
};

Result<AttestationObject, Reason> read_attestation_object(ByteView bytes) {
    if (bytes.size() > limits::attestation_object_bytes) return Fail{Reason::response_too_large};
    const auto object = cbor::parse(bytes);
    if (!object) return Fail{Reason::cbor_malformed};
    const auto fmt = object->find("fmt");
    const auto auth_data = object->find("authData");
    const auto att_stmt = object->find("attStmt");
    const auto format = fmt ? fmt->as_text() : std::nullopt;
    const auto data = auth_data ? auth_data->as_bytes() : std::nullopt;
    if (!format || format->size() > limits::format_bytes || !data || !att_stmt) {
        return Fail{Reason::attestation_object_malformed};
    }
    return AttestationObject{
        .format = *format, .authenticator_data = *data, .statement = att_stmt->encoded()
    };
}

bool is_possible(const std::vector<std::string>& transports) {
    return transports.size() <= limits::transports &&
           std::ranges::all_of(transports, [](const std::string& transport) {
               return transport.size() <= limits::transport_bytes;
           });
}

bool is_possible(const UserHandle& handle) {
    return handle.value().size() <= limits::user_handle_bytes;
}

bool is_possible(const CredentialId& id) {
    return !id.value().empty() && id.value().size() <= limits::credential_id_bytes;
}

}  // namespace

/// The one place that may make responses.
struct ResponseReader {
    /// 7.1 steps 3, 5, 6 and 13.
    static Result<RegistrationResponse, Failure> read_registration(RegistrationParts parts) {
        constexpr auto ceremony = Ceremony::registration;
        if (!is_possible(parts.transports)) return fail(ceremony, 3, Reason::response_malformed);
        RegistrationResponse response;
        response.client_data_json_ = std::move(parts.client_data_json);
        auto client = parse_client_data(response.client_data_json_);
        if (is_not_utf8(client)) return fail(ceremony, 5, Reason::client_data_malformed);
        if (!client) return fail(ceremony, 6, Reason::client_data_malformed);
        response.client_data_ = std::move(client).value();
        response.attestation_object_ = std::move(parts.attestation_object);
        const auto object = read_attestation_object(response.attestation_object_);
        if (!object) return fail(ceremony, 13, object.error());
        auto data = parse_authenticator_data(object->authenticator_data);
        if (!data) return fail(ceremony, 13, reason_of(data.error()));
        if (!data->attested) return fail(ceremony, 13, Reason::authenticator_data_malformed);
        response.data_ = std::move(data).value();
        response.format_ = object->format;
        response.statement_ = object->statement;
        response.transports_ = std::move(parts.transports);
        response.extensions_ = parts.extensions;
        response.attachment_ = parts.attachment;
        return response;
    }

    /// 7.2 steps 3 and 7 to 9.
    static Result<AuthenticationResponse, Failure> read_authentication(AuthenticationParts parts) {
        constexpr auto ceremony = Ceremony::authentication;
        if (!is_possible(parts.id)) return fail(ceremony, 3, Reason::response_malformed);
        if (parts.signature.size() > limits::signature_bytes) {
            return fail(ceremony, 7, Reason::response_too_large);
        }
        AuthenticationResponse response;
        response.authenticator_data_ = std::move(parts.authenticator_data);
        auto data = parse_authenticator_data(response.authenticator_data_);
        if (!data) return fail(ceremony, 7, reason_of(data.error()));
        response.data_ = std::move(data).value();
        response.client_data_json_ = std::move(parts.client_data_json);
        auto client = parse_client_data(response.client_data_json_);
        if (is_not_utf8(client)) return fail(ceremony, 8, Reason::client_data_malformed);
        if (!client) return fail(ceremony, 9, Reason::client_data_malformed);
        response.client_data_ = std::move(client).value();
        response.id_ = std::move(parts.id);
        response.signature_ = std::move(parts.signature);
        response.extensions_ = std::move(parts.extensions);
        response.attachment_ = parts.attachment;
        // Some clients write an empty user handle where the authenticator gave none.
        if (parts.user_handle && !parts.user_handle->value().empty()) {
            if (!is_possible(*parts.user_handle)) {
                return fail(ceremony, 3, Reason::response_malformed);
            }
            response.user_handle_ = std::move(parts.user_handle);
        }
        return response;
    }
};

Result<RegistrationResponse, Failure> parse_registration_response(RegistrationParts parts) noexcept
    try {
    return ResponseReader::read_registration(std::move(parts));
} catch (const std::bad_alloc&) {
    return out_of_memory(Ceremony::registration);
}

Result<AuthenticationResponse, Failure> parse_authentication_response(AuthenticationParts parts
) noexcept try {
    return ResponseReader::read_authentication(std::move(parts));
} catch (const std::bad_alloc&) {
    return out_of_memory(Ceremony::authentication);
}

}  // namespace latchkey::webauthn
