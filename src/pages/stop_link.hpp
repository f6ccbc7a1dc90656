// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/notices.hpp"
#include "pages/site.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The link "this wasn't me" of the mails about a hold, a recovery or another address. It opens a
/// page and does nothing by itself; what its button does needs no account: whoever has the mail may
/// shut others out, never in.
namespace latchkey::pages {

std::string stop_url(const Services& services, const accounts::StopLink& link);

/// nullopt: not one of ours. Whether it still works is decided by accounts::stop_recovery().
std::optional<accounts::StopLink> read_stop_link(const Services& services, std::string_view token);

}  // namespace latchkey::pages
