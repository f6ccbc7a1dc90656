// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"

#include <cstdint>
#include <utility>
#include <vector>

/// What each kind of authenticator writes into attStmt.
namespace latchkey::test {
namespace {

std::int64_t identifier_of(const PrivateKey& key) {
    return static_cast<std::int64_t>(key.algorithm());
}

TpmStatement tpm_statement(const Identity& aik, const PrivateKey& credential_key) {
    return {
        .aik = aik.key,
        .x5c = {aik.certificate},
        .pub_area = TpmPublicArea::of(credential_key),
        .algorithm = identifier_of(aik.key),
        .signed_with = aik.key.signature_algorithm()
    };
}

StatementDraft packed_by(const PrivateKey& key, std::vector<Bytes> x5c) {
    return {.format = "packed", .algorithm = identifier_of(key), .key = key, .x5c = std::move(x5c)};
}

}  // namespace

Bytes StatementDraft::finish(const Attested& attested) const {
    if (encoded) return *encoded;
    if (write) return write(attested);
    if (!key) return cbor::map({});
    std::vector<std::pair<Bytes, Bytes>> members{
        {cbor::text("alg"), cbor::integer(algorithm)},
        {cbor::text("sig"), cbor::bytes(key->sign(attested.to_be_signed()))}
    };
    if (!x5c.empty()) {
        std::vector<Bytes> certificates;
        for (const Bytes& der : x5c) {
            certificates.push_back(cbor::bytes(der));
        }
        members.emplace_back(cbor::text("x5c"), cbor::array(certificates));
    }
    return cbor::map(members);
}

Bytes CompoundStatement::operator()(const Attested& attested) const {
    std::vector<Bytes> statements;
    for (const StatementDraft& member : members) {
        statements.push_back(cbor::map(
            {{cbor::text("fmt"), cbor::text(member.format)},
             {cbor::text("attStmt"), member.finish(attested)}}
        ));
    }
    return cbor::array(statements);
}

StatementDraft SoftwareAuthenticator::statement_for(
    StatementKind kind, const PrivateKey& credential_key
) const {
    const PrivateKey& signer = leaf_.key;
    const auto leaf_with = [&](CertificateFields fields) { return issue(root_, fields, signer); };
    const auto own = [&](StatementKind each) { return statement_for(each, credential_key); };
    switch (kind) {
        case StatementKind::none:
            break;
        case StatementKind::packed_self:
            return packed_by(credential_key, {});
        case StatementKind::packed_certified:
            return packed_by(signer, {leaf_.certificate});
        case StatementKind::tpm: {
            CertificateFields fields = aik_fields();
            fields.extensions.push_back(aaguid_extension(aaguid_));
            return {.format = "tpm", .write = tpm_statement(leaf_with(fields), credential_key)};
        }
        case StatementKind::android_key:
            return {
                .format = "android-key",
                .write =
                    AndroidKeyStatement{
                        .authority = root_,
                        .certified_key = credential_key,
                        .signer = credential_key,
                        .algorithm = identifier_of(credential_key)
                    }
            };
        case StatementKind::android_safetynet:
            return {
                .format = "android-safetynet",
                .write =
                    SafetyNetStatement{
                        .signer = signer,
                        .x5c = {leaf_with({.extensions = {dns_name("attest.android.com")}}
                        ).certificate}
                    }
            };
        case StatementKind::fido_u2f:
            return {
                .format = "fido-u2f",
                .write =
                    FidoU2fStatement{
                        .signer = signer,
                        .x5c = {leaf_.certificate},
                        .point = credential_key.public_key().material
                    }
            };
        case StatementKind::apple:
            return {
                .format = "apple",
                .write = AppleStatement{.authority = root_, .certified_key = credential_key}
            };
        case StatementKind::compound:
            return {
                .format = "compound",
                .write =
                    CompoundStatement{
                        {own(StatementKind::packed_self), own(StatementKind::android_key)}
                    }
            };
    }
    return {};
}

}  // namespace latchkey::test
