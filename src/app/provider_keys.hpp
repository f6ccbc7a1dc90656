// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "oidc/provider.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The keys of a section `[providers.NAME]`, and what stands in where one is not set.
namespace latchkey::app {

/// Without the prefix: "client_id".
std::vector<std::string> provider_key_names();

/// Whether the key means anything for a provider of that kind.
bool fits(std::string_view key, oidc::ProviderKind kind);

/// What people call the provider; empty: whatever the section is called.
std::string_view usual_label(oidc::ProviderKind kind);

/// Empty: it has to be configured.
std::string_view usual_issuer(oidc::ProviderKind kind);

/// The keys as a part of docs/reference/configuration.md.
std::string provider_reference();

}  // namespace latchkey::app
