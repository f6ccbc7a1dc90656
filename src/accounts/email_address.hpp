// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::accounts {

/// An e-mail address: what the person typed, and the canonical form that is the unique key. Both
/// are empty in one that was not parsed.
class EmailAddress {
public:
    EmailAddress() = default;

    /// Takes what a person typed: white space around it is dropped. Accepts what the HTML
    /// standard's "valid e-mail address" accepts, at most 254 bytes, 64 before the `@`, a domain
    /// with a dot or `localhost`. ASCII only: an internationalised domain has to be typed in its
    /// `xn--` form. nullopt otherwise.
    static std::optional<EmailAddress> parse(std::string_view text);

    /// As typed: where mail goes.
    [[nodiscard]] const std::string& text() const { return text_; }

    /// Lower-case, ASCII. No rules of single providers (dots, plus signs) are applied.
    [[nodiscard]] const std::string& canonical() const { return canonical_; }

    /// `a***@example.com`: what may be shown before the person proved anything.
    [[nodiscard]] std::string masked() const;

    /// What follows the `@`, in the canonical form.
    [[nodiscard]] std::string_view domain() const;

    bool operator==(const EmailAddress&) const = default;

private:
    std::string text_;
    std::string canonical_;
};

}  // namespace latchkey::accounts
