// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/policy.hpp"
#include "accounts/text_messages.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "http/router.hpp"
#include "latchkey/webauthn.hpp"
#include "pages/brand.hpp"
#include "pages/render.hpp"
#include "store/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {

/// What pages need to know of the configuration.
struct Site {
    std::string
        origin;  // "https://id.example.com": all links are made from it, never from a request
    std::string rp_id;
    std::vector<std::string> related_origins;  // other origins that may use our passkeys
    std::vector<std::string>
        return_to;  // origins ("https://app.example.com") a sign-in may return to
    accounts::SignUpPolicy sign_up;
    accounts::RecoveryPolicy recovery;
    webauthn::CounterRule counter_rule = webauthn::CounterRule::refuse_device_bound;
    std::optional<accounts::TextMessagePolicy> text_messages;  // nullopt: no codes by them
    Brand brand;
};

/// One line for the log: an event name and plain fields, none of them a secret.
struct LogEntry {
    std::string_view event;
    std::string_view request_id;
    std::string reason;
};

class Ceremonies;
class PasskeyPolicy;
class Providers;

/// What handlers work with. All of it outlives the server.
struct Services {
    const Site& site;
    store::Store& store;
    const Clock& clock;
    Random& random;
    const Renderer& renderer;
    const crypto::Sealer& sealer;  // by the key file: outlives a restart
    const SecretKey& pepper;       // sealed under it, for good: codes, limits, CSRF tokens
    Ceremonies& ceremonies;
    Ceremonies& upstream_states;  // the same for requests to other providers
    Providers& providers;
    std::function<void()> mail_queued;  // wakes the outbox worker
    std::function<void(const LogEntry&)> log;
    const PasskeyPolicy& passkey_policy;
};

/// Registers every route of the pages. `services` outlives the router.
void add_routes(http::Router& router, const Services& services);

}  // namespace latchkey::pages
