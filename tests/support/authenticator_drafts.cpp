// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/statements.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

Bytes big_endian(std::uint64_t value, unsigned size) {
    Bytes bytes;
    for (unsigned i = size; i > 0; --i) {
        bytes.push_back(static_cast<std::byte>((value >> (8 * (i - 1))) & 0xffU));
    }
    return bytes;
}

json::Array strings(const std::vector<std::string>& values) {
    return {values.begin(), values.end()};
}

/// What both responses have around them.
json::Value envelope(const Bytes& id, json::Value response, json::Value extensions) {
    return json::object(
        {{"id", base64url_encode(id)},
         {"rawId", base64url_encode(id)},
         {"type", "public-key"},
         {"authenticatorAttachment", "platform"},
         {"response", std::move(response)},
         {"clientExtensionResults", std::move(extensions)}}
    );
}

}  // namespace

Bytes ClientDataDraft::finish() const {
    if (json) return copy_of(*json);
    auto object = json::object(
        {{"type", type}, {"challenge", challenge}, {"origin", origin}, {"crossOrigin", cross_origin}
        }
    );
    if (top_origin) object.set("topOrigin", *top_origin);
    return copy_of(json::write(object));
}

Bytes AuthenticatorDataDraft::finish() const {
    Bytes bytes = copy_of(crypto::sha256(bytes_of(rp_id)));
    bytes.push_back(static_cast<std::byte>(flags));
    bytes = join({bytes, big_endian(sign_count, 4)});
    if ((flags & flag::at) != 0) {
        const Bytes id_size = big_endian(credential_id.size(), 2);
        bytes = join({bytes, copy_of(aaguid.value()), id_size, credential_id, cose_key});
    }
    if ((flags & flag::ed) != 0) bytes = join({bytes, extensions});
    return join({bytes, trailing});
}

MadeRegistration RegistrationDraft::finish() const {
    const Bytes client_data_json = client.finish();
    const Bytes authenticator_data = data.finish();
    const Attested attested{
        .rp_id_hash = copy_of(crypto::sha256(bytes_of(data.rp_id))),
        .credential_id = data.credential_id,
        .authenticator_data = authenticator_data,
        .client_data_hash = copy_of(crypto::sha256(client_data_json))
    };
    return {
        .credential_id = data.credential_id,
        .client_data_json = client_data_json,
        .attestation_object = cbor::map(
            {{cbor::text("fmt"), cbor::text(statement.format)},
             {cbor::text("attStmt"), statement.finish(attested)},
             {cbor::text("authData"), cbor::bytes(authenticator_data)}}
        ),
        .transports = transports,
        .discoverable = discoverable
    };
}

MadeAssertion AssertionDraft::finish() const {
    const Bytes client_data_json = client.finish();
    const Bytes authenticator_data = data.finish();
    const Bytes hash = copy_of(crypto::sha256(client_data_json));
    return {
        .credential_id = data.credential_id,
        .client_data_json = client_data_json,
        .authenticator_data = authenticator_data,
        .signature = key.sign(join({authenticator_data, hash})),
        .user_handle = user_handle,
        .used_app_id = used_app_id
    };
}

webauthn::RegistrationParts MadeRegistration::parts() const {
    return {
        .client_data_json = client_data_json,
        .attestation_object = attestation_object,
        .transports = transports,
        .extensions = {.discoverable = discoverable}
    };
}

std::string MadeRegistration::to_json() const {
    auto extensions = json::object({});
    if (discoverable) {
        extensions.set("credProps", json::object({{"rk", *discoverable}}));
    }
    return json::write(envelope(
        credential_id,
        json::object(
            {{"clientDataJSON", base64url_encode(client_data_json)},
             {"attestationObject", base64url_encode(attestation_object)},
             {"transports", strings(transports)}}
        ),
        std::move(extensions)
    ));
}

webauthn::AuthenticationParts MadeAssertion::parts() const {
    webauthn::AuthenticationParts parts{
        .id = webauthn::CredentialId(credential_id),
        .client_data_json = client_data_json,
        .authenticator_data = authenticator_data,
        .signature = signature,
        .extensions = {.used_app_id = used_app_id}
    };
    if (user_handle) parts.user_handle = webauthn::UserHandle(*user_handle);
    return parts;
}

std::string MadeAssertion::to_json() const {
    auto response = json::object(
        {{"clientDataJSON", base64url_encode(client_data_json)},
         {"authenticatorData", base64url_encode(authenticator_data)},
         {"signature", base64url_encode(signature)},
         {"userHandle", user_handle ? json::Value(base64url_encode(*user_handle)) : json::Value()}}
    );
    auto extensions = json::object({});
    if (used_app_id) extensions.set("appid", true);
    return json::write(envelope(credential_id, std::move(response), std::move(extensions)));
}

}  // namespace latchkey::test
