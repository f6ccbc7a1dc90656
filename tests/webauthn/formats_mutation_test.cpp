// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/fixture.hpp"
#include "webauthn/statement_cases.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

/// Statements that must lead to a root: whatever is changed in a response after it was made, it
/// never verifies.
namespace latchkey::webauthn {
namespace {

using test::StatementKind;

constexpr auto kinds = std::to_array<StatementKind>(
    {StatementKind::packed_certified,
     StatementKind::tpm,
     StatementKind::android_key,
     StatementKind::android_safetynet,
     StatementKind::fido_u2f,
     StatementKind::apple,
     StatementKind::compound}
);

struct Made {
    RegistrationCase scene;
    test::MadeRegistration response = scene.made();

    explicit Made(StatementKind kind) : scene(with_trusted_statement(kind)) {}

    [[nodiscard]] bool verifies(Verifier& verifier, const test::MadeRegistration& changed) const {
        const auto parsed = parse_registration_response(changed.parts());
        return parsed &&
               verifier
                   .verify_registration(scene.rp, scene.policy, scene.ceremony, *parsed, scene.now)
                   .has_value();
    }
};

/// Where authenticator data stands in the attestation object.
std::size_t data_offset(const test::MadeRegistration& made) {
    const auto object = cbor::parse(made.attestation_object).value();
    const auto data = object.find("authData")->as_bytes().value();
    return static_cast<std::size_t>(data.data() - ByteView(made.attestation_object).data());
}

/// The version of a SafetyNet statement, which is reserved and signed by nobody (8.5).
bool is_in_version(const test::MadeRegistration& made, std::size_t position) {
    const auto object = cbor::parse(made.attestation_object).value();
    const auto version = object.find("attStmt")->find("ver")->as_text().value();
    const auto* start = text_of(made.attestation_object).data();
    const auto offset = static_cast<std::size_t>(version.data() - start);
    return position >= offset && position < offset + version.size();
}

/// What no signature covers. U2F signs neither flags nor counter nor AAGUID (8.6 step 5): nothing
/// that is changed there can be noticed, which is why its AAGUID proves nothing.
bool is_unsigned(const Made& made, std::size_t position) {
    const std::string& format = made.scene.draft.statement.format;
    if (format == "android-safetynet") return is_in_version(made.response, position);
    if (format != "fido-u2f") return false;
    const std::size_t flags = data_offset(made.response) + 32;
    return position >= flags && position < flags + 1 + 4 + 16;
}

/// Every item of a statement, however deep, that is a byte string: where its contents are in the
/// whole, and how long they are.
struct Span {
    std::size_t offset = 0;
    std::size_t size = 0;
};

void collect(const cbor::Item& item, ByteView whole, std::vector<Span>& spans) {
    if (const auto bytes = item.as_bytes()) {
        spans.push_back({static_cast<std::size_t>(bytes->data() - whole.data()), bytes->size()});
        return;
    }
    if (item.type() != cbor::Type::array && item.type() != cbor::Type::map) return;
    auto children = item.children();
    while (const auto child = children.next()) {
        collect(*child, whole, spans);
    }
}

/// The item with the byte string at `offset` cut to `size`, all lengths set right.
Bytes with_cut(const cbor::Item& item, ByteView whole, std::size_t offset, std::size_t size) {
    if (const auto bytes = item.as_bytes()) {
        const bool is_it = bytes->data() == whole.data() + offset;
        return test::cbor::bytes(is_it ? bytes->first(size) : *bytes);
    }
    const bool is_map = item.type() == cbor::Type::map;
    if (!is_map && item.type() != cbor::Type::array) return test::copy_of(item.encoded());
    Bytes rebuilt = test::cbor::head(is_map ? 5 : 4, item.size());
    auto children = item.children();
    while (const auto child = children.next()) {
        rebuilt = test::join({rebuilt, with_cut(*child, whole, offset, size)});
    }
    return rebuilt;
}

}  // namespace

TEST_CASE("No registration with a byte flipped verifies, of any format that leads to a root") {
    Verifier verifier;
    for (const auto kind : kinds) {
        const Made made(kind);
        REQUIRE(made.verifies(verifier, made.response));
        CAPTURE(made.scene.draft.statement.format);
        for (std::size_t i = 0; i < made.response.attestation_object.size(); ++i) {
            CAPTURE(i);
            if (is_unsigned(made, i)) continue;
            for (const unsigned flip : {0x01U, 0x80U}) {
                test::MadeRegistration changed = made.response;
                changed.attestation_object[i] ^= static_cast<std::byte>(flip);
                CHECK_FALSE(made.verifies(verifier, changed));
            }
        }
        for (std::size_t i = 0; i < made.response.client_data_json.size(); ++i) {
            test::MadeRegistration changed = made.response;
            changed.client_data_json[i] ^= std::byte{1};
            CHECK_FALSE(made.verifies(verifier, changed));
        }
    }
}

TEST_CASE("No registration with any byte string of its statement cut verifies, of any format") {
    Verifier verifier;
    for (const auto kind : kinds) {
        const Made made(kind);
        CAPTURE(made.scene.draft.statement.format);
        const auto object = cbor::parse(made.response.attestation_object).value();
        std::vector<Span> spans;
        collect(object, made.response.attestation_object, spans);
        CHECK(spans.size() >= 2);
        for (const auto& [offset, whole] : spans) {
            for (std::size_t size = 0; size < whole; ++size) {
                test::MadeRegistration changed = made.response;
                changed.attestation_object =
                    with_cut(object, made.response.attestation_object, offset, size);
                CHECK_FALSE(made.verifies(verifier, changed));
            }
        }
    }
}

TEST_CASE("No registration with a flag changed after it was attested verifies, of any format") {
    Verifier verifier;
    for (const auto kind : kinds) {
        const Made made(kind);
        CAPTURE(made.scene.draft.statement.format);
        const std::size_t flags = data_offset(made.response) + 32;
        if (is_unsigned(made, flags)) continue;
        for (unsigned bit = 0; bit < 8; ++bit) {
            test::MadeRegistration changed = made.response;
            changed.attestation_object[flags] ^= static_cast<std::byte>(1U << bit);
            CHECK_FALSE(made.verifies(verifier, changed));
        }
    }
}

TEST_CASE("No statement of one ceremony, key or relying party verifies in another, of any format") {
    const Verifier verifier;
    for (const auto kind : kinds) {
        const Made made(kind);
        CAPTURE(made.scene.draft.statement.format);
        const Bytes statement = encoded_statement(made.scene);
        const auto moved_to = [&](const std::function<void(RegistrationCase&)>& change) {
            RegistrationCase other = made.scene;
            change(other);
            other.draft.statement.encoded = statement;
            return judged(other);
        };
        CHECK(moved_to([](auto&) {}) == "attested");
        const auto another_challenge = moved_to([](auto& r) {
            r.ceremony.challenge = Challenge(repeated(0x18, 32));
            r.draft.client.challenge = base64url_encode(r.ceremony.challenge.value());
        });
        CHECK(another_challenge.starts_with("7.1 step 22"));
        const auto another_rp = moved_to([](auto& r) {
            r.rp.id = RpId("example.com");
            r.draft.data.rp_id = "example.com";
        });
        CHECK(another_rp.starts_with("7.1 step 22"));
        const auto another_key = moved_to([](auto& r) {
            r.draft.data.cose_key = test::PrivateKey::make(CoseAlgorithm::es256, 4'800).cose_key();
        });
        CHECK(another_key.starts_with("7.1 step 22"));
    }
}

TEST_CASE("Property: random changes to a statement never verify, of any format") {
    Verifier verifier;
    std::vector<Made> all;
    for (const auto kind : kinds) {
        all.emplace_back(kind);
    }
    const bool holds =
        rc::check([&](std::size_t kind,
                      const std::vector<std::pair<std::size_t, std::uint8_t>>& changes) {
            const Made& made = all[kind % all.size()];
            test::MadeRegistration changed = made.response;
            Bytes& bytes = changed.attestation_object;
            for (const auto& [place, value] : changes) {
                const std::size_t position = place % bytes.size();
                if (!is_unsigned(made, position)) bytes[position] ^= static_cast<std::byte>(value);
            }
            const bool is_same = bytes == made.response.attestation_object;
            RC_ASSERT(made.verifies(verifier, changed) == is_same);
        });
    CHECK(holds);
}

}  // namespace latchkey::webauthn
