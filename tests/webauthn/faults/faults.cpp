// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// Lets every allocation and every call into OpenSSL fail, one at a time, on the whole way of a
/// verification: a response that must be refused is refused then too, and nothing is thrown. Where
/// memory runs out the reason says so. An ES256 authentication asks for no memory but OpenSSL's.
#include "base/encoding.hpp"
#include "crypto/certificate.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/certificates.hpp"
#include "support/failures.hpp"
#include "support/metadata.hpp"
#include "support/private_key.hpp"
#include "support/statements.hpp"
#include "webauthn/fixture.hpp"
#include "webauthn/statement_cases.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

using test::Failing;
using test::Identity;
using test::StatementKind;

enum class Expected : std::uint8_t { acceptance, refusal };

/// Parses and verifies a response, once. Why it was refused; nullopt: it was not.
using Attempt = std::function<std::optional<Reason>()>;

/// A response and what it deserves.
struct Scenario {
    std::string name;
    Expected expected = Expected::refusal;
    std::function<Attempt()> prepare;
};

template <class Value>
std::optional<Reason> reason_of(const Result<Value, Failure>& result) {
    return result ? std::nullopt : std::optional(result.error().reason);
}

std::optional<Reason> judge(
    const RegistrationCase& scene, const Result<RegistrationResponse, Failure>& parsed
) {
    if (!parsed) return reason_of(parsed);
    return reason_of(
        Verifier().verify_registration(scene.rp, scene.policy, scene.ceremony, *parsed, scene.now)
    );
}

std::optional<Reason> judge(
    const AuthenticationCase& scene, const Result<AuthenticationResponse, Failure>& parsed
) {
    if (!parsed) return reason_of(parsed);
    return reason_of(
        Verifier().verify_authentication(scene.rp, scene.ceremony, scene.record, *parsed)
    );
}

Scenario registration_of(std::string name, const RegistrationCase& scene, Expected expected) {
    auto prepare = [scene, made = scene.made()] {
        return [&scene, parts = made.parts()]() mutable {
            return judge(scene, parse_registration_response(std::move(parts)));
        };
    };
    return {std::move(name), expected, std::move(prepare)};
}

Scenario assertion_of(std::string name, const AuthenticationCase& scene, Expected expected) {
    auto made = scene.made();
    if (expected == Expected::refusal) {
        made.authenticator_data[36] ^= std::byte{1};  // the counter, which is signed
    }
    auto prepare = [scene, made] {
        return [&scene, parts = made.parts()]() mutable {
            return judge(scene, parse_authentication_response(std::move(parts)));
        };
    };
    return {std::move(name), expected, std::move(prepare)};
}

/// From the text that a browser sends.
Scenario registration_as_json(const RegistrationCase& scene) {
    auto prepare = [scene, json = scene.made().to_json()] {
        return [&] { return judge(scene, parse_registration_response(std::string_view(json))); };
    };
    return {"good registration as JSON", Expected::acceptance, std::move(prepare)};
}

Scenario assertion_as_json(const AuthenticationCase& scene) {
    auto prepare = [scene, json = scene.made().to_json()] {
        return [&] { return judge(scene, parse_authentication_response(std::string_view(json))); };
    };
    return {"good assertion as JSON", Expected::acceptance, std::move(prepare)};
}

/// A statement that is wrong in one point.
template <class Statement>
Scenario wrong(
    std::string name, StatementKind kind, const std::function<void(Statement&)>& change
) {
    auto registration = with_statement(kind);
    change(statement_of<Statement>(registration));
    return registration_of(std::move(name), registration, Expected::refusal);
}

Scenario wrong_packed(std::string name, const test::CertificateFields& fields) {
    auto registration = with_statement(StatementKind::packed_certified);
    auto& statement = registration.draft.statement;
    statement.x5c = {test::issue(test_authority(), fields, *statement.key).certificate};
    return registration_of(std::move(name), registration, Expected::refusal);
}

Bytes certified(const test::PrivateKey& key, const test::CertificateFields& fields) {
    return test::issue(test_authority(), fields, key).certificate;
}

