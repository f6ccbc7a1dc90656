// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "conformance/made_cases.hpp"

#include "base/json.hpp"
#include "conformance/scene.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

using ChangeRegistration = std::function<void(RegistrationDraft&)>;
using ChangeAssertion = std::function<void(AssertionDraft&)>;

MakeCase registration(ChangeRegistration change) {
    return [change = std::move(change)](ConformanceScene& scene) {
        auto draft = scene.begin_registration();
        change(draft);
        return draft.finish().to_json();
    };
}

MakeCase assertion(ChangeAssertion change) {
    return [change = std::move(change)](ConformanceScene& scene) {
        scene.enrol();
        auto draft = scene.begin_authentication();
        change(draft);
        return draft.finish().to_json();
    };
}

/// A member of the client data, set to another value; nullopt leaves it out.
void set_client(
    ClientDataDraft& client, const std::string& member, const std::optional<json::Value>& value
) {
    const auto valid = json::parse(text_of(client.finish()));
    json::Object members;
    for (const auto& [name, inner] : *valid->as_object()) {
        if (name != member) members.emplace_back(name, inner);
    }
    if (value) members.emplace_back(member, *value);
    client.json = json::write(members);
}

MakeCase client_of_registration(
    const std::string& member, const std::optional<json::Value>& value
) {
    return registration([=](RegistrationDraft& draft) { set_client(draft.client, member, value); });
}

MakeCase client_of_assertion(const std::string& member, const std::optional<json::Value>& value) {
    return assertion([=](AssertionDraft& draft) { set_client(draft.client, member, value); });
}

/// The members of an attestation object as they should be, to be made anew.
struct ObjectDraft {
    std::optional<Bytes> fmt = cbor::text("none");
    std::optional<Bytes> statement = cbor::map({});
    std::optional<Bytes> data;

    [[nodiscard]] Bytes finish() const {
        std::vector<std::pair<Bytes, Bytes>> members;
        if (fmt) members.emplace_back(cbor::text("fmt"), *fmt);
        if (statement) members.emplace_back(cbor::text("attStmt"), *statement);
        if (data) members.emplace_back(cbor::text("authData"), *data);
        return cbor::map(members);
    }
};

MakeCase object(const std::function<void(ObjectDraft&)>& change) {
    return [change](ConformanceScene& scene) {
        const auto draft = scene.begin_registration();
        auto made = draft.finish();
        ObjectDraft members{.data = cbor::bytes(draft.data.finish())};
        change(members);
        made.attestation_object = members.finish();
        return made.to_json();
    };
}

MakeCase whole_object(const Bytes& object) {
    return [object](ConformanceScene& scene) {
        auto made = scene.begin_registration().finish();
        made.attestation_object = object;
        return made.to_json();
    };
}

/// A registration by an authenticator that attests, judged by its root.
MakeCase attested(StatementKind kind, const ChangeRegistration& change) {
    return [kind, change](ConformanceScene& scene) {
        scene.authenticator = SoftwareAuthenticator({.statement = kind});
        auto settings = scene_settings();
        if (kind == StatementKind::packed_certified) {
            settings.policy.attestation = webauthn::Attestation::required;
            settings.policy.trust = webauthn::AttestationTrust::roots;
            settings.policy.roots = {scene.authenticator.root()};
        }
        scene.front.configure(settings);
        auto draft = scene.begin_registration();
        change(draft);
        return draft.finish().to_json();
    };
}

MakeCase certified(const ChangeRegistration& change) {
    return attested(StatementKind::packed_certified, change);
}

MakeCase self_attested(const ChangeRegistration& change) {
    return attested(StatementKind::packed_self, change);
}

/// The packed statement written by hand: what is not given is left out.
struct PackedDraft {
    std::optional<Bytes> alg = cbor::integer(-7);
    std::optional<Bytes> sig = cbor::bytes(Bytes(70, std::byte{0x30}));
    std::optional<Bytes> x5c{};
};

ChangeRegistration statement(const PackedDraft& packed) {
    return [packed](RegistrationDraft& draft) {
        std::vector<std::pair<Bytes, Bytes>> members;
        if (packed.alg) members.emplace_back(cbor::text("alg"), *packed.alg);
        if (packed.sig) members.emplace_back(cbor::text("sig"), *packed.sig);
        if (packed.x5c) members.emplace_back(cbor::text("x5c"), *packed.x5c);
        draft.statement.encoded = cbor::map(members);
    };
}

