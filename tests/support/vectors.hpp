// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/json.hpp"
#include "crypto/verify.hpp"
#include "latchkey/webauthn.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The records of the test data: what each of them expects, and what this library says.
namespace latchkey::test {

enum class Verdict : std::uint8_t { accept, reject, unsupported };

struct Judgement {
    Verdict verdict = Verdict::reject;
    std::string reason;            // the name of a Reason; empty: accepted
    std::optional<unsigned> step;  // of section 7.1 or 7.2
};

std::string_view name_of(Verdict verdict);

/// Judges records, one after another. All that a verdict depends on is taken from the record:
/// time, policy, roots, counters. A counter that went back is refused, whatever the backup flags:
/// the data has no policy that could say otherwise.
class Judge {
public:
    /// A registration, an assertion, or a bare signature with a COSE key.
    Judgement judge(const json::Value& record);

private:
    Judgement judge_registration(const json::Value& record);
    Judgement judge_assertion(const json::Value& record);
    Judgement judge_signature(const json::Value& record);

    webauthn::Verifier verifier_;
    crypto::SignatureVerifier signatures_;
};

/// What a record says of the server that it was made for.
webauthn::RelyingParty relying_party_of(const json::Value& record);
webauthn::UserVerification user_verification_of(const json::Value& record);
webauthn::RegistrationPolicy policy_of(const json::Value& record);
TimePoint time_of(const json::Value& record);

/// Reads one line of a file of records; nullopt: not JSON.
std::optional<json::Value> parse_record(std::string_view line);

/// Where the test data is: LATCHKEY_TEST_DATA, else ../shared/data beside the source tree.
/// nullopt: it is not there, which one line on standard output says once; the process stops with
/// an error if LATCHKEY_TEST_DATA_REQUIRED is 1.
std::optional<std::filesystem::path> test_data();

/// The whole file; stops the process if it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// The records of a file with one of them a line.
std::vector<json::Value> read_records(const std::filesystem::path& path);

}  // namespace latchkey::test
