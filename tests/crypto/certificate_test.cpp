// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/certificate.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/limits.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/cbor_writer.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "support/vectors.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::crypto {
namespace {

using test::CertificateAuthority;
using test::CertificateFields;
using test::Identity;
using test::PrivateKey;
using webauthn::CoseAlgorithm;

PrivateKey key_number(std::uint64_t number) {
    return PrivateKey::make(CoseAlgorithm::es256, 3'000 + number);
}

Identity self_signed(const CertificateFields& fields) {
    return test::make_root(fields, key_number(0));
}

std::optional<Certificate> parsed(const CertificateFields& fields) {
    return Certificate::parse(self_signed(fields).certificate);
}

}  // namespace

TEST_CASE("RFC 5280: version, subject and basic constraints are read") {
    const auto certificate = parsed(
        {.country = {"SE"},
         .organization = {"Märta & Co"},
         .unit = {"One", "Two"},
         .common_name = {"Key"}}
    );
    REQUIRE(certificate);
    using Strings = std::vector<std::string>;
    CHECK(certificate->version() == 3);
    CHECK(certificate->subject(NameAttribute::country) == Strings{"SE"});
    CHECK(certificate->subject(NameAttribute::organization) == Strings{"Märta & Co"});
    CHECK(certificate->subject(NameAttribute::organizational_unit) == Strings{"One", "Two"});
    CHECK(certificate->subject(NameAttribute::common_name) == Strings{"Key"});
    CHECK(certificate->basic_constraints() == BasicConstraints::end_entity);

    CHECK(
        parsed({.authority = CertificateAuthority::yes})->basic_constraints() ==
        BasicConstraints::authority
    );
    const auto first =
        parsed({.version = 1, .unit = {}, .authority = CertificateAuthority::unsaid});
    REQUIRE(first);
    CHECK(first->version() == 1);
    CHECK(first->subject(NameAttribute::organizational_unit).empty());
    CHECK(first->basic_constraints() == BasicConstraints::absent);
}

TEST_CASE("RFC 5280: an extension is found by its identifier, critical or not") {
    const test::RawExtension plain{.oid = "1.2.3.4", .value = Bytes(3, std::byte{7})};
    const auto certificate = parsed({.extensions = {plain}});
    REQUIRE(certificate);
    const auto found = certificate->extension("1.2.3.4");
    REQUIRE(found);
    CHECK_FALSE(found->critical);
    CHECK(test::copy_of(found->value) == plain.value);
    CHECK_FALSE(certificate->extension("1.2.3.5"));
    CHECK_FALSE(certificate->extension("no identifier"));

    auto critical = plain;
    critical.critical = true;
    CHECK(parsed({.extensions = {critical}})->extension("1.2.3.4")->critical);
}

TEST_CASE("A certificate is one DER element with each extension once, inside of the limits") {
    const Bytes der = self_signed({}).certificate;
    REQUIRE(Certificate::parse(der));
    for (std::size_t size = 0; size < der.size(); ++size) {
        REQUIRE_FALSE(Certificate::parse(ByteView(der).first(size)));
    }
    CHECK_FALSE(Certificate::parse(test::join({der, Bytes(1)})));

    const test::RawExtension plain{.oid = "1.2.3.4", .value = {}};
    CHECK_FALSE(parsed({.extensions = {plain, plain}}));
    std::vector<test::RawExtension> many;
    for (int i = 0; i < limits::certificate_extensions; ++i) {
        many.push_back({.oid = "1.2.3." + std::to_string(i + 1), .value = {}});
    }
    CHECK_FALSE(parsed({.extensions = many}));
    CHECK(parsed({.authority = CertificateAuthority::unsaid, .extensions = many}));
    CHECK_FALSE(parsed({.extensions = {{.oid = "1.2.3", .value = Bytes(limits::certificate_bytes)}}}
    ));
}

TEST_CASE("The key of a certificate verifies signatures of its own algorithm only") {
    const auto message = bytes_of("message");
    std::vector<PrivateKey> keys;
    for (const auto algorithm : test::available_algorithms()) {
        keys.push_back(PrivateKey::make(algorithm, 3'100));
    }
    // An RSA key is not bound to a hash or padding; all others have one algorithm.
    const auto is_rsa = [](const PrivateKey& key) {
        return read_rsa_public_key(key.public_key().material).has_value();
    };
    for (const PrivateKey& own : keys) {
        const auto algorithm = own.signature_algorithm();
        const Bytes signature = own.sign(message);
        const auto certificate = Certificate::parse(test::make_root({}, own).certificate);
        REQUIRE(certificate);
        CHECK(certificate->public_key(algorithm) == own.public_key().material);
        CHECK(certificate->verify(algorithm, signature, {message}) == SignatureCheck::valid);
        CHECK(certificate->verify(algorithm, {}, {message}) == SignatureCheck::invalid);
        CHECK(certificate->verify(algorithm, signature, {}) == SignatureCheck::invalid);
        for (const PrivateKey& other : keys) {
            if (other.algorithm() == own.algorithm()) continue;
            const auto asked = other.signature_algorithm();
            const bool is_usable = is_rsa(own) && is_rsa(other);
            CHECK(certificate->public_key(asked).has_value() == is_usable);
            CHECK(
                certificate->verify(asked, signature, {message}) ==
                (is_usable ? SignatureCheck::invalid : SignatureCheck::key_unusable)
            );
        }
    }
}

TEST_CASE("A chain of nothing, or to nothing, is not trusted") {
    std::vector<Certificate> chain;
    chain.push_back(parsed({}).value());
    const auto now = test::certificate_time;
    CHECK(verify_chain(chain, {}, now) == ChainCheck::not_trusted);
    CHECK(verify_chain({}, chain, now) == ChainCheck::not_trusted);
    CHECK(verify_chain(chain, chain, now) == ChainCheck::trusted);
}

TEST_CASE("A path may be as long as its limit") {
    const auto chain_of = [](int intermediates) {
        const auto root = test::make_root(test::authority_fields("0"), key_number(0));
        std::vector<Identity> made{root};
        for (int i = 1; i <= intermediates; ++i) {
            const auto number = static_cast<std::uint64_t>(i);
            made.push_back(test::issue(
                made.back(), test::authority_fields(std::to_string(i)), key_number(number)
            ));
        }
        made.push_back(test::issue(made.back(), {}, key_number(100)));
        std::vector<Certificate> anchors;
        anchors.push_back(Certificate::parse(root.certificate).value());
        std::vector<Certificate> chain;
        for (auto identity = made.rbegin(); identity != made.rend() - 1; ++identity) {
            chain.push_back(Certificate::parse(identity->certificate).value());
        }
        return verify_chain(chain, anchors, test::certificate_time);
    };
    CHECK(chain_of(0) == ChainCheck::trusted);
    CHECK(chain_of(limits::chain_depth) == ChainCheck::trusted);
    CHECK(chain_of(limits::chain_depth + 1) == ChainCheck::not_trusted);
}

TEST_CASE("The trust roots of the test data are certificates") {
    const auto data = test::test_data();
    if (!data) return;
    const auto roots = test::parse_record(test::read_file(*data / "roots" / "roots.json"));
    REQUIRE(roots);
    std::size_t count = 0;
    for (const json::Value& root : *roots->as_array()) {
        const std::string* der = root.find_string("der");
        REQUIRE(der != nullptr);
        CHECK(Certificate::parse(base64url_decode(*der).value()));
        ++count;
    }
    CHECK(count > 0);
}

}  // namespace latchkey::crypto
