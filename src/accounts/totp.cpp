// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/totp.hpp"

#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/base32.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "crypto/equal.hpp"
#include "crypto/hmac_sha1.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>

namespace latchkey::accounts {

std::string hotp(ByteView secret, std::uint64_t counter, std::size_t digits) {
    LATCHKEY_ASSERT(digits >= 6 && digits <= 8);
    std::array<std::byte, 8> message{};
    for (std::byte& byte : std::views::reverse(message)) {
        byte = static_cast<std::byte>(counter & 0xffU);
        counter >>= 8U;
    }
    const crypto::Sha1 mac = crypto::hmac_sha1(secret, message);
    const auto offset = std::to_integer<std::size_t>(mac.back() & std::byte{0x0f});
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = (value << 8U) | std::to_integer<std::uint32_t>(mac.at(offset + i));
    }
    value &= 0x7fff'ffffU;
    std::string code(digits, '0');
    for (char& digit : std::views::reverse(code)) {
        digit = static_cast<char>('0' + (value % 10));
        value /= 10;
    }
    return code;
}

TotpStep totp_step(TimePoint now) {
    const auto since_epoch = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
    return TotpStep(std::max<std::int64_t>(since_epoch / limits::totp_step, 0));
}

std::optional<TotpStep> match_totp(
    ByteView secret, std::string_view code, TotpStep last_used, TimePoint now
) {
    const std::int64_t current = totp_step(now).value();
    std::optional<TotpStep> matched;
    for (const std::int64_t step : {current - 1, current}) {
        const std::string expected =
            hotp(secret, static_cast<std::uint64_t>(step), limits::totp_digits);
        const bool is_equal = crypto::equal_constant_time(bytes_of(expected), bytes_of(code));
        if (is_equal && step > last_used.value()) matched = TotpStep(step);
    }
    return matched;
}

std::string totp_uri(ByteView secret, std::string_view issuer, std::string_view account) {
    // Apps split the label at its colon, so the issuer's own may not look like that one.
    std::string label(issuer);
    std::ranges::replace(label, ':', ' ');
    const auto encode = [](std::string_view text) {
        std::string encoded = percent_encode(text);
        for (std::size_t at = encoded.find('/'); at != std::string::npos; at = encoded.find('/')) {
            encoded.replace(at, 1, "%2F");
        }
        return encoded;
    };
    return "otpauth://totp/" + encode(label) + ":" + encode(account) +
           "?secret=" + base32_encode(secret) + "&issuer=" + encode(label);
}

}  // namespace latchkey::accounts
