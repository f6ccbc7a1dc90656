// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/encoding.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace latchkey::outbound {

/// The fields of a form, or of the query of a URL: "To=%2B49…&Body=…".
class FormFields {
public:
    void add(std::string_view name, std::string_view value) {
        std::string text = text_.reveal();
        if (!text.empty()) text += '&';
        text.append(name).append("=").append(percent_encode(value));
        text_ = SecretText(std::move(text));
    }

    [[nodiscard]] SecretText text() const { return text_.clone(); }

private:
    SecretText text_;
};

}  // namespace latchkey::outbound
