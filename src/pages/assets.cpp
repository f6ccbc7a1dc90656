// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/assets.hpp"

#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/text.hpp"
#include "pages/brand.hpp"
#include "pages/embedded.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace latchkey::pages {
namespace {

/// The weight that Accept-Encoding gives a coding (RFC 9110 section 12.5.3); `unnamed` is what a
/// coding weighs that neither it nor `*` names.
int weight_of(std::string_view accept_encoding, std::string_view coding, int unnamed) {
    int weight = -1;
    int others = unnamed;
    while (!accept_encoding.empty()) {
        std::string_view item = http::take_until(accept_encoding, ',');
        const int named = http::take_weight(item).value_or(0);
        if (http::equals_ignoring_case(item, coding)) weight = named;
        if (item == "*") others = named;
    }
    return weight < 0 ? others : weight;
}

struct Coding {
    std::string_view name;    // of Content-Encoding
    std::string_view suffix;  // of the entity tag: each representation has its own
    embedded::Blob embedded::Asset::* blob;
};

constexpr Coding identity{"identity", "", &embedded::Asset::plain};
constexpr std::array compressed{
    Coding{"br", "-br", &embedded::Asset::brotli},
    Coding{"gzip", "-gz", &embedded::Asset::gzip},
};

/// The coding that weighs most; of equals the smaller file. If the client refuses all that we
/// have it gets the plain file (RFC 9110 section 12.5.3 leaves that to us).
const Coding& choose(const std::string* accept_encoding) {
    if (accept_encoding == nullptr) return identity;
    const Coding* best = &identity;
    int best_weight = 0;
    for (const Coding& coding : compressed) {
        const int weight = weight_of(*accept_encoding, coding.name, 0);
        if (weight > best_weight) {
            best = &coding;
            best_weight = weight;
        }
    }
    // Unnamed, identity is acceptable but the least preferred; named, it competes.
    return weight_of(*accept_encoding, identity.name, 0) > best_weight ? identity : *best;
}

/// If-None-Match (RFC 9110 section 13.1.2) by weak comparison.
bool names_tag(std::string_view if_none_match, std::string_view tag) {
    while (!if_none_match.empty()) {
        auto item = http::trim(http::take_until(if_none_match, ','));
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == tag || item == "*") return true;
    }
    return false;
}

/// The answer for a file that never changes under its name; without a body if the browser has it.
http::Response immutable(
    const http::Request& request,
    const std::string& tag,
    std::string_view content_type,
    std::string_view content
) {
    http::Response response;
    response.headers = {
        {"Cache-Control", "public, max-age=31536000, immutable"},
        {"ETag", tag},
        {"Vary", "Accept-Encoding"},
    };
    const std::string* if_none_match = request.header("if-none-match");
    if (if_none_match != nullptr && names_tag(*if_none_match, tag)) {
        response.status = 304;
        return response;
    }
    response.content_type = content_type;
    response.body = content;
    return response;
}

http::Response answer(const http::Request& request, const embedded::Asset& asset) {
    const Coding& coding = choose(request.header("accept-encoding"));
    const std::string tag = '"' + std::string(asset.hash) + std::string(coding.suffix) + '"';
    http::Response response =
        immutable(request, tag, asset.content_type, (asset.*coding.blob).view());
    if (response.status == 200 && &coding != &identity) {
        response.headers.emplace_back("Content-Encoding", coding.name);
    }
    return response;
}

}  // namespace

http::Outcome get_asset(const http::Request& request, const BrandAssets& brand) {
    const auto& all = embedded::assets();
    const std::string_view name =
        request.path_parameters.empty() ? std::string_view{} : request.path_parameters.front();
    const auto asset = std::ranges::find(all, name, [](const embedded::Asset& candidate) {
        return std::string_view(candidate.name);
    });
    if (asset != all.end()) return answer(request, *asset);
    if (const BrandAsset* own = brand.find(name)) {
        return immutable(request, '"' + own->hash + '"', own->content_type, own->content);
    }
    return http::Response{
        .status = 404,
        .content_type = "text/plain; charset=utf-8",
        .body = "Not found\n",
    };
}

}  // namespace latchkey::pages
