// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// Writes responses of the software authenticator as records of the test data (one JSON object a
/// line, see vectors.hpp): each algorithm and statement as it should be, and each of them with one
/// thing changed. For tests/interoperability.
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn.hpp"
#include "support/authenticator.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

using webauthn::CoseAlgorithm;

const std::string origin = "https://example.org";
const std::string date = "2026-06-01T00:00:00Z";  // certificate_time

webauthn::RelyingParty relying_party() {
    return {
        .id = webauthn::RpId("example.org"),
        .name = "Example",
        .origins = {webauthn::Origin(origin)}
    };
}

webauthn::RegistrationPolicy policy() {
    return {.algorithms = available_algorithms(), .refused_formats = {}};
}

/// What an authenticator is called in the names of records.
struct Model {
    std::string name;
    AuthenticatorOptions options;

    [[nodiscard]] bool is_reproducible() const {
        return options.statement == StatementKind::none ||
               (options.statement == StatementKind::packed_self &&
                options.algorithm == CoseAlgorithm::eddsa);
    }
};

std::vector<Model> models() {
    const std::array algorithms{
        std::pair{"es256", CoseAlgorithm::es256},
        std::pair{"es384", CoseAlgorithm::es384},
        std::pair{"eddsa", CoseAlgorithm::eddsa},
        std::pair{"rs256", CoseAlgorithm::rs256},
        std::pair{"ps256", CoseAlgorithm::ps256},
    };
    const std::array statements{
        std::pair{"packed", StatementKind::packed_certified},
        std::pair{"tpm", StatementKind::tpm},
        std::pair{"android-key", StatementKind::android_key},
        std::pair{"fido-u2f", StatementKind::fido_u2f},
        std::pair{"apple", StatementKind::apple},
        std::pair{"compound", StatementKind::compound},
    };
    std::vector<Model> made;
    for (const auto& [name, algorithm] : algorithms) {
        made.push_back({std::string("none/") + name, {.algorithm = algorithm}});
    }
    for (const auto& [name, statement] : statements) {
        made.push_back({std::string(name) + "/es256", {.statement = statement}});
    }
    made.push_back(
        {"packed-self/eddsa",
         {.algorithm = CoseAlgorithm::eddsa, .statement = StatementKind::packed_self}}
    );
    // SimpleWebAuthn takes the ES256 signature of a JWS for one in DER.
    made.push_back(
        {"android-safetynet/rs256",
         {.statement = StatementKind::android_safetynet,
          .attestation_algorithm = CoseAlgorithm::rs256}}
    );
    return made;
}

json::Value common(const std::string& id, const char* kind, const std::string& challenge) {
    return json::object(
        {{"id", id},
         {"kind", kind},
         {"rpId", "example.org"},
         {"origins", json::Array{origin}},
         {"challenge", challenge},
         {"userVerification", "required"},
         {"algs", json::Array{-8, -7, -257, -35, -37}}}
    );
}

void print(const json::Value& record) {
    std::cout << json::write(record) << '\n';
}

/// A changed draft or response, with the end of its record's name.
template <class Draft, class Made>
struct Change {
    std::string name;
    std::function<void(Draft&)> before = [](Draft&) {};
    std::function<void(Made&)> after = [](Made&) {};
};

auto turn_flag(unsigned bit) {
    return [bit](auto& draft) { draft.data.flags ^= static_cast<std::uint8_t>(bit); };
}

template <class Draft, class Made>
std::vector<Change<Draft, Made>> draft_changes() {
    std::vector<Change<Draft, Made>> changes{{"valid"}};
    for (const unsigned bit : {0x01U, 0x02U, 0x04U, 0x08U, 0x10U, 0x20U, 0x40U, 0x80U}) {
        changes.push_back({"flag-" + std::to_string(bit), turn_flag(bit)});
    }
    changes.push_back({"backed-up", [](Draft& draft) { draft.data.flags |= flag::be | flag::bs; }});
    changes.push_back({"rp-id", [](Draft& draft) { draft.data.rp_id = "example.com"; }});
    changes.push_back({"origin", [](Draft& draft) { draft.client.origin += ":444"; }});
    changes.push_back({"type", [](Draft& draft) { draft.client.type = "webauthn.other"; }});
    changes.push_back({"challenge", [](Draft& draft) { draft.client.challenge += "AA"; }});
    changes.push_back({"cross-origin", [](Draft& draft) { draft.client.cross_origin = true; }});
    changes.push_back({"top-origin", [](Draft& draft) {
                           draft.client.cross_origin = true;
                           draft.client.top_origin = "https://example.com";
                       }});
    changes.push_back({"trailing", [](Draft& draft) { draft.data.trailing = Bytes(3); }});
    changes.push_back({"client-data-twice", [](Draft& draft) {
                           std::string json(text_of(draft.client.finish()));
                           json.insert(1, R"("type":")" + draft.client.type + R"(",)");
                           draft.client.json = json;
                       }});
    changes.push_back({"client-data-mark", [](Draft& draft) {
                           draft.client.json =
                               "\xef\xbb\xbf" + std::string(text_of(draft.client.finish()));
                       }});
    changes.push_back({"extensions", [](Draft& draft) {
                           draft.data.flags |= flag::ed;
                           draft.data.extensions = Bytes{std::byte{0xa0}};
                       }});
    return changes;
}

constexpr std::size_t parts = 16;

/// Cuts a member short at each of some places, or makes it longer.
template <class Draft, class Made>
void add_sizes(
    std::vector<Change<Draft, Made>>& changes, const std::string& name, Bytes Made::* member
) {
    for (std::size_t part = 0; part < parts; ++part) {
        const std::string suffix = std::to_string(part);
        changes.push_back({name + "-cut-" + suffix, {}, [member, part](Made& made) {
                               Bytes& bytes = made.*member;
                               bytes.resize(bytes.size() * part / parts);
                           }});
    }
    changes.push_back({name + "-longer", {}, [member](Made& made) {
                           (made.*member).push_back(std::byte{0});
                       }});
}