void add_good(std::vector<Scenario>& scenarios) {
    using enum StatementKind;
    for (const auto kind :
         {packed_self,
          packed_certified,
          tpm,
          android_key,
          android_safetynet,
          fido_u2f,
          apple,
          compound}) {
        const auto registration =
            kind == packed_self ? with_statement(kind) : with_trusted_statement(kind);
        scenarios.push_back(registration_of(
            "good " + registration.draft.statement.format, registration, Expected::acceptance
        ));
    }
    scenarios.push_back(registration_as_json(RegistrationCase()));
    scenarios.push_back(assertion_as_json(AuthenticationCase()));
    for (const auto algorithm : test::available_algorithms()) {
        const std::string name = std::to_string(static_cast<int>(algorithm));
        const AuthenticationCase scene({.algorithm = algorithm});
        scenarios.push_back(assertion_of("good assertion " + name, scene, Expected::acceptance));
        scenarios.push_back(assertion_of("wrong assertion " + name, scene, Expected::refusal));
    }
}

std::shared_ptr<const Metadata> metadata_of(test::EntryDraft entry) {
    const auto signer = test::MetadataSigner::make();
    const auto blob = signer.sign(test::metadata_payload({std::move(entry)}));
    return std::make_shared<const Metadata>(
        Metadata::verify(blob, signer.trust(), test::certificate_time).value()
    );
}

/// Metadata warns of the key of this certificate, from which the statement comes.
Scenario compromised(std::string name, const Bytes& certificate, const Identity& issuer) {
    auto registration = with_statement(StatementKind::packed_certified);
    auto& statement = registration.draft.statement;
    statement.x5c = {test::issue(issuer, {}, *statement.key).certificate, issuer.certificate};
    registration.policy.metadata = metadata_of(
        {.aaguid = registration.draft.data.aaguid,
         .reports = {{.status = "ATTESTATION_KEY_COMPROMISE", .certificate = certificate}}}
    );
    return registration_of(std::move(name), registration, Expected::refusal);
}

/// Metadata knows the model by the key of its certificate.
Scenario revoked_without_aaguid() {
    auto registration = with_statement(StatementKind::packed_certified);
    auto& statement = registration.draft.statement;
    registration.draft.data.aaguid = Aaguid();
    statement.x5c = {test::issue(test_authority(), {}, *statement.key).certificate};
    const auto leaf = crypto::Certificate::parse(statement.x5c.front());
    registration.policy.metadata = metadata_of(
        {.key_ids = {hex_encode(leaf->key_identifier().value())}, .reports = {{.status = "REVOKED"}}
        }
    );
    return registration_of("revoked, without AAGUID", registration, Expected::refusal);
}

