// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// Writes the seeds of the targets: make_corpus FOLDER makes FOLDER/<target>/<hash>, from what the
/// software authenticator makes, from the cases of tests/http, and from the test data, if it is
/// there.
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/certificate.hpp"
#include "crypto/hash.hpp"
#include "fuzz/scene.hpp"
#include "http/smuggling_cases.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/jwt.hpp"
#include "support/metadata.hpp"
#include "support/private_key.hpp"
#include "support/vectors.hpp"
#include "webauthn/cbor.hpp"

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::fuzz {
namespace {

class Corpus {
public:
    explicit Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void add(std::string_view target, ByteView seed) {
        const auto folder = folder_ / target;
        std::filesystem::create_directories(folder);
        const auto name = hex_encode(crypto::sha256(seed)).substr(0, 32);
        std::ofstream file(folder / name, std::ios::binary);
        file << text_of(seed);
        if (file.flush()) {
            ++seeds_;
            return;
        }
        std::fprintf(stderr, "make_corpus: cannot write %s\n", (folder / name).c_str());
        failed_ = true;
    }

    void add(std::string_view target, std::string_view seed) { add(target, bytes_of(seed)); }

    /// An attestation object, and what is inside of it.
    void add_attestation_object(ByteView bytes) {
        add("attestation_object", bytes);
        add("cbor", bytes);
        const auto object = webauthn::cbor::parse(bytes);
        if (!object) return;
        const auto data = object->find("authData");
        if (data && data->as_bytes()) add("authenticator_data", *data->as_bytes());
        const auto statement = object->find("attStmt");
        if (!statement) return;
        add("cbor", statement->encoded());
        const auto add_member = [&](const char* member, std::string_view target) {
            const auto item = statement->find(member);
            if (item && item->as_bytes()) add(target, *item->as_bytes());
        };
        add_member("response", "jws");
        add_member("pubArea", "tpm_structures");
        add_member("certInfo", "tpm_structures");
        const auto x5c = statement->find("x5c");
        if (!x5c || x5c->type() != webauthn::cbor::Type::array) return;
        auto certificates = x5c->children();
        while (const auto certificate = certificates.next()) {
            if (const auto der = certificate->as_bytes()) add_certificate(*der);
        }
    }

    /// A certificate, and what Android's key store says in it.
    void add_certificate(ByteView der) {
        add("certificate", der);
        const auto certificate = crypto::Certificate::parse(der);
        if (!certificate) return;
        const auto description = certificate->extension("1.3.6.1.4.1.11129.2.1.17");
        if (description) add("key_description", description->value);
    }

    [[nodiscard]] int finish() const {
        std::printf("fuzz corpus: %zu seeds in %s\n", seeds_, folder_.c_str());
        return failed_ || seeds_ == 0 ? 1 : 0;
    }

private:
    std::filesystem::path folder_;
    std::size_t seeds_ = 0;
    bool failed_ = false;
};

void add_software(Corpus& corpus) {
    const Scene scene;
    for (const auto algorithm : test::available_algorithms()) {
        for (const auto statement :
             {test::StatementKind::none,
              test::StatementKind::packed_self,
              test::StatementKind::packed_certified,
              test::StatementKind::android_key,
              test::StatementKind::android_safetynet,
              test::StatementKind::apple,
              test::StatementKind::compound}) {
            const test::AuthenticatorOptions options{
                .algorithm = algorithm, .statement = statement
            };
            const auto draft = scene.draft_registration(options);
            const auto made = draft.finish();
            corpus.add_attestation_object(made.attestation_object);
            corpus.add("client_data", made.client_data_json);
            corpus.add("cose_key", draft.data.cose_key);
            corpus.add("registration_json", made.to_json());
        }
        const auto assertion = scene.draft_assertion({.algorithm = algorithm}).finish();
        corpus.add("client_data", assertion.client_data_json);
        corpus.add("authenticator_data", assertion.authenticator_data);
        corpus.add("authentication_json", assertion.to_json());
    }
}

void add_metadata(Corpus& corpus) {
    const auto signer = test::MetadataSigner::make();
    const auto payload = test::metadata_payload(
        {{.aaguid = webauthn::Aaguid({std::byte{1}}),
          .roots = {signer.root.certificate},
          .reports =
              {{.status = "ATTESTATION_KEY_COMPROMISE",
                .effective_date = "2026-01-01",
                .certificate = signer.root.certificate}}},
         {.key_ids = {std::string(40, 'a')}}}
    );
    corpus.add("metadata_blob", "0" + signer.sign(payload));
    corpus.add("metadata_blob", "1" + json::write(payload));
}

/// Formats that are about keys of some algorithms only, and edits of each format.
void add_formats(Corpus& corpus) {
    const Scene scene;
    using enum webauthn::CoseAlgorithm;
    for (const auto algorithm : {es256, es384, es512, rs256}) {
        const auto draft =
            scene.draft_registration({.algorithm = algorithm, .statement = test::StatementKind::tpm}
            );
        corpus.add_attestation_object(draft.finish().attestation_object);
    }
    const auto u2f = scene.draft_registration({.statement = test::StatementKind::fido_u2f});
    corpus.add_attestation_object(u2f.finish().attestation_object);
    for (int format = 0; format < 7; ++format) {
        for (int target = 0; target < 4; ++target) {
            const Bytes edit{
                static_cast<std::byte>(format),
                static_cast<std::byte>(target),
                std::byte{0},
                std::byte{30},
                std::byte{1},
                std::byte{0}
            };
            corpus.add("statement", edit);
        }
        corpus.add("statement", Bytes{static_cast<std::byte>(format)});
    }
}

void add_http(Corpus& corpus) {
    for (const auto& each : test::smuggling_cases) {
        corpus.add("http_request", "\x03" + std::string(each.bytes));
    }
    for (const auto* request :
         {"GET /a?b=c HTTP/1.1\r\nHost: localhost:8080\r\nCookie: a=1; b=2\r\n\r\n",
          "POST /a HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 2\r\n\r\nhi",
          "POST /a HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n"
          "2;x=\"y\"\r\nhi\r\n0\r\n\r\n"}) {
        corpus.add("http_request", "\xff" + std::string(request));
    }
    corpus.add("form", "email=ada%40example.com&name=Ada+L&u=%E2%9C%93");
    corpus.add("cookies", "__Host-browser=a.b-c; theme=\"dark\"; odd; =x");
    corpus.add("cookies", "text/html;q=0.9, application/json, */*");
    corpus.add("path", "/caf%C3%A9/%2e/..;a=b");
    for (const auto* address : {"192.0.2.0/24", "2001:db8::/32", "::ffff:192.0.2.7", "::1"}) {
        corpus.add("address", address);
    }
    corpus.add("language", "de-CH, fr;q=0.9, en;q=0.8, *;q=0.5");
    corpus.add("language", "intent=add-passkey&ui_locales=de-AT+fr");
    corpus.add("forwarded", "for=\"[2001:db8::9]:4711\";proto=https;by=_x, for=unknown");
    corpus.add("forwarded", "203.0.113.9:80, [2001:db8::9]:4711, 10.0.0.2");
}

void add_provider(Corpus& corpus) {
    const auto key = test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 1);
    const json::Value claims = json::object({
        {"iss", "https://appleid.apple.com"},
        {"aud", "client"},
        {"sub", "sub"},
        {"exp", 600},
        {"iat", 0},
        {"nonce", "n"},
        {"email", "ada@example.com"},
        {"email_verified", "true"},
        {"events", R"({"type":"consent-revoked","sub":"sub"})"},
    });
    corpus.add("id_token", test::sign_token(key, "", claims));
    corpus.add("id_token", json::write(claims));
    corpus.add("jwk_set", test::jwk_set({test::jwk_of(key, "k1")}));
    corpus.add("discovery", "public, max-age=600, no-store");
    corpus.add("discovery", R"({"token_type":"Bearer","id_token":"a.b.c","access_token":"t"})");
    corpus.add(
        "discovery",
        R"({"issuer":"https://i","authorization_endpoint":"https://i/a","token_endpoint":)"
        R"("https://i/t","jwks_uri":"https://i/k","token_endpoint_auth_methods_supported":[]})"
    );
}

/// The bytes of a member; empty if there is none.
Bytes bytes_at(const json::Value& record, const char* key) {
    const std::string* text = record.find_string(key);
    return text == nullptr ? Bytes() : base64url_decode(*text).value_or(Bytes());
}

void add_record(Corpus& corpus, const json::Value& record) {
    const Bytes client_data = bytes_at(record, "clientDataJSON");
    const Bytes object = bytes_at(record, "attestationObject");
    const Bytes cose_key = bytes_at(record, "credentialPublicKey");
    const Bytes data = bytes_at(record, "authenticatorData");
    corpus.add("client_data", client_data);
    if (!object.empty()) {
        corpus.add_attestation_object(object);
        const test::MadeRegistration made{
            .credential_id = Bytes(16),
            .client_data_json = client_data,
            .attestation_object = object
        };
        corpus.add("registration_json", made.to_json());
    }
    if (!cose_key.empty()) corpus.add("cose_key", cose_key);
    if (data.empty()) return;
    corpus.add("authenticator_data", data);
    const test::MadeAssertion made{
        .credential_id = bytes_at(record, "credentialId"),
        .client_data_json = client_data,
        .authenticator_data = data,
        .signature = bytes_at(record, "signature")
    };
    corpus.add("authentication_json", made.to_json());
}

void add_vectors(Corpus& corpus, const std::filesystem::path& data) {
    for (const auto* file : {"w3c-l3.jsonl", "real-devices.jsonl", "derived-w3c-keys.jsonl"}) {
        for (const json::Value& record : test::read_records(data / "webauthn" / file)) {
            add_record(corpus, record);
        }
    }
}

}  // namespace
}  // namespace latchkey::fuzz

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: make_corpus FOLDER\n");
        return 2;
    }
    latchkey::fuzz::Corpus corpus(arguments[1]);
    latchkey::fuzz::add_software(corpus);
    latchkey::fuzz::add_formats(corpus);
    latchkey::fuzz::add_metadata(corpus);
    latchkey::fuzz::add_http(corpus);
    latchkey::fuzz::add_provider(corpus);
    if (const auto data = latchkey::test::test_data()) latchkey::fuzz::add_vectors(corpus, *data);
    return corpus.finish();
}
