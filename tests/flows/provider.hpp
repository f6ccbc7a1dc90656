// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "pages/providers.hpp"
#include "support/fixed_clock.hpp"
#include "support/http_client.hpp"
#include "support/private_key.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::test {

/// What an OpenID provider publishes and signs, to be bent by a test.
struct ProviderScript {
    /// The claims of the next ID token, as they would be right.
    std::function<json::Value(json::Value)> claims = [](json::Value right) { return right; };
    /// The ID token over the claims; by default signed with the newest key.
    std::function<std::string(const json::Value&)> sign;
    std::function<json::Value(json::Value)> metadata = [](json::Value right) { return right; };
    std::function<json::Value(json::Value)> keys = [](json::Value right) { return right; };
    std::function<json::Value(json::Value)> tokens = [](json::Value right) { return right; };
    std::string userinfo = "{}";
    bool takes_form = true;  // the client's secret in the form; else by HTTP Basic only
    bool is_down = false;    // answers everything with 503
};

/// An OpenID provider over real HTTPS on a port of its own, which does what the script says. It
/// checks what a provider would check of us: the client's proof, the redirect address and PKCE.
class Provider {
public:
    Provider();
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;
    Provider(Provider&&) = delete;
    Provider& operator=(Provider&&) = delete;
    ~Provider();

    /// As an operator configures it, under this name.
    [[nodiscard]] pages::ConfiguredProvider configured(
        std::string name, oidc::ProviderKind kind = oidc::ProviderKind::other
    ) const;

    [[nodiscard]] std::string issuer() const;

    /// The person agrees to what the browser was sent to (`location`): the fields that come back.
    [[nodiscard]] Fields agree(std::string_view location);

    /// Makes a new key the newest; the ones before are no longer published.
    void rotate_keys();

    /// Who signs in next, with which address.
    void next_person(std::string subject, std::string email);

    [[nodiscard]] std::string sign(const json::Value& claims) const;

    /// How often a path was asked for.
    [[nodiscard]] std::size_t asked(std::string_view path) const;

    ProviderScript script;        // changed between requests only
    FixedClock clock{flow_time};  // of its tokens

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The fields of a query.
Fields query_of(std::string_view url);

/// The value of one of them; fails the test if it is not there.
std::string field_of(const Fields& fields, std::string_view name);

}  // namespace latchkey::test
