// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"
#include "pages/saves.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// What changes in Settings share: who acts, what a refusal says, and the commit.
namespace latchkey::pages {

/// Settings → Security.
inline constexpr std::string_view security_page = "/settings/security";

/// The signed-in person with all that decisions look at.
accounts::Acting load_acting(const Visit& visit);

/// What a refused change is answered with.
http::Response respond_refusal(const Visit& visit, accounts::Refusal refusal);

/// Where a proof is given again that leads back to `path`.
std::string step_up_location(std::string_view path);

/// To be proved again, and back to `path`.
http::Response respond_step_up(std::string_view path);

/// What a change was refused with; a page that lacks a fresh proof leads to one, and back to
/// `path`.
http::Response respond_refused_change(
    const Visit& visit, std::string_view path, accounts::Refusal refusal
);

/// What stands in the way of a change, for the page that asks first: `needs_proof`, `frozen`,
/// `frozen_by_owner`, and `prove_href`, which leads to a proof and back to `path`.
void add_hindrance(
    std::string_view path, const accounts::Result<void>& checked, json::Value& model
);

/// Back to Settings → Security, which says `message` (security.cpp lists them).
http::Response see_security(std::string_view message);

/// Answers what a change was refused with.
using Refuse = http::Response (*)(const Visit& visit, accounts::Refusal refusal);

/// Commits the change and answers with what `respond` makes, and the cookies of the decision; a
/// commit that is refused with what `refuse` makes.
http::Outcome save_change(
    const VisitPtr& visit,
    accounts::Decision decided,
    std::shared_ptr<FreshTokens> tokens,  // moves on to the continuation
    std::function<http::Response()> respond,
    Refuse refuse = respond_refusal
);

}  // namespace latchkey::pages