void add_compromised(std::vector<Scenario>& scenarios) {
    const auto root = test_authority();
    const auto key = test::PrivateKey::make(CoseAlgorithm::es256, 4'901);
    const auto batch = test::issue(root, test::authority_fields("Batch"), key);
    const auto again = test::issue(root, test::authority_fields("Again"), key);
    scenarios.push_back(compromised("compromised, batch", batch.certificate, batch));
    scenarios.push_back(compromised("compromised, another name", again.certificate, batch));
    scenarios.push_back(revoked_without_aaguid());
}

void add_wrong(std::vector<Scenario>& scenarios) {
    const auto other = test::PrivateKey::make(CoseAlgorithm::es256, 4'900);
    auto untrusted = with_trusted_statement(StatementKind::packed_certified);
    untrusted.policy.roots = {test_authority().certificate};
    scenarios.push_back(registration_of("untrusted", untrusted, Expected::refusal));
    auto expired = with_trusted_statement(StatementKind::packed_certified);
    expired.now += std::chrono::hours(24 * 1'000);
    scenarios.push_back(registration_of("expired", expired, Expected::refusal));
    scenarios.push_back(wrong_packed(
        "packed, AAGUID of another model",
        {.extensions = {test::aaguid_extension(Aaguid({std::byte{0x66}}))}}
    ));
    scenarios.push_back(
        wrong_packed("packed, two units", {.unit = {"Authenticator Attestation", "Other"}})
    );
    scenarios.push_back(wrong_packed("packed, CA", {.authority = test::CertificateAuthority::yes}));
    scenarios.push_back(wrong<test::TpmStatement>("tpm, usage", StatementKind::tpm, [](auto& s) {
        auto fields = test::aik_fields();
        fields.extensions.pop_back();
        s.x5c = {certified(s.aik, fields)};
    }));
    scenarios.push_back(wrong<test::TpmStatement>("tpm, AAGUID", StatementKind::tpm, [](auto& s) {
        auto fields = test::aik_fields();
        fields.extensions.push_back(test::aaguid_extension(Aaguid({std::byte{0x66}})));
        s.x5c = {certified(s.aik, fields)};
    }));
    scenarios.push_back(wrong<test::TpmStatement>("tpm, name", StatementKind::tpm, [](auto& s) {
        s.cert_info.name = Bytes(34);
    }));
    scenarios.push_back(wrong<test::TpmStatement>("tpm, hash", StatementKind::tpm, [](auto& s) {
        s.cert_info.extra_data = Bytes(32);
    }));
    scenarios.push_back(wrong<test::AndroidKeyStatement>(
        "android-key, key",
        StatementKind::android_key,
        [&](auto& s) { s.certified_key = s.signer = other; }
    ));
    scenarios.push_back(wrong<test::SafetyNetStatement>(
        "safetynet, host",
        StatementKind::android_safetynet,
        [](auto& s) {
            s.x5c = {certified(
                s.signer,
                {.common_name = {"attest.android.com"},
                 .extensions = {test::dns_name("www.example.org")}}
            )};
        }
    ));
    scenarios.push_back(wrong<test::AppleStatement>(
        "apple, nonce", StatementKind::apple, [](auto& s) { s.nonce = Bytes(32); }
    ));
    scenarios.push_back(wrong<test::AppleStatement>(
        "apple, key", StatementKind::apple, [&](auto& s) { s.certified_key = other; }
    ));
    scenarios.push_back(wrong<test::FidoU2fStatement>(
        "u2f, key", StatementKind::fido_u2f, [&](auto& s) { s.signer = other; }
    ));
}

/// Whether this is what a scenario may end with when something of the kind has failed.
bool is_allowed(const Scenario& scenario, Failing kind, std::optional<Reason> refused) {
    if (!refused) return scenario.expected == Expected::acceptance && kind != Failing::allocation;
    return scenario.expected == Expected::refusal || kind != Failing::allocation ||
           *refused == Reason::out_of_memory;
}

/// Lets each of the kind fail, until there is none more. How many there were; nullopt: it went
/// wrong.
std::optional<std::size_t> fail_each(const Scenario& scenario, Failing kind) {
    for (std::size_t n = 1;; ++n) {
        std::optional<Reason> refused;
        const Attempt attempt = scenario.prepare();
        const bool has_failed = test::with_failure(kind, n, [&] { refused = attempt(); });
        const bool must_accept = scenario.expected == Expected::acceptance;
        if (!has_failed && refused.has_value() != must_accept) return n - 1;
        if (!has_failed || !is_allowed(scenario, kind, refused)) {
            std::printf(
                "%s: %s with failure %zu of kind %d\n",
                scenario.name.c_str(),
                refused ? std::string(name_of(*refused)).c_str() : "accepted",
                n,
                static_cast<int>(kind)
            );
            return std::nullopt;
        }
    }
}

/// Whether a verifier that has been used once verifies an ES256 authentication without one
/// allocation of ours.
bool allocates_nothing() {
    const AuthenticationCase scene;
    const auto made = scene.made();
    const auto response = parse_authentication_response(made.parts()).value();
    Verifier verifier;
    bool is_verified = false;
    const auto verify = [&] {
        is_verified =
            verifier.verify_authentication(scene.rp, scene.ceremony, scene.record, response)
                .has_value();
    };
    verify();
    const bool has_allocated = test::with_failure(Failing::allocation, 1, verify);
    return !has_allocated && is_verified;
}

int run() {
    std::vector<Scenario> scenarios;
    add_good(scenarios);
    add_wrong(scenarios);
    add_compromised(scenarios);
    constexpr std::array kinds{
        Failing::allocation, Failing::openssl_allocation, Failing::openssl_call
    };
    std::array<std::size_t, kinds.size()> counts{};
    int passed = 0;
    int failed = 0;
    for (const Scenario& scenario : scenarios) {
        for (const Failing kind : kinds) {
            const auto count = fail_each(scenario, kind);
            counts.at(static_cast<std::size_t>(kind)) += count.value_or(0);
            // Whatever is verified allocates, and calls OpenSSL.
            ++(count.value_or(0) > 0 ? passed : failed);
        }
    }
    std::printf(
        "%zu allocations, %zu allocations of OpenSSL and %zu calls into it failed\n",
        counts[0],
        counts[1],
        counts[2]
    );
    const bool is_frugal = allocates_nothing();
    if (!is_frugal) std::printf("verify_authentication allocates with ES256\n");
    ++(is_frugal ? passed : failed);
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::webauthn

int main() {
    latchkey::test::install_failures();
    return latchkey::webauthn::run();
}
