// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/text_messages.hpp"

#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::accounts {
namespace {

std::string_view name_of(TextCodePurpose purpose) {
    switch (purpose) {
        case TextCodePurpose::second_step:
            return "text code: second step";
        case TextCodePurpose::new_phone:
            return "text code: new phone";
    }
    return "text code";
}

}  // namespace

bool may_send_to(const TextMessagePolicy& policy, const PhoneNumber& number) {
    return std::ranges::find(policy.countries, number.country()) != policy.countries.end();
}

Hash text_code_mac(const SecretKey& pepper, const TextCodeBinding& binding, std::string_view code) {
    return crypto::hmac_sha256(
        pepper.reveal(),
        {bytes_of(name_of(binding.purpose)),
         bytes_of(std::to_string(binding.id.value())),
         bytes_of(binding.number.text()),
         binding.subject,
         bytes_of(code)}
    );
}

Limit texts_per_country(const TextMessagePolicy& policy) {
    return {.name = "texts_per_country", .count = policy.daily_limit, .window = 24h};
}

bool is_conversion_too_low(std::uint32_t sent, std::uint32_t answered) {
    constexpr std::uint32_t one_of = 4;
    return sent > texts_to_judge && answered < sent / one_of;
}

}  // namespace latchkey::accounts
