// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"
#include "base/secret.hpp"
#include "outbound/mail.hpp"
#include "pages/visit.hpp"

#include <string_view>

namespace latchkey::pages {

/// A mail that gives a code, or (`no_account`) says in its place why there is none.
outbound::Mail render_code_mail(
    const Visit& visit,
    std::string_view template_name,
    const accounts::EmailAddress& email,
    const SecretText& code
);

}  // namespace latchkey::pages