/// Another chain under the same names, made by somebody else.
void issue_by(RegistrationDraft& draft, const Identity& issuer, const CertificateFields& fields) {
    const auto key = PrivateKey::make(webauthn::CoseAlgorithm::es256, 99);
    const Identity leaf = issue(issuer, fields, key);
    draft.statement.key = key;
    draft.statement.x5c = {leaf.certificate};
}

Identity stranger() {
    return make_root(
        authority_fields("Latchkey Test Root"), PrivateKey::make(webauthn::CoseAlgorithm::es256, 98)
    );
}

void sign_with_credential(RegistrationDraft& draft) {
    // The first credential of the authenticator with seed 1.
    draft.statement.key = PrivateKey::make(webauthn::CoseAlgorithm::es256, std::uint64_t{1} << 20U);
}

void clear_attested_flag(RegistrationDraft& draft) {
    const Bytes with = draft.data.finish();
    draft.data.flags &= static_cast<std::uint8_t>(~flag::at);
    const Bytes head = draft.data.finish();
    draft.data.trailing.assign(with.begin() + static_cast<std::ptrdiff_t>(head.size()), with.end());
}

std::map<std::string, MakeCase> client_data_cases() {
    const json::Value other_challenge = std::string(43, 'A');
    const json::Value bad_binding = json::object({{"status", 1}});
    return {
        {"reg/cd-type-missing", client_of_registration("type", std::nullopt)},
        {"reg/cd-type-empty", client_of_registration("type", "")},
        {"reg/cd-type-other", client_of_registration("type", "mangoPapayaCoconutNotAQuery")},
        {"reg/cd-type-swapped", client_of_registration("type", "webauthn.get")},
        {"reg/cd-chal-missing", client_of_registration("challenge", std::nullopt)},
        {"reg/cd-chal-int", client_of_registration("challenge", 1)},
        {"reg/cd-chal-empty", client_of_registration("challenge", "")},
        {"reg/cd-chal-notb64", client_of_registration("challenge", "+/ =")},
        {"reg/cd-origin-missing", client_of_registration("origin", std::nullopt)},
        {"reg/cd-origin-int", client_of_registration("origin", 1)},
        {"reg/cd-token-binding-bad", client_of_registration("tokenBinding", bad_binding)},
        {"asr/cd-empty", assertion([](AssertionDraft& draft) { draft.client.json = ""; })},
        {"asr/cd-type-missing", client_of_assertion("type", std::nullopt)},
        {"asr/cd-type-swapped", client_of_assertion("type", "webauthn.create")},
        {"asr/cd-chal-other", client_of_assertion("challenge", other_challenge)},
        {"asr/cd-chal-empty", client_of_assertion("challenge", "")},
        {"asr/cd-chal-notb64", client_of_assertion("challenge", "+/ =")},
        {"asr/cd-origin-empty", client_of_assertion("origin", "")},
        {"asr/cd-origin-other", client_of_assertion("origin", "https://example.org:444")},
    };
}

std::map<std::string, MakeCase> object_cases() {
    const auto empty_data = [](ConformanceScene& scene) {
        scene.enrol();
        auto made = scene.begin_authentication().finish();
        made.authenticator_data.clear();
        return made.to_json();
    };
    return {
        {"reg/ao-empty", whole_object({})},
        {"reg/ao-array", whole_object(cbor::array({}))},
        {"reg/ao-int", whole_object(cbor::integer(1))},
        {"reg/ao-text", whole_object(cbor::text("none"))},
        {"reg/ao-no-fmt", object([](auto& members) { members.fmt.reset(); })},
        {"reg/ao-fmt-int", object([](auto& members) { members.fmt = cbor::integer(1); })},
        {"reg/ao-fmt-bytes",
         object([](auto& members) { members.fmt = cbor::bytes(copy_of("none")); })},
        {"reg/ao-fmt-unknown",
         object([](auto& members) { members.fmt = cbor::text("packed-unknown"); })},
        {"reg/ao-no-attstmt", object([](auto& members) { members.statement.reset(); })},
        {"reg/ao-attstmt-text",
         object([](auto& members) { members.statement = cbor::text("none"); })},
        {"reg/ao-attstmt-array", object([](auto& members) { members.statement = cbor::array({}); })
        },
        {"reg/ao-authdata-array", object([](auto& members) { members.data = cbor::array({}); })},
        {"reg/ao-authdata-text", object([](auto& members) { members.data = cbor::text("data"); })},
        {"reg/ad-37-at", object([](auto& members) {
             Bytes short_data(37);
             short_data[32] = std::byte{flag::up | flag::uv | flag::at};
             members.data = cbor::bytes(short_data);
         })},
        {"reg/ad-leftover",
         registration([](RegistrationDraft& draft) { draft.data.trailing = Bytes(4); })},
        {"reg/ad-at-clear-data", registration(clear_attested_flag)},
        {"asr/ad-empty", empty_data},
        {"asr/rpidhash", assertion([](AssertionDraft& draft) { draft.data.rp_id = "example.com"; })
        },
    };
}

