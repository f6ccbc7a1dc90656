// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/client_data.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/equal.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/limits.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::webauthn {
namespace {

using enum ClientDataError;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

constexpr json::Limits client_data_limits{
    .bytes = limits::client_data_bytes,
    .depth = limits::response_json_depth,
    .values = limits::response_json_values
};

}  // namespace

Result<ClientData, ClientDataError> parse_client_data(ByteView client_data_json) {
    std::string_view text = text_of(client_data_json);
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto parsed = json::parse(text, client_data_limits);
    if (!parsed && parsed.error() == json::ParseError::bad_unicode) return Fail{not_utf8};
    if (!parsed) return Fail{not_a_client_data_object};

    const std::string* type = parsed->find_string("type");
    const std::string* challenge = parsed->find_string("challenge");
    const std::string* origin = parsed->find_string("origin");
    if (type == nullptr || challenge == nullptr || origin == nullptr) {
        return Fail{not_a_client_data_object};
    }
    auto bytes = base64url_decode(*challenge);
    ClientData client{
        .type = *type,
        .challenge = bytes ? std::optional(Challenge(*std::move(bytes))) : std::nullopt,
        .origin = Origin(*origin)
    };
    if (const json::Value* cross_origin = parsed->find("crossOrigin")) {
        if (cross_origin->as_bool() == nullptr) return Fail{not_a_client_data_object};
        client.cross_origin = *cross_origin->as_bool();
    }
    if (const json::Value* top_origin = parsed->find("topOrigin")) {
        if (top_origin->as_string() == nullptr) return Fail{not_a_client_data_object};
        client.top_origin = Origin(*top_origin->as_string());
    }
    return client;
}

bool has_challenge(const ClientData& client, const Challenge& challenge) {
    return client.challenge &&
           crypto::equal_constant_time(client.challenge->value(), challenge.value());
}

}  // namespace latchkey::webauthn
