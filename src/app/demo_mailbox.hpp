// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "http/router.hpp"
#include "outbound/mailer.hpp"
#include "pages/render.hpp"

#include <cstddef>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

namespace latchkey::app {

/// The demo's mail server: keeps the last mails in memory and shows them on a page. Exists only
/// under `latchkey demo`.
class DemoMailbox final : public outbound::Mailer {
public:
    static constexpr std::size_t mails_at_most = 100;

    explicit DemoMailbox(const Clock& clock) : clock_(clock) {}

    outbound::Delivery send(const outbound::Mail& mail, std::string_view key) override;

    struct Kept {
        outbound::Mail mail;
        TimePoint at;
    };

    /// Newest first.
    [[nodiscard]] std::vector<Kept> mails() const;

    /// GET /demo/mail: a page, or JSON by Accept. To others than clients on this machine, and
    /// behind any proxy, there is no such page. Both outlive the router.
    void add_route(http::Router& router, const pages::Renderer& renderer) const;

private:
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::deque<Kept> mails_;  // newest first; guarded by mutex_
};

}  // namespace latchkey::app
