// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/provider_keys.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::string_view head = R"(# Configuration

Written by `latchkey config reference`; a test compares it with the code.

`latchkey serve --config FILE` reads one TOML file. What it needs:

```toml
origin = "https://id.example.com"

[smtp]
url = "smtp://mail.example.com:587"
user = "latchkey"
password_file = "/etc/latchkey/smtp-password"
from = "Example <no-reply@example.com>"
```

- `latchkey config check --config FILE` names everything that is wrong, and how to mend it.
- An unknown key is an error. Relative paths are below the file's folder.
- Each key can be overridden by the variable named beside it; lists are then written with commas.
- Secrets never stand in the file: `key_file`, `tls.key`, `smtp.password_file` and
  `sms.password_file` name files that only their owner may read; `LATCHKEY_SMTP_PASSWORD` and
  `LATCHKEY_SMS_PASSWORD` take the place of the last two.
)";

std::string_view kind_name(ValueKind kind) {
    switch (kind) {
        case ValueKind::text:
            return "text";
        case ValueKind::list:
            return "list of texts";
        case ValueKind::number:
            return "whole number";
    }
    LATCHKEY_ASSERT(false);
}

std::string default_of(const Key& key) {
    if (key.standard.empty()) {
        return key.without == "must be set" ? "must be set"
                                            : fmt::format("default: {}", key.without);
    }
    return key.kind == ValueKind::text ? fmt::format("default: `\"{}\"`", key.standard)
                                       : fmt::format("default: `{}`", key.standard);
}

}  // namespace

std::string config_reference() {
    std::string out(head);
    std::string_view section;
    out += "\n## At the top of the file\n";
    for (const Key& key : config_keys()) {
        const std::size_t dot = key.name.find('.');
        const std::string_view of_key =
            dot == std::string_view::npos ? "" : key.name.substr(0, dot);
        const std::string_view name = key.name.substr(dot == std::string_view::npos ? 0 : dot + 1);
        if (of_key != section) out += fmt::format("\n## `[{}]`\n", of_key);
        section = of_key;
        out += fmt::format(
            "\n### `{}`\n\n{}; {}; `{}`; for example `{} = {}`\n\n{}\n",
            key.name,
            kind_name(key.kind),
            default_of(key),
            environment_name(key.name),
            name,
            key.example,
            key.meaning
        );
    }
    return out + provider_reference();
}

}  // namespace latchkey::app