std::map<std::string, MakeCase> packed_cases() {
    const Bytes leaf_in_bytes = cbor::bytes(Bytes(500, std::byte{0x30}));
    return {
        {"reg/packed-no-sig", self_attested(statement({.sig = std::nullopt}))},
        {"reg/packed-sig-text", self_attested(statement({.sig = cbor::text("sig")}))},
        {"reg/packed-sig-empty", self_attested(statement({.sig = cbor::bytes(Bytes())}))},
        {"reg/packed-self-sig-bad", self_attested(statement({}))},
        {"reg/packed-self-alg-mismatch",
         self_attested([](RegistrationDraft& draft) { draft.statement.algorithm = -257; })},
        {"reg/packed-x5c-bytes", certified(statement({.x5c = leaf_in_bytes}))},
        {"reg/packed-x5c-empty", certified(statement({.x5c = cbor::array({})}))},
        {"reg/packed-x5c-missing",
         certified([](RegistrationDraft& draft) { draft.statement.x5c.clear(); })},
        {"reg/packed-full-alg-mismatch",
         certified([](RegistrationDraft& draft) { draft.statement.algorithm = -257; })},
        {"reg/packed-full-sig-by-credential", certified(sign_with_credential)},
        {"reg/packed-full-sig-bad", certified([](RegistrationDraft& draft) {
             const Bytes x5c = cbor::array({cbor::bytes(draft.statement.x5c[0])});
             statement({.x5c = x5c})(draft);
         })},
        {"reg/packed-chain-swapped", certified([](RegistrationDraft& draft) {
             draft.statement.x5c.insert(draft.statement.x5c.begin(), stranger().certificate);
         })},
        {"reg/packed-full-forged-ca-name",
         certified([](RegistrationDraft& draft) { issue_by(draft, stranger(), {}); })},
        {"reg/packed-full-notyet",
         [](ConformanceScene& scene) {
             const Identity root = stranger();
             auto settings = scene_settings();
             settings.policy.attestation = webauthn::Attestation::required;
             settings.policy.trust = webauthn::AttestationTrust::roots;
             settings.policy.roots = {root.certificate};
             scene.front.configure(settings);
             auto draft = scene.begin_registration();
             draft.statement.format = "packed";
             issue_by(draft, root, {.not_before = certificate_time + std::chrono::hours(24)});
             return draft.finish().to_json();
         }},
    };
}

/// A change of the statement of one of the other formats.
template <class Statement>
ChangeRegistration written_by(const std::function<void(Statement&)>& change) {
    return [change](RegistrationDraft& draft) {
        auto* statement = draft.statement.write.target<Statement>();
        LATCHKEY_ASSERT(statement != nullptr);
        change(*statement);
    };
}

std::map<std::string, MakeCase> other_format_cases() {
    const auto other = PrivateKey::make(webauthn::CoseAlgorithm::es256, 97);
    const auto tpm = [](const std::function<void(TpmStatement&)>& change) {
        return attested(StatementKind::tpm, written_by(change));
    };
    return {
        {"reg/u2f-aaguid",
         attested(
             StatementKind::fido_u2f,
             [](RegistrationDraft& draft) { draft.data.aaguid = webauthn::Aaguid({std::byte{1}}); }
         )},
        {"reg/tpm-order", tpm([](TpmStatement& statement) {
             statement.x5c.insert(statement.x5c.begin(), stranger().certificate);
         })},
        {"reg/tpm-magic", tpm([](TpmStatement& statement) { statement.cert_info.magic = 1; })},
        {"reg/tpm-pubarea-key",
         tpm([other](TpmStatement& statement) { statement.pub_area = TpmPublicArea::of(other); })},
        {"reg/akey-key",
         attested(
             StatementKind::android_key,
             written_by<AndroidKeyStatement>([other](AndroidKeyStatement& statement) {
                 statement.certified_key = statement.signer = other;
             })
         )},
    };
}

}  // namespace

const std::map<std::string, MakeCase>& made_cases() {
    static const auto all = [] {
        auto cases = client_data_cases();
        cases.merge(object_cases());
        cases.merge(packed_cases());
        cases.merge(other_format_cases());
        return cases;
    }();
    return all;
}

}  // namespace latchkey::test
