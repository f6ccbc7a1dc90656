// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"

#include <algorithm>

namespace latchkey::accounts {

bool may_sign_up(const SignUpPolicy& policy, const EmailAddress& email, bool is_invited) {
    switch (policy.who) {
        case SignUp::open:
            return true;
        case SignUp::domains:
            return std::ranges::find(policy.domains, email.domain()) != policy.domains.end();
        case SignUp::invite:
            return is_invited;
        case SignUp::closed:
            return false;
    }
    return false;
}

}  // namespace latchkey::accounts
