// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/files.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::size_t password_limit = 4'096;

}  // namespace

void load_password(Login login, const Environment& environment, std::vector<Problem>& problems) {
    const std::string file_key = fmt::format("{}.password_file", login.section);
    const std::string user_key = fmt::format("{}.user", login.section);
    const auto variable = environment.find(std::string(login.variable));
    const bool has_variable = variable != environment.end();
    const bool has_file = !login.password_file.empty();
    if (has_variable && has_file) {
        problems.push_back(
            {file_key, {fmt::format("is set, and so is {}", login.variable), "keep one of them"}}
        );
        return;
    }
    if (has_variable) login.password = SecretText(variable->second);
    if (has_file) {
        auto content = read_file(login.password_file, password_limit, Readers::owner_only);
        if (!content) {
            problems.push_back({file_key, content.error()});
            return;
        }
        std::string_view line = content->reveal();
        while (line.ends_with('\n') || line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        login.password = SecretText(std::string(line));
    }
    const bool has_password = has_variable || has_file;
    if (login.user.empty() && has_password) {
        problems.push_back({user_key, {"is missing beside the password", "set both, or neither"}});
    }
    if (!login.user.empty() && login.password.reveal().empty()) {
        problems.push_back(
            {file_key,
             {fmt::format("is missing or empty beside {}", user_key),
              "put the password into a file and name it here"}}
        );
    }
}

}  // namespace latchkey::app
