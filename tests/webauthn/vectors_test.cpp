// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/vectors.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn/response.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

struct Agreement {
    std::size_t judged = 0;
    std::size_t agreed = 0;
};

bool agrees(const json::Value& record, const Judgement& judgement) {
    const std::string* expected = record.find_string("expected");
    return expected != nullptr && *expected == name_of(judgement.verdict);
}

std::string text_at(const json::Value& record, const char* key) {
    const std::string* text = record.find_string(key);
    return text == nullptr ? std::string() : *text;
}

std::string explain(const json::Value& record, const Judgement& judgement) {
    return text_at(record, "id") + " (" + text_at(record, "reason") + "): expected " +
           text_at(record, "expected") + ", judged " + std::string(name_of(judgement.verdict)) +
           " for " + judgement.reason;
}

/// The records of a file at a level. Everything that they name is built in.
Agreement judge_file(const std::filesystem::path& path, std::string_view level) {
    Judge judge;
    Agreement agreement;
    for (const json::Value& record : read_records(path)) {
        if (text_at(record, "level") != level) continue;
        const Judgement judgement = judge.judge(record);
        ++agreement.judged;
        if (agrees(record, judgement)) ++agreement.agreed;
        if (level == "either") continue;
        INFO(explain(record, judgement));
        CHECK(agrees(record, judgement));
    }
    MESSAGE(
        path.filename().string() << ", " << level << ": " << agreement.agreed << " of "
                                 << agreement.judged << " agree"
    );
    return agreement;
}

constexpr std::array files{
    "w3c-l3.jsonl",
    "real-devices.jsonl",
    "real-devices-trust.jsonl",
    "real-devices-params.jsonl",
    "derived-w3c-keys.jsonl"
};

}  // namespace

TEST_CASE("Every record that the specification decides is judged as it says") {
    const auto data = test_data();
    if (!data) return;
    for (const char* file : files) {
        CHECK(judge_file(*data / "webauthn" / file, "must").judged > 0);
    }
}

TEST_CASE("Every record that a SHOULD or hardening decides is judged as it says") {
    const auto data = test_data();
    if (!data) return;
    for (const char* file : files) {
        judge_file(*data / "webauthn" / file, "should");
    }
}

TEST_CASE("Records that implementations judge differently get some verdict") {
    const auto data = test_data();
    if (!data) return;
    for (const char* file : files) {
        judge_file(*data / "webauthn" / file, "either");
    }
}

TEST_CASE("Parsers find in every registration what the record says is there") {
    const auto data = test_data();
    if (!data) return;
    std::size_t compared = 0;
    for (const char* file : files) {
        for (const json::Value& record : read_records(*data / "webauthn" / file)) {
            const json::Value* detail = record.find("detail");
            if (detail == nullptr) continue;
            const auto response = webauthn::parse_registration_response(webauthn::RegistrationParts{
                .client_data_json = base64url_decode(text_at(record, "clientDataJSON")).value(),
                .attestation_object = base64url_decode(text_at(record, "attestationObject")).value()
            });
            INFO(text_at(record, "id"));
            REQUIRE(response);
            const auto& attested = response->attested();
            const auto& auth = response->authenticator_data();
            CHECK(response->format() == text_at(*detail, "fmt"));
            CHECK(base64url_encode(response->id().value()) == text_at(*detail, "credentialId"));
            CHECK(base64url_encode(attested.public_key) == text_at(*detail, "credentialPublicKey"));
            CHECK(hex_encode(attested.aaguid.value()) == text_at(*detail, "aaguid"));
            CHECK(
                *detail->find("alg") == json::Value(static_cast<std::int32_t>(attested.algorithm))
            );
            CHECK(*detail->find("signCount") == json::Value(auth.sign_count));
            CHECK(*detail->find("up") == json::Value(auth.flags.up));
            CHECK(*detail->find("uv") == json::Value(auth.flags.uv));
            CHECK(*detail->find("be") == json::Value(auth.flags.be));
            CHECK(*detail->find("bs") == json::Value(auth.flags.bs));
            CHECK(*detail->find("ed") == json::Value(auth.flags.ed));
            ++compared;
        }
    }
    CHECK(compared > 0);
}

}  // namespace latchkey::test
