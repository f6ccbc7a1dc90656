// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"

#include "crypto/verify.hpp"
#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <utility>
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
    static_cast<void>(certificate->dns_names());
    static_cast<void>(certificate->alternative_name("2.23.133.2.1"));
    static_cast<void>(certificate->has_usage("2.23.133.8.3"));
    static_cast<void>(certificate->extension("1.3.6.1.4.1.45724.1.1.4"));
    const Bytes signature(64);
    constexpr auto last = static_cast<int>(crypto::SignatureAlgorithm::ml_dsa_87);
    for (int i = 0; i <= last; ++i) {
        const auto algorithm = static_cast<crypto::SignatureAlgorithm>(i);
        const auto check = certificate->verify(algorithm, signature, {input});
        LATCHKEY_ASSERT(check != crypto::SignatureCheck::valid);
        static_cast<void>(certificate->public_key(algorithm));
    }
    std::vector<crypto::Certificate> chain;
    chain.push_back(*std::move(certificate));
    static_cast<void>(crypto::verify_chain(chain, chain, TimePoint()));
}

}  // namespace latchkey::fuzz
