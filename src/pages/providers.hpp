// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/once.hpp"
#include "crypto/jws.hpp"
#include "http/outcome.hpp"
#include "latchkey/result.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {

/// A provider with how it is reached.
struct ConfiguredProvider {
    oidc::Provider provider;
    outbound::Reach reach = outbound::Reach::internet;
    std::string ca_file;  // PEM; empty: the system's certificates
};

/// The configured providers, and what each published, kept as long as its Cache-Control allows.
/// Thread-safe.
class Providers {
public:
    Providers(std::vector<ConfiguredProvider> configured, const Clock& clock);
    Providers(const Providers&) = delete;
    Providers& operator=(const Providers&) = delete;
    Providers(Providers&&) = delete;
    Providers& operator=(Providers&&) = delete;
    ~Providers();

    struct Entry;

    /// In the order in which people are shown them: Google, Apple, then the others by their names.
    [[nodiscard]] std::vector<const Entry*> all() const;

    /// nullptr: there is none of that name.
    [[nodiscard]] const Entry* find(std::string_view name) const;

    static const oidc::Provider& provider_of(const Entry& entry);

    /// nullptr: none that is configured (any more).
    [[nodiscard]] const oidc::Provider* of_issuer(std::string_view issuer) const;

    /// What people call the provider of an issuer; its host if it is not configured any more.
    [[nodiscard]] std::string label_of(std::string_view issuer) const;

    /// A request to the provider, with how it is reached.
    static outbound::HttpsRequest request_to(const Entry& entry, std::string url);

    using Keys = std::vector<crypto::JsonWebKey>;

    /// Why something of a provider is not to be had, for the log.
    template <class T>
    using Got = Result<std::shared_ptr<const T>, std::string>;

    /// Goes on with what the provider says of itself, asking for it if it is not at hand.
    http::Outcome with_metadata(const Entry& entry, Once<http::Outcome(Got<oidc::Metadata>)> then)
        const;

    enum class Freshness : std::uint8_t {
        kept,   // as long as it may be kept
        asked,  // a key was missing: asked for again, at most once in a minute
    };

    struct KeysWanted {
        const oidc::Metadata& metadata;
        Freshness freshness = Freshness::kept;
    };

    /// Goes on with the provider's keys.
    http::Outcome with_keys(
        const Entry& entry, const KeysWanted& wanted, Once<http::Outcome(Got<Keys>)> then
    ) const;

private:
    const Clock& clock_;
    std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace latchkey::pages
