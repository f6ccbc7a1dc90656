// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "pages/visit.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {

enum class AddressRole : std::uint8_t { main = 0, second = 1 };

/// A change of an address that waits for its codes. Travels sealed in the form: nothing but the
/// codes is written before the last one was right.
struct AddressChange {
    AddressRole role = AddressRole::main;
    accounts::EmailAddress email;
    TimePoint begun_at;
    std::optional<accounts::CodeId> old_code;  // to the address of before, until it was right
    accounts::CodeId new_code;
};

/// Sealed for this browser and this session.
std::string seal_address_change(const Visit& visit, const AddressChange& change);

/// nullopt: not ours, or of another browser or session.
std::optional<AddressChange> open_address_change(const Visit& visit, std::string_view sealed);

}  // namespace latchkey::pages
