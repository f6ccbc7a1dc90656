// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/stop_link.hpp"

#include "accounts/notices.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "pages/site.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {
namespace {

constexpr std::string_view link_context = "link: this wasn't me";
constexpr json::Limits token_limits{.bytes = 512, .depth = 2, .values = 8};

}  // namespace

std::string stop_url(const Services& services, const accounts::StopLink& link) {
    json::Value value = json::object({
        {"account", link.account.value()},
        {"epoch", static_cast<std::int64_t>(link.epoch)},
        {"until", static_cast<std::int64_t>(link.until.time_since_epoch().count())},
    });
    if (link.address_before) value.set("address", link.address_before->text());
    const std::string text = json::write(value);
    const Bytes sealed =
        services.sealer.seal(bytes_of(text), bytes_of(link_context), services.random);
    return services.site.origin + "/not-me?token=" + base64url_encode(sealed);
}

std::optional<accounts::StopLink> read_stop_link(const Services& services, std::string_view token) {
    const auto sealed = base64url_decode(token);
    if (!sealed) return std::nullopt;
    const auto plain = services.sealer.open(*sealed, bytes_of(link_context));
    if (!plain) return std::nullopt;
    const auto value = json::parse(text_of(plain->reveal()), token_limits);
    if (!value) return std::nullopt;
    const json::Value* account = value->find("account");
    const json::Value* epoch = value->find("epoch");
    const json::Value* until = value->find("until");
    for (const json::Value* field : {account, epoch, until}) {
        if (field == nullptr || field->as_integer() == nullptr) return std::nullopt;
    }
    const std::string* address = value->find_string("address");
    return accounts::StopLink{
        .account = accounts::AccountId(*account->as_integer()),
        .epoch = static_cast<std::uint32_t>(*epoch->as_integer()),
        .until = TimePoint(TimePoint::duration(*until->as_integer())),
        .address_before =
            address == nullptr ? std::nullopt : accounts::EmailAddress::parse(*address),
    };
}

}  // namespace latchkey::pages
