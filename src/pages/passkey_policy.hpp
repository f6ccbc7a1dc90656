// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "pages/sign_in_page.hpp"

#include <memory>
#include <mutex>

namespace latchkey::pages {

/// Which passkeys may be added: what the configuration says, with the metadata that was read last.
/// Thread-safe.
class PasskeyPolicy {
public:
    explicit PasskeyPolicy(webauthn::RegistrationPolicy policy);

    /// As it is now. Shared with requests that go on while a newer one takes its place.
    [[nodiscard]] std::shared_ptr<const webauthn::RegistrationPolicy> current() const;

    /// From now on, what is known of authenticator models.
    void replace_metadata(std::shared_ptr<const webauthn::Metadata> metadata);

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const webauthn::RegistrationPolicy> policy_;  // guarded by mutex_
};

/// What the person hears of a passkey that was not taken: what to do instead, where policy refused
/// it. The log has the rule.
SignInError error_of_refused_passkey(const webauthn::Failure& failure);

/// Whether it was a rule of the policy that refused: the passkey itself is in order.
bool is_refused_by_policy(webauthn::Reason reason);

}  // namespace latchkey::pages
