// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::test {

/// A server with the API that the FIDO2 conformance tools speak: POST /attestation/options,
/// /attestation/result, /assertion/options, /assertion/result. Every answer is an object with
/// `status` ("ok" or "failed") and `errorMessage`. Nothing but translation: the library judges.
/// For one client at a time; thread-safe.
class ConformanceFront {
public:
    struct Settings {
        webauthn::RelyingParty rp;
        webauthn::RegistrationPolicy policy{};
        TimePoint now{};
    };

    explicit ConformanceFront(Settings settings) : settings_(std::move(settings)) {}

    /// Another relying party: forgets all accounts and ceremonies.
    void configure(Settings settings);

    json::Value answer(std::string_view path, std::string_view body);

    /// The challenge of the next options; without one, a counter makes it.
    void set_next_challenge(Bytes challenge);

    /// As if the account had registered it.
    void add_credential(const std::string& username, webauthn::CredentialRecord record);

private:
    struct Account {
        webauthn::UserHandle user_handle;
        std::vector<webauthn::CredentialRecord> credentials;
    };

    json::Value attestation_options(const json::Value& request);
    json::Value attestation_result(std::string_view response);
    json::Value assertion_options(const json::Value& request);
    json::Value assertion_result(std::string_view response);

    webauthn::Challenge take_challenge();
    Account& account(const std::string& username);

    std::mutex mutex_;
    Settings settings_;
    webauthn::Verifier verifier_;
    std::map<std::string, Account> accounts_;
    std::string username_;  // of the ceremony that was started
    std::optional<webauthn::RegistrationCeremony> registration_;
    std::optional<webauthn::AuthenticationCeremony> authentication_;
    std::optional<Bytes> next_challenge_;
    std::uint8_t made_ = 0;
};

}  // namespace latchkey::test
