// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// What each algorithm and each attestation format costs beside the bare signature check of the
/// linked OpenSSL with a prepared key, and what a verification allocates: CPU time, least of many
/// rounds. The aim is that an ES256 authentication allocates nothing but what OpenSSL does.
#include "bench/allocations.hpp"
#include "bench/cpu_time.hpp"
#include "crypto/hash.hpp"
#include "crypto/scheme.hpp"
#include "crypto/verify.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "webauthn/cose.hpp"
#include "webauthn/fixture.hpp"
#include "webauthn/statement_cases.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <limits>
#include <utility>

#include <openssl/crypto.h>

namespace latchkey::webauthn {
namespace {

using bench::Allocations;
using bench::allocations;
using bench::cpu_microseconds;

constexpr int rounds = 25;
constexpr int calls_each = 8;

/// Of one call.
struct Cost {
    double microseconds = std::numeric_limits<double>::max();
    std::size_t ours = 0;  // allocations
    std::size_t openssl = 0;
};

/// `call` says whether it verified.
template <class Call>
Cost cost_of(Call call) {
    LATCHKEY_ASSERT(call());  // what is kept for the next time is there from now on
    Cost cost;
    const Allocations before = allocations();
    LATCHKEY_ASSERT(call());
    const Allocations after = allocations();
    cost.ours = after.ours - before.ours;
    cost.openssl = after.openssl - before.openssl;
    for (int round = 0; round < rounds; ++round) {
        const double start = cpu_microseconds(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < calls_each; ++i) {
            LATCHKEY_ASSERT(call());
        }
        cost.microseconds = std::min(
            cost.microseconds, (cpu_microseconds(CLOCK_THREAD_CPUTIME_ID) - start) / calls_each
        );
    }
    return cost;
}

/// An authentication beside the check of its signature; returns what both cost.
std::pair<Cost, Cost> print_algorithm(const char* name, CoseAlgorithm algorithm) {
    const AuthenticationCase scene({.algorithm = algorithm});
    const auto made = scene.made();
    const auto response = parse_authentication_response(made.parts()).value();
    const auto& scheme = crypto::scheme_of(*signature_algorithm(algorithm));
    const auto key = crypto::key_object(scheme, scene.record.public_key.material);
    const crypto::Sha256 hash = crypto::sha256(made.client_data_json);
    Verifier verifier;
    const Cost bare = cost_of([&] {
        return crypto::verify_with(
                   key.get(), scheme, made.signature, {made.authenticator_data, hash}
               ) == crypto::SignatureCheck::valid;
    });
    const Cost whole = cost_of([&] {
        return verifier.verify_authentication(scene.rp, scene.ceremony, scene.record, response)
            .has_value();
    });
    std::printf(
        "%-8s %8.1f us %8.1f us   %5.2f  %9zu ours, %3zu OpenSSL's\n",
        name,
        bare.microseconds,
        whole.microseconds,
        bare.microseconds / whole.microseconds,
        whole.ours,
        whole.openssl
    );
    return {bare, whole};
}

/// A registration, its chain judged, beside one check of an ES256 signature.
void print_format(const char* name, test::StatementKind kind, const Cost& es256) {
    const bool has_chain =
        kind != test::StatementKind::none && kind != test::StatementKind::packed_self;
    const auto scene = has_chain ? with_trusted_statement(kind) : with_statement(kind);
    const auto made = scene.made();
    const auto response = parse_registration_response(made.parts()).value();
    Verifier verifier;
    const Cost cost = cost_of([&] {
        return verifier
            .verify_registration(scene.rp, scene.policy, scene.ceremony, response, scene.now)
            .has_value();
    });
    std::printf(
        "%-18s %8.1f us   x %4.1f  %9zu ours, %4zu OpenSSL's\n",
        name,
        cost.microseconds,
        cost.microseconds / es256.microseconds,
        cost.ours,
        cost.openssl
    );
}

int run() {
    using enum CoseAlgorithm;
    using enum test::StatementKind;
    std::printf("%s\n\n", OpenSSL_version(OPENSSL_VERSION));
    std::printf("algorithm      bare    verify_authentication, share, allocations\n");
    const auto [bare, whole] = print_algorithm("ES256", es256);
    constexpr std::array others{
        std::pair{"ES384", es384},
        std::pair{"ES512", es512},
        std::pair{"ES256K", es256k},
        std::pair{"EdDSA", eddsa},
        std::pair{"Ed448", ed448},
        std::pair{"RS256", rs256},
        std::pair{"RS512", rs512},
        std::pair{"PS256", ps256},
        std::pair{"PS512", ps512},
        std::pair{"ML-DSA-44", ml_dsa_44},
        std::pair{"ML-DSA-65", ml_dsa_65},
        std::pair{"ML-DSA-87", ml_dsa_87},
    };
    for (const auto& [name, algorithm] : others) {
        if (signature_algorithm(algorithm)) print_algorithm(name, algorithm);
    }
    std::printf("\nformat          verify_registration, bare ES256 checks, allocations\n");
    constexpr std::array formats{
        std::pair{"none", none},
        std::pair{"packed, self", packed_self},
        std::pair{"packed", packed_certified},
        std::pair{"tpm", tpm},
        std::pair{"android-key", android_key},
        std::pair{"android-safetynet", android_safetynet},
        std::pair{"fido-u2f", fido_u2f},
        std::pair{"apple", apple},
        std::pair{"compound", compound},
    };
    for (const auto& [name, kind] : formats) {
        print_format(name, kind, bare);
    }
    std::printf(
        "%s: an ES256 authentication allocates %zu times (aim 0)\n",
        whole.ours == 0 ? "met" : "MISSED",
        whole.ours
    );
    return whole.ours == 0 ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::webauthn

int main() {
    latchkey::bench::count_allocations();
    return latchkey::webauthn::run();
}
