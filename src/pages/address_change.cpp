// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/address_change.hpp"

#include "accounts/email_address.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"
#include "pages/visit.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {
namespace {

constexpr std::size_t sealed_characters = 2'048;
constexpr json::Limits limits{.bytes = 1'024, .depth = 2, .values = 8};

std::string context_of(const Visit& visit) {
    return "address change: " + visit.browser_id + " " +
           std::to_string(visit.needed_session().session.id.value());
}

std::optional<std::int64_t> integer_in(const json::Value& value, std::string_view name) {
    const json::Value* member = value.find(name);
    if (member == nullptr || member->as_integer() == nullptr) return std::nullopt;
    return *member->as_integer();
}

}  // namespace

std::string seal_address_change(const Visit& visit, const AddressChange& change) {
    json::Value value = json::object({
        {"role", static_cast<std::int64_t>(change.role)},
        {"email", change.email.text()},
        {"begun", static_cast<std::int64_t>(change.begun_at.time_since_epoch().count())},
        {"new", change.new_code.value()},
    });
    if (change.old_code) value.set("old", change.old_code->value());
    const std::string context = context_of(visit);
    return base64url_encode(visit.services.sealer.seal(
        bytes_of(json::write(value)), bytes_of(context), visit.services.random
    ));
}

std::optional<AddressChange> open_address_change(const Visit& visit, std::string_view sealed) {
    if (sealed.size() > sealed_characters) return std::nullopt;
    const auto bytes = base64url_decode(sealed);
    if (!bytes) return std::nullopt;
    const std::string context = context_of(visit);
    const auto plain = visit.services.sealer.open(*bytes, bytes_of(context));
    if (!plain) return std::nullopt;
    const auto value = json::parse(text_of(plain->reveal()), limits);
    if (!value) return std::nullopt;
    const std::string* email = value->find_string("email");
    const auto address = accounts::EmailAddress::parse(email == nullptr ? "" : *email);
    const auto role = integer_in(*value, "role");
    const auto begun = integer_in(*value, "begun");
    const auto new_code = integer_in(*value, "new");
    const auto old_code = integer_in(*value, "old");
    if (!address || !role || !begun || !new_code) return std::nullopt;
    return AddressChange{
        .role = *role == 1 ? AddressRole::second : AddressRole::main,
        .email = *address,
        .begun_at = TimePoint(TimePoint::duration(*begun)),
        .old_code = old_code ? std::optional(accounts::CodeId(*old_code)) : std::nullopt,
        .new_code = accounts::CodeId(*new_code),
    };
}

}  // namespace latchkey::pages
