// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"

#include "fuzz/target.hpp"

#include <vector>

namespace latchkey::fuzz {

void run(ByteView input) {
    using crypto::NameAttribute;
    auto certificate = crypto::Certificate::parse(input);
    if (!certificate) return;
    LATCHKEY_ASSERT(certificate->version() >= 1 && certificate->version() <= 3);
    for (const auto attribute :
         {NameAttribute::country,
          NameAttribute::organization,
          NameAttribute::organizational_unit,
          NameAttribute::common_name}) {
        static_cast<void>(certificate->subject(attribute));
    }
    static_cast<void>(certificate->basic_constraints());
    static_cast<void>(certificate->extension("1.3.6.1.4.1.45724.1.1.4"));
    const Bytes signature(64);
    for (const auto algorithm :
         {crypto::SignatureAlgorithm::ecdsa_p256_sha256,
          crypto::SignatureAlgorithm::ed25519,
          crypto::SignatureAlgorithm::rsa_pkcs1_sha256}) {
        const auto check = certificate->verify(algorithm, signature, {input});
        LATCHKEY_ASSERT(check != crypto::SignatureCheck::valid);
    }
    std::vector<crypto::Certificate> chain;
    chain.push_back(*std::move(certificate));
    static_cast<void>(crypto::verify_chain(chain, chain, TimePoint()));
}

}  // namespace latchkey::fuzz
