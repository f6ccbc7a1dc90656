// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// Lets every allocation and every call into OpenSSL fail, one at a time, on the whole way of a
/// verification: a response that must be refused is refused then too, and nothing crashes.
#include "base/encoding.hpp"
#include "support/failures.hpp"
#include "webauthn/statement_cases.hpp"

#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace latchkey::webauthn {
namespace {

using test::Failing;
using test::StatementKind;

enum class Expected : std::uint8_t { acceptance, refusal };

/// A response and what it deserves.
struct Scenario {
    std::string name;
    Expected expected = Expected::refusal;
    std::function<bool(Verifier&)> accepts;
};

Scenario registration_of(
    std::string name, const RegistrationCase& registration, Expected expected
) {
    return {
        std::move(name),
        expected,
        [registration, made = registration.made()](Verifier& verifier) {
            const auto parsed = parse_registration_response(made.parts());
            return parsed && verifier
                                 .verify_registration(
                                     registration.rp,
                                     registration.policy,
                                     registration.ceremony,
                                     *parsed,
                                     registration.now
                                 )
                                 .has_value();
        }
    };
}

Scenario assertion_of(std::string name, const AuthenticationCase& scene, Expected expected) {
    auto made = scene.made();
    if (expected == Expected::refusal)
        made.authenticator_data[36] ^= std::byte{1};  // the counter, which is signed
    return {std::move(name), expected, [scene, made](Verifier& verifier) {
                const auto parsed = parse_authentication_response(made.parts());
                return parsed &&
                       verifier
                           .verify_authentication(scene.rp, scene.ceremony, scene.record, *parsed)
                           .has_value();
            }};
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
    for (const auto algorithm : test::available_algorithms()) {
        const std::string name = std::to_string(static_cast<int>(algorithm));
        const AuthenticationCase scene({.algorithm = algorithm});
        scenarios.push_back(assertion_of("good assertion " + name, scene, Expected::acceptance));
        scenarios.push_back(assertion_of("wrong assertion " + name, scene, Expected::refusal));
    }
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

/// Lets each of the kind fail, until there is none more. How many there were; nullopt: it went
/// wrong.
std::optional<std::size_t> fail_each(const Scenario& scenario, Failing kind) {
    for (std::size_t n = 1;; ++n) {
        bool accepted = false;
        const bool has_failed = test::with_failure(kind, n, [&] {
            Verifier verifier;
            accepted = scenario.accepts(verifier);
        });
        const bool must_accept = scenario.expected == Expected::acceptance;
        if (!has_failed && accepted == must_accept) return n - 1;
        if (!has_failed || (accepted && !must_accept)) {
            std::printf(
                "%s: %s with failure %zu of kind %d\n",
                scenario.name.c_str(),
                accepted ? "accepted" : "refused",
                n,
                static_cast<int>(kind)
            );
            return std::nullopt;
        }
    }
}

int run() {
    std::vector<Scenario> scenarios;
    add_good(scenarios);
    add_wrong(scenarios);
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
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::webauthn

int main() {
    latchkey::test::install_failures();
    return latchkey::webauthn::run();
}
