// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"

#include "accounts/email_address.hpp"

#include <algorithm>

namespace latchkey::accounts {

bool may_sign_up(const SignUpPolicy& policy, const EmailAddress& email, Invitation invitation) {
    switch (policy.who) {
        case SignUp::open:
            return true;
        case SignUp::domains:
            return std::ranges::find(policy.domains, email.domain()) != policy.domains.end();
        case SignUp::invite:
            return invitation == Invitation::open;
        case SignUp::closed:
            return false;
    }
    return false;
}

}  // namespace latchkey::accounts
