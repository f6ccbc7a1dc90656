// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/providers.hpp"

#include "base/clock.hpp"
#include "base/once.hpp"
#include "crypto/jws.hpp"
#include "http/outcome.hpp"
#include "latchkey/result.hpp"
#include "oidc/provider.hpp"
#include "outbound/https_client.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

constexpr std::chrono::seconds shortest_refetch{60};

/// How long a provider that is down is not asked again: each click would wait for it.
constexpr std::chrono::seconds failure_lifetime{10};

/// Something that was fetched, and until when it counts. Thread-safe; nothing is called under its
/// lock.
template <class T>
class Kept {
public:
    using Value = std::shared_ptr<const T>;  // shared with the requests that use it

    /// nullptr: it is to be fetched.
    [[nodiscard]] Value at(SteadyPoint now, Providers::Freshness freshness) const {
        const std::scoped_lock lock(mutex_);
        const bool is_asked = freshness == Providers::Freshness::asked;
        return now < (is_asked ? fetched_at_ + shortest_refetch : good_until_) ? value_ : nullptr;
    }

    /// Why it could not be fetched a moment ago; nullopt: it may be tried.
    [[nodiscard]] std::optional<std::string> failure_at(SteadyPoint now) const {
        const std::scoped_lock lock(mutex_);
        if (now >= failed_until_) return std::nullopt;
        return failure_;
    }

    void fail(std::string why, SteadyPoint now) {
        const std::scoped_lock lock(mutex_);
        failure_ = std::move(why);
        failed_until_ = now + failure_lifetime;
    }

    Value put(T value, SteadyPoint now, std::string_view cache_control) {
        const std::scoped_lock lock(mutex_);
        failed_until_ = {};
        value_ = std::make_shared<const T>(std::move(value));
        fetched_at_ = now;
        good_until_ = now + oidc::cache_lifetime(cache_control);
        return value_;
    }

private:
    mutable std::mutex mutex_;
    Value value_;               // guarded by mutex_, as what follows
    SteadyPoint fetched_at_{};  // without a value there is nothing that could count
    SteadyPoint good_until_{};
    std::string failure_;
    SteadyPoint failed_until_{};
};

std::string failure_of(const outbound::HttpsReply& reply) {
    if (reply.status == 0) return reply.error;
    return "status " + std::to_string(reply.status);
}

}  // namespace

struct Providers::Entry {
    ConfiguredProvider configured;
    mutable Kept<oidc::Metadata> metadata;
    mutable Kept<Keys> keys;
};

Providers::Providers(std::vector<ConfiguredProvider> configured, const Clock& clock)
    : clock_(clock) {
    for (ConfiguredProvider& one : configured) {
        auto entry = std::make_unique<Entry>();
        entry->configured = std::move(one);
        entries_.push_back(std::move(entry));
    }
    std::ranges::sort(entries_, {}, [](const std::unique_ptr<Entry>& entry) {
        const oidc::Provider& provider = entry->configured.provider;
        return std::pair(provider.kind, provider.name);
    });
}

Providers::~Providers() = default;

std::vector<const Providers::Entry*> Providers::all() const {
    std::vector<const Entry*> entries;
    entries.reserve(entries_.size());
    for (const auto& entry : entries_) {
        entries.push_back(entry.get());
    }
    return entries;
}

const Providers::Entry* Providers::find(std::string_view name) const {
    const auto found = std::ranges::find_if(entries_, [name](const auto& entry) {
        return entry->configured.provider.name == name;
    });
    return found == entries_.end() ? nullptr : found->get();
}

const oidc::Provider& Providers::provider_of(const Entry& entry) {
    return entry.configured.provider;
}

const oidc::Provider* Providers::of_issuer(std::string_view issuer) const {
    const auto found = std::ranges::find_if(entries_, [issuer](const auto& entry) {
        return entry->configured.provider.issuer == issuer;
    });
    return found == entries_.end() ? nullptr : &(*found)->configured.provider;
}

std::string Providers::label_of(std::string_view issuer) const {
    if (const oidc::Provider* provider = of_issuer(issuer)) return provider->label;
    constexpr std::string_view scheme = "https://";
    if (issuer.starts_with(scheme)) issuer.remove_prefix(scheme.size());
    return std::string(issuer.substr(0, issuer.find('/')));
}

outbound::HttpsRequest Providers::request_to(const Entry& entry, std::string url) {
    outbound::HttpsRequest request;
    request.url = std::move(url);
    request.reach = entry.configured.reach;
    request.ca_file = entry.configured.ca_file;
    return request;
}

http::Outcome Providers::with_metadata(
    const Entry& entry, Once<http::Outcome(Got<oidc::Metadata>)> then
) const {
    if (auto kept = entry.metadata.at(clock_.steady_now(), Freshness::kept)) {
        return std::move(then)(std::move(kept));
    }
    if (auto failure = entry.metadata.failure_at(clock_.steady_now())) {
        return std::move(then)(Fail{*std::move(failure)});
    }
    return http::Call{
        .request = request_to(entry, oidc::discovery_url(provider_of(entry))),
        .then = [this, &entry, then = std::move(then)](const outbound::HttpsReply& reply
                ) mutable -> http::Outcome {
            const auto fail = [&](std::string why) {
                entry.metadata.fail(why, clock_.steady_now());
                return std::move(then)(Fail{std::move(why)});
            };
            if (reply.status != 200) return fail("discovery: " + failure_of(reply));
            auto metadata = oidc::parse_metadata(reply.body, provider_of(entry));
            if (!metadata) return fail("discovery: not usable");
            return std::move(then)(
                entry.metadata.put(*std::move(metadata), clock_.steady_now(), reply.cache_control)
            );
        },
    };
}

http::Outcome Providers::with_keys(
    const Entry& entry, const KeysWanted& wanted, Once<http::Outcome(Got<Keys>)> then
) const {
    if (auto kept = entry.keys.at(clock_.steady_now(), wanted.freshness)) {
        return std::move(then)(std::move(kept));
    }
    return http::Call{
        .request = request_to(entry, wanted.metadata.jwks_uri),
        .then = [this, &entry, then = std::move(then)](const outbound::HttpsReply& reply
                ) mutable -> http::Outcome {
            if (reply.status != 200) return std::move(then)(Fail{"keys: " + failure_of(reply)});
            auto keys = crypto::parse_jwk_set(reply.body);
            if (!keys) return std::move(then)(Fail{std::string("keys: not usable")});
            return std::move(then)(
                entry.keys.put(*std::move(keys), clock_.steady_now(), reply.cache_control)
            );
        },
    };
}

}  // namespace latchkey::pages
