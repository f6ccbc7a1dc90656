// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/android_key_description.hpp"

#include "crypto/der.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace latchkey::webauthn::attestation::android {
namespace {

using crypto::der::Reader;
using crypto::der::Tag;

// Tags of an AuthorizationList.
constexpr std::uint32_t tag_purpose = 1;
constexpr std::uint32_t tag_all_applications = 600;
constexpr std::uint32_t tag_origin = 702;

/// An INTEGER that 64 bits hold.
std::optional<std::uint64_t> read_number(Reader& reader) {
    const auto magnitude = reader.read_unsigned();
    if (!magnitude || magnitude->size() > sizeof(std::uint64_t)) return std::nullopt;
    std::uint64_t number = 0;
    for (const std::byte byte : *magnitude) {
        number = (number << 8U) | std::to_integer<std::uint64_t>(byte);
    }
    return number;
}

/// SET OF INTEGER
std::optional<std::vector<std::uint64_t>> read_numbers(ByteView contents) {
    Reader outer(contents);
    const auto set = outer.read(Tag::set);
    if (!set || !outer.at_end()) return std::nullopt;
    Reader members(*set);
    std::vector<std::uint64_t> numbers;
    while (!members.at_end()) {
        const auto number = read_number(members);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

/// Takes one element into the list; false: it is not what its tag says.
bool add(AuthorizationList& list, const crypto::der::TaggedElement& element) {
    Reader contents(element.contents);
    switch (element.tag.number) {
        case tag_purpose:
            if (list.purposes) return false;
            list.purposes = read_numbers(element.contents);
            return list.purposes.has_value();
        case tag_all_applications: {
            const auto null = contents.read(Tag::null);
            list.all_applications = true;
            return null && null->empty() && contents.at_end();
        }
        case tag_origin:
            if (list.origin) return false;
            list.origin = read_number(contents);
            return list.origin && contents.at_end();
        default:
            return true;
    }
}

std::optional<AuthorizationList> read_list(Reader& reader) {
    const auto sequence = reader.read(Tag::sequence);
    if (!sequence) return std::nullopt;
    Reader elements(*sequence);
    AuthorizationList list;
    while (!elements.at_end()) {
        const auto element = elements.read_tagged();
        if (!element || !add(list, *element)) return std::nullopt;
    }
    return list;
}

}  // namespace

std::optional<KeyDescription> parse_key_description(ByteView extension) {
    Reader outer(extension);
    const auto sequence = outer.read(Tag::sequence);
    if (!sequence || !outer.at_end()) return std::nullopt;
    Reader members(*sequence);
    const bool has_versions = members.read(Tag::integer) && members.read(Tag::enumerated) &&
                              members.read(Tag::integer) && members.read(Tag::enumerated);
    const auto challenge = members.read(Tag::octet_string);
    const auto unique_id = members.read(Tag::octet_string);
    if (!has_versions || !challenge || !unique_id) return std::nullopt;
    auto software = read_list(members);
    auto tee = read_list(members);
    if (!software || !tee) return std::nullopt;
    return KeyDescription{
        .challenge = *challenge,
        .software_enforced = *std::move(software),
        .tee_enforced = *std::move(tee)
    };
}

}  // namespace latchkey::webauthn::attestation::android
