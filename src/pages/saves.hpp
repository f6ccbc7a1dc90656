// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"
#include "http/outcome.hpp"
#include "pages/visit.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace latchkey::pages {

/// Shared between the handler and the continuations of its saves: whichever runs last ends it.
using VisitPtr = std::shared_ptr<const Visit>;

/// Which change of a commit was refused.
class RefusedChange {
public:
    explicit RefusedChange(std::size_t alternative, std::size_t index)
        : alternative_(alternative), index_(index) {}

    /// Its place in the commit.
    [[nodiscard]] std::size_t index() const { return index_; }

    template <class Change>
    [[nodiscard]] bool is() const {
        return alternative_ == accounts::Change(Change{}).index();
    }

private:
    std::size_t alternative_;
    std::size_t index_;
};

struct AfterSave {
    Once<http::Outcome(store::Committed)> committed;
    Once<http::Outcome(RefusedChange)> refused;
};

/// Commits the changes. An unknown outcome is answered here: 503, safe to try again.
http::Outcome save(const VisitPtr& visit, std::vector<accounts::Change> changes, AfterSave after);

/// The mails of the notices, as changes of the commit that they tell of: in the language of the
/// account, or of the visit if that is not known.
void add_notices(
    const Visit& visit,
    std::vector<accounts::Change>& changes,
    const std::vector<accounts::Notice>& notices
);

/// The same without a person at hand.
void add_notices(
    const Services& services,
    const Edition& otherwise,
    std::vector<accounts::Change>& changes,
    const std::vector<accounts::Notice>& notices
);

/// One mail, sealed, as a change.
accounts::QueueMail queue_mail(
    const Services& services, const outbound::Mail& mail, std::chrono::seconds lifetime
);

/// Cookies of what a decision opened, after its commit: the session, or the sign-in that goes on.
void set_cookies_of(
    const Visit& visit,
    const accounts::Decision& decision,
    const FreshTokens& tokens,
    http::Response& response
);

}  // namespace latchkey::pages
