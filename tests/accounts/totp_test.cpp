// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/totp.hpp"

#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "support/vectors.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

using namespace std::chrono_literals;

const std::string secret_text = "12345678901234567890";
const TotpStep never(0);

ByteView secret() {
    return bytes_of(secret_text);
}

TimePoint moment(std::chrono::milliseconds since_epoch) {
    return TimePoint(since_epoch);
}

/// Every record of a file of one-time passwords that is about SHA-1.
template <class Check>
int for_each_sha1(const char* file, Check check) {
    const auto folder = test::test_data();
    if (!folder) return 0;
    const auto records = json::parse(test::read_file(*folder / "otp" / file));
    REQUIRE(records.has_value());
    int checked = 0;
    for (const json::Value& record : *records->as_array()) {
        if (*record.find_string("algorithm") != "SHA1") continue;
        check(record, hex_decode(*record.find_string("secret_hex")).value());
        ++checked;
    }
    CHECK(checked > 0);
    return checked;
}

TEST_CASE("RFC 4226 Appendix D: every HOTP value") {
    for_each_sha1("rfc4226.json", [](const json::Value& record, const Bytes& key) {
        const auto counter = static_cast<std::uint64_t>(*record.find("counter")->as_integer());
        CHECK(hotp(key, counter, 6) == *record.find_string("code"));
    });
}

TEST_CASE("RFC 6238 Appendix B: every TOTP value of SHA-1, and its step") {
    for_each_sha1("rfc6238.json", [](const json::Value& record, const Bytes& key) {
        const auto now = moment(std::chrono::seconds(*record.find("time")->as_integer()));
        CHECK(totp_step(now).value() == *record.find("counter")->as_integer());
        const auto step = static_cast<std::uint64_t>(totp_step(now).value());
        CHECK(hotp(key, step, 8) == *record.find_string("code"));
    });
}

TEST_CASE("a step lasts from its first millisecond to its last, and none lies before 1970") {
    CHECK(totp_step(moment(0ms)) == TotpStep(0));
    CHECK(totp_step(moment(29'999ms)) == TotpStep(0));
    CHECK(totp_step(moment(30'000ms)) == TotpStep(1));
    CHECK(totp_step(moment(-1ms)) == TotpStep(0));
}

TEST_CASE("RFC 6238 section 5.2: the code of this step and of the one before, no other") {
    const TimePoint now = moment(1000s);  // step 33
    for (std::uint64_t step = 25; step < 45; ++step) {
        const auto matched = match_totp(secret(), hotp(secret(), step, 6), never, now);
        const bool is_good = step == 33 || step == 32;
        CHECK(matched.has_value() == is_good);
        if (is_good) CHECK(matched->value() == static_cast<std::int64_t>(step));
    }
}

TEST_CASE("RFC 6238 section 5.2: a step that was used, or one before it, is over") {
    const TimePoint now = moment(1000s);
    const std::string current = hotp(secret(), 33, 6);
    const std::string before = hotp(secret(), 32, 6);
    CHECK(match_totp(secret(), current, TotpStep(32), now) == TotpStep(33));
    CHECK(match_totp(secret(), before, TotpStep(32), now) == std::nullopt);
    CHECK(match_totp(secret(), current, TotpStep(33), now) == std::nullopt);
    CHECK(match_totp(secret(), before, TotpStep(33), now) == std::nullopt);
}

TEST_CASE("codes of another length, and those of another secret, match nothing") {
    const TimePoint now = moment(1000s);
    const std::string right = hotp(secret(), 33, 6);
    for (const std::string& code : {std::string(), right.substr(1), "0" + right, right + " "}) {
        CHECK(match_totp(secret(), code, never, now) == std::nullopt);
    }
    CHECK(match_totp(bytes_of("another secret of 20"), right, never, now) == std::nullopt);
}

TEST_CASE("the link of the QR code names who asks, whom it is for, and nothing but defaults") {
    CHECK(
        totp_uri(secret(), "Example", "ada@example.com") ==
        "otpauth://totp/Example:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Example"
    );
}

TEST_CASE("names in the link cannot add parameters to it, nor end its label") {
    const std::string uri = totp_uri(secret(), "A:B&c=d/e?#", "x&secret=y/z");
    CHECK(
        uri ==
        "otpauth://totp/A%20B%26c%3Dd%2Fe%3F%23:x%26secret%3Dy%2Fz"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20B%26c%3Dd%2Fe%3F%23"
    );
}

}  // namespace
}  // namespace latchkey::accounts
