// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// What verify_authentication costs beside the bare signature verification of the linked OpenSSL
/// with a prepared key: the same signatures, in turns, on the same core, by CPU time.
#include "bench/allocations.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "latchkey/webauthn.hpp"
#include "support/authenticator.hpp"
#include "support/certificates.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <time.h>

namespace latchkey::bench {
namespace {

constexpr double aim = 0.95;
constexpr std::size_t credentials = 64;
constexpr int rounds = 60;
constexpr int repetitions = 2;  // of all credentials, in each round

const std::string origin = "https://example.org";

double cpu_microseconds() {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

/// One assertion, ready for both ways of verifying it.
struct Prepared {
    webauthn::CredentialRecord record;
    webauthn::AuthenticationResponse response;
    std::string json;
    crypto::Owned<EVP_PKEY> key;
    crypto::Owned<EVP_PKEY_CTX> context;
    Bytes signature;
    crypto::Sha256 digest;
};

class Benchmark {
public:
    Benchmark() {
        for (std::uint64_t seed = 1; seed <= credentials; ++seed) {
            prepared_.push_back(prepare(seed));
        }
    }

    /// Verifies all with the bare primitive; returns microseconds for each.
    double bare() {
        return timed([](const Prepared& one) {
            const int answer = EVP_PKEY_verify(
                one.context.get(),
                crypto::octets(one.signature),
                one.signature.size(),
                crypto::octets(one.digest),
                one.digest.size()
            );
            return answer == 1;
        });
    }

    double ceremony() {
        return timed([this](const Prepared& one) {
            return verifier_.verify_authentication(rp_, ceremony_, one.record, one.response)
                .has_value();
        });
    }

    double ceremony_from_json() {
        return timed([this](const Prepared& one) {
            const auto response = webauthn::parse_authentication_response(one.json);
            return response &&
                   verifier_.verify_authentication(rp_, ceremony_, one.record, *response);
        });
    }

private:
    template <class Verify>
    double timed(Verify verify) const {
        const double start = cpu_microseconds();
        for (int i = 0; i < repetitions; ++i) {
            for (const Prepared& one : prepared_) {
                LATCHKEY_ASSERT(verify(one));
            }
        }
        return (cpu_microseconds() - start) / (repetitions * static_cast<double>(credentials));
    }

    [[nodiscard]] Prepared prepare(std::uint64_t seed);

    webauthn::RelyingParty rp_{
        .id = webauthn::RpId("example.org"),
        .name = "Example",
        .origins = {webauthn::Origin(origin)}
    };
    webauthn::AuthenticationCeremony ceremony_ =
        webauthn::AuthenticationCeremony::discoverable(webauthn::Challenge(Bytes(32, std::byte{9}))
        );
    webauthn::Verifier verifier_;
    std::vector<Prepared> prepared_;
};

Prepared Benchmark::prepare(std::uint64_t seed) {
    test::SoftwareAuthenticator authenticator({.seed = seed});
    const webauthn::RegistrationPolicy policy;
    const webauthn::RegistrationCeremony registration{
        .challenge = webauthn::Challenge(Bytes(32, std::byte{8})),
        .user_handle = webauthn::UserHandle(Bytes(64, std::byte{7}))
    };
    const auto created = webauthn::parse_registration_response(
        authenticator
            .create(webauthn::issue_registration(rp_, policy, registration, {}, {}), origin)
            .value()
    );
    const auto made =
        authenticator.draft_get(webauthn::issue_authentication(rp_, ceremony_), origin)->finish();

    crypto::Owned<EVP_PKEY> key(EVP_PKEY_dup(authenticator.credentials().front().key.handle()));
    crypto::Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    crypto::require(EVP_PKEY_verify_init(context.get()));
    const auto client_data_hash = crypto::sha256(made.client_data_json);
    return {
        .record =
            verifier_
                .verify_registration(rp_, policy, registration, *created, test::certificate_time)
                ->credential,
        .response = webauthn::parse_authentication_response(made.parts()).value(),
        .json = made.to_json(),
        .key = std::move(key),
        .context = std::move(context),
        .signature = made.signature,
        .digest = crypto::sha256({made.authenticator_data, client_data_hash})
    };
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Says what one verification allocates, by us and by OpenSSL.
template <class Call>
void print_allocations(const char* what, Call call) {
    call();
    const Allocations before = allocations();
    call();
    const Allocations after = allocations();
    constexpr double calls = credentials * repetitions;
    std::printf(
        "allocations each, %-22s %6.1f ours, %6.1f OpenSSL's\n",
        what,
        static_cast<double>(after.ours - before.ours) / calls,
        static_cast<double>(after.openssl - before.openssl) / calls
    );
}

int run() {
    Benchmark benchmark;
    std::vector<double> bare;
    std::vector<double> ceremony;
    std::vector<double> from_json;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        // A B B A: what drifts (clock, heat) meets both alike.
        const double first = benchmark.bare();
        const double second = benchmark.ceremony();
        from_json.push_back(benchmark.ceremony_from_json());
        const double third = benchmark.ceremony();
        const double fourth = benchmark.bare();
        bare.push_back((first + fourth) / 2);
        ceremony.push_back((second + third) / 2);
        ratios.push_back(bare.back() / ceremony.back());
    }
    const double ratio = median(ratios);
    std::printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
    std::printf("EVP_PKEY_verify, prepared key     %7.2f us\n", median(bare));
    std::printf("verify_authentication, ES256      %7.2f us\n", median(ceremony));
    std::printf("the same, from JSON text          %7.2f us\n", median(from_json));
    print_allocations("bare:", [&] { benchmark.bare(); });
    print_allocations("verify_authentication:", [&] { benchmark.ceremony(); });
    print_allocations("from JSON text:", [&] { benchmark.ceremony_from_json(); });
    const bool held = ratio >= aim;
    std::printf(
        "%s: verify_authentication is %.3f of the bare verification (aim %.2f)\n",
        held ? "met" : "MISSED",
        ratio,
        aim
    );
    return held ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::bench

int main() {
    latchkey::bench::count_allocations();
    return latchkey::bench::run();
}
