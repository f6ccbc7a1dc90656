// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/embedded.hpp"

#include <span>

extern "C" {
extern const latchkey::pages::embedded::Asset latchkey_embedded_assets[];
extern const latchkey::pages::embedded::Asset latchkey_embedded_assets_end[];
extern const latchkey::pages::embedded::Source latchkey_embedded_sources[];
extern const latchkey::pages::embedded::Source latchkey_embedded_sources_end[];
}

namespace latchkey::pages::embedded {

std::span<const Asset> assets() {
    return {latchkey_embedded_assets, latchkey_embedded_assets_end};
}

std::span<const Source> sources() {
    return {latchkey_embedded_sources, latchkey_embedded_sources_end};
}

}  // namespace latchkey::pages::embedded