/// Turns a bit of a member at each of some places.
template <class Draft, class Made>
void add_bits(
    std::vector<Change<Draft, Made>>& changes, const std::string& name, Bytes Made::* member
) {
    for (std::size_t part = 0; part < parts; ++part) {
        const std::string suffix = std::to_string(part);
        changes.push_back({name + "-bit-" + suffix, {}, [member, part](Made& made) {
                               Bytes& bytes = made.*member;
                               bytes[bytes.size() * part / parts] ^= std::byte{0x01};
                           }});
    }
}

/// What SimpleWebAuthn asks for beyond the specification, so that it judges all the rest: a maker
/// of TPMs that it knows, a common name of SafetyNet, no model of FIDO U2F.
void please(RegistrationDraft& draft) {
    const auto root =
        make_root(authority_fields("Record Root"), PrivateKey::make(CoseAlgorithm::es256, 4'100));
    auto& write = draft.statement.write;
    if (auto* tpm = write.target<TpmStatement>()) {
        auto fields = aik_fields();
        fields.extensions.front() = tpm_alternative_name("id:FFFFF1D0", "Model", "id:13");
        tpm->x5c = {issue(root, fields, tpm->aik).certificate};
    }
    if (auto* safety_net = write.target<SafetyNetStatement>()) {
        const CertificateFields fields{
            .common_name = {"attest.android.com"}, .extensions = {dns_name("attest.android.com")}
        };
        safety_net->x5c = {issue(root, fields, safety_net->signer).certificate};
    }
    if (write.target<FidoU2fStatement>() != nullptr) draft.data.aaguid = {};
}

void print_registrations(const Model& model) {
    auto changes = draft_changes<RegistrationDraft, MadeRegistration>();
    add_sizes(changes, "object", &MadeRegistration::attestation_object);
    add_sizes(changes, "client-data", &MadeRegistration::client_data_json);
    add_bits(changes, "client-data", &MadeRegistration::client_data_json);
    // Signatures differ in length each time they are made, and what lies behind them moves.
    if (model.is_reproducible()) add_bits(changes, "object", &MadeRegistration::attestation_object);
    const webauthn::RegistrationCeremony ceremony{
        .challenge = webauthn::Challenge(Bytes(32, std::byte{3})),
        .user_handle = webauthn::UserHandle(Bytes(64, std::byte{5}))
    };
    const std::string options =
        issue_registration(relying_party(), policy(), ceremony, {.name = "ada@example.org"}, {});
    SoftwareAuthenticator authenticator(model.options);
    auto valid = authenticator.draft_create(options, origin).value();
    please(valid);
    for (const auto& change : changes) {
        auto draft = valid;
        if (change.before) change.before(draft);
        auto made = draft.finish();
        if (change.after) change.after(made);
        auto record = common(
            "made/reg/" + model.name + "/" + change.name,
            "registration",
            base64url_encode(ceremony.challenge.value())
        );
        record.set("attestation", json::object({{"mode", "verify"}, {"time", date}}));
        record.set("attestationObject", base64url_encode(made.attestation_object));
        record.set("clientDataJSON", base64url_encode(made.client_data_json));
        print(record);
    }
}

void print_authentications(const Model& model) {
    auto changes = draft_changes<AssertionDraft, MadeAssertion>();
    add_sizes(changes, "data", &MadeAssertion::authenticator_data);
    add_bits(changes, "data", &MadeAssertion::authenticator_data);
    add_sizes(changes, "client-data", &MadeAssertion::client_data_json);
    add_bits(changes, "client-data", &MadeAssertion::client_data_json);
    add_sizes(changes, "signature", &MadeAssertion::signature);
    add_bits(changes, "signature", &MadeAssertion::signature);
    SoftwareAuthenticator authenticator(model.options);
    const webauthn::RegistrationCeremony registration{
        .challenge = webauthn::Challenge(Bytes(32, std::byte{3})),
        .user_handle = webauthn::UserHandle(Bytes(64, std::byte{5}))
    };
    authenticator.create(
        issue_registration(
            relying_party(), policy(), registration, {.name = "ada@example.org"}, {}
        ),
        origin
    );
    const auto ceremony =
        webauthn::AuthenticationCeremony::discoverable(webauthn::Challenge(Bytes(32, std::byte{4}))
        );
    const std::string options = issue_authentication(relying_party(), ceremony);
    const auto valid = authenticator.draft_get(options, origin).value();
    for (const auto& change : changes) {
        auto draft = valid;
        if (change.before) change.before(draft);
        auto made = draft.finish();
        if (change.after) change.after(made);
        auto record = common(
            "made/asr/" + model.name + "/" + change.name,
            "assertion",
            base64url_encode(ceremony.challenge().value())
        );
        record.set("credentialId", base64url_encode(made.credential_id));
        record.set(
            "credentialPublicKey",
            base64url_encode(authenticator.credentials().front().key.cose_key())
        );
        record.set("storedSignCount", 0);
        record.set("storedBackupEligible", false);
        record.set("authenticatorData", base64url_encode(made.authenticator_data));
        record.set("clientDataJSON", base64url_encode(made.client_data_json));
        record.set("signature", base64url_encode(made.signature));
        print(record);
    }
}

}  // namespace
}  // namespace latchkey::test

int main() {
    for (const auto& model : latchkey::test::models()) {
        latchkey::test::print_registrations(model);
        if (model.options.statement == latchkey::test::StatementKind::none) {
            latchkey::test::print_authentications(model);
        }
    }
}
