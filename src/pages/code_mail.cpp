// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/code_mail.hpp"

#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "outbound/mail.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::pages {

outbound::Mail render_code_mail(
    const Visit& visit,
    std::string_view template_name,
    const accounts::EmailAddress& email,
    const SecretText& code
) {
    const std::string& digits = code.reveal();
    const std::size_t half = digits.size() / 2;
    const json::Value model = json::object({
        {"code", digits},
        {"grouped", digits.substr(0, half) + " " + digits.substr(half)},
        {"minutes", static_cast<std::int64_t>(accounts::limits::email_code_lifetime.count() / 60)},
        {"browser", browser_in_words(visit.edition, visit.circumstances().browser)},
        {"site", visit.services.site.origin},
    });
    return visit.edition.mail(template_name, email.text(), model);
}

}  // namespace latchkey::pages
