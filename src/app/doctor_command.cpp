// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/doctor.hpp"
#include "latchkey/result.hpp"

#include <string>
#include <string_view>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

std::string_view word_of(Finding::Kind kind) {
    switch (kind) {
        case Finding::Kind::good:
            return "ok";
        case Finding::Kind::odd:
            return "look";
        case Finding::Kind::wrong:
            return "mend";
    }
    LATCHKEY_ASSERT(false);
}

}  // namespace

Exit doctor(const std::string& config_file) {
    const auto config = load_or_print(config_file, Needs::everything);
    if (!config) return Exit::configuration;
    Exit exit = Exit::done;
    for (const Finding& finding : examine(*config)) {
        fmt::print("{:<5} {}: {}", word_of(finding.kind), finding.subject, finding.what);
        if (finding.kind != Finding::Kind::good) fmt::print("\n      -> {}", finding.mend);
        fmt::print("\n");
        if (finding.kind == Finding::Kind::wrong) exit = Exit::failed;
    }
    return exit;
}

}  // namespace latchkey::app
