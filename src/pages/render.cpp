// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/render.hpp"

#include "base/json.hpp"
#include "base/try.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"
#include "outbound/mail.hpp"
#include "pages/brand.hpp"
#include "pages/embedded.hpp"
#include "pages/language.hpp"
#include "pages/template_library.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

SourceFiles embedded_sources() {
    SourceFiles files;
    for (const auto& source : embedded::sources()) {
        files.emplace(source.name, source.content.view());
    }
    return files;
}

Result<std::string, std::string> asset_path(std::string_view logical_name) {
    const auto& all = embedded::assets();
    const auto asset = std::ranges::find(all, logical_name, [](const embedded::Asset& candidate) {
        return std::string_view(candidate.logical_name);
    });
    if (asset == all.end()) return Fail{std::string(logical_name) + " is not embedded"};
    return "/assets/" + std::string(asset->name);
}

/// The path of a file of the brand; `otherwise` if there is none.
std::string brand_path(const std::optional<BrandAsset>& asset, const std::string& otherwise) {
    return asset ? "/assets/" + asset->name : otherwise;
}

Result<void, std::string> check_link(std::string_view name, const std::string& link) {
    if (link.empty() || link.starts_with("https://")) return {};
    return Fail{std::string(name) + " is no https link"};
}

/// What a link to the support address says; the page must not be made to hold a `javascript:` one.
Result<std::string, std::string> support_link(const std::string& support) {
    if (support.empty() || support.starts_with("https://")) return support;
    const bool is_address = support.find('@') != std::string::npos &&
                            support.find_first_of(" :\"<>") == std::string::npos;
    if (!is_address) {
        return Fail{std::string("support is neither an e-mail address nor an https link")};
    }
    return "mailto:" + support;
}

Result<json::Value, std::string> page_values(
    const Brand& brand, const BrandAssets& assets, Language language
) {
    TRY(check_link("privacy", brand.privacy));
    TRY(check_link("terms", brand.terms));
    const std::string support_href = TRY(support_link(brand.support));
    const std::string css = TRY(asset_path("app.css"));
    const std::string js = TRY(asset_path("app.js"));
    const std::string icons = TRY(asset_path("icons.svg"));
    const std::string favicon = TRY(asset_path("favicon.svg"));
    return json::object({
        {"brand", brand.name},
        {"support", brand.support},
        {"support_href", support_href},
        {"privacy", brand.privacy},
        {"terms", brand.terms},
        {"logo", brand_path(assets.logo, "")},
        {"css", css},
        {"brand_css", brand_path(assets.style, "")},
        {"js", js},
        {"icons", icons},
        {"favicon", brand_path(assets.icon, favicon)},
        {"language", tag_of(language)},
    });
}

/// A subject is one line: names that people gave must not be able to add a header.
std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' '
    );
    return text;
}

/// The page asked for, in each language. The answer to a POST has no address to ask for again.
json::Value links_to_languages(const http::Request& request) {
    json::Array links;
    if (request.method == http::Method::post) return links;
    for (const Language language : languages) {
        links.push_back(json::object({
            {"tag", tag_of(language)},
            {"name", own_name_of(language)},
            {"href", target_in(language, request)},
        }));
    }
    return links;
}

}  // namespace

struct Edition::State {
    TemplateLibrary library;
    json::Value page;     // the `page` that every template sees
    json::Value globals;  // {"page": …}, for what has no request
};

namespace {

Result<Edition, std::string> make_edition(
    const Brand& brand, const BrandAssets& assets, Language language
) {
    json::Value page = TRY(page_values(brand, assets, language));
    TemplateLibrary library = TRY(load_templates(embedded_sources(), tag_of(language)));
    json::Value globals = json::object({{"page", page}});
    return Edition(std::make_unique<Edition::State>(Edition::State{
        .library = std::move(library),
        .page = std::move(page),
        .globals = std::move(globals),
    }));
}

}  // namespace

Edition::Edition(std::unique_ptr<const State> state) : state_(std::move(state)) {}

Edition::Edition(Edition&&) noexcept = default;
Edition& Edition::operator=(Edition&&) noexcept = default;
Edition::~Edition() = default;

http::Response Edition::page(
    const http::Request& request,
    std::string_view template_name,
    const json::Value& model,
    int status
) const {
    const auto found = state_->library.pages.find(template_name);
    LATCHKEY_ASSERT(found != state_->library.pages.end());
    if (request.representation == http::Representation::json) {
        return http::json_response(status, json::write(model));
    }
    json::Value page = state_->page;
    page.set("request_id", request.id);
    page.set("languages", links_to_languages(request));
    const json::Value globals = json::object({{"page", std::move(page)}});
    return http::Response{
        .status = status,
        .content_type = "text/html; charset=utf-8",
        .body = found->second.render({&globals, &model}),
    };
}

std::string Edition::answer(std::string_view code, const json::Value& model) const {
    const auto& answers = state_->library.answers;
    auto found = answers.find(code);
    // A test finds codes without words; should one slip through, it is still an error of ours.
    if (found == answers.end()) found = answers.find("failed");
    LATCHKEY_ASSERT(found != answers.end());
    return found->second.render({&state_->globals, &model});
}

std::string Edition::words(std::string_view name, const json::Value& model) const {
    const auto found = state_->library.words.find(name);
    LATCHKEY_ASSERT(found != state_->library.words.end());
    return found->second.render({&model});
}

outbound::Mail Edition::mail(
    std::string_view template_name, std::string_view to, const json::Value& model
) const {
    const auto found = state_->library.mails.find(template_name);
    LATCHKEY_ASSERT(found != state_->library.mails.end());
    const auto& mail = found->second;
    return outbound::Mail{
        .to = std::string(to),
        .subject = one_line(mail.subject.render({&state_->globals, &model})),
        .text = mail.text.render({&state_->globals, &model}),
        .html = mail.html.render({&state_->globals, &model}),
    };
}

Result<std::unique_ptr<Renderer>, Renderer::Error> Renderer::create(const Brand& brand) {
    BrandAssets assets = make_brand_assets(brand);
    std::vector<Edition> editions;
    for (const Language language : languages) {
        auto edition = make_edition(brand, assets, language);
        if (!edition) return Fail{Error{edition.error()}};
        editions.push_back(std::move(edition).value());
    }
    return std::make_unique<Renderer>(std::move(editions), std::move(assets));
}

Renderer::Renderer(std::vector<Edition> editions, BrandAssets brand_assets)
    : brand_assets_(std::move(brand_assets)), editions_(std::move(editions)) {}

const Edition& Renderer::in(Language language) const {
    return editions_.at(static_cast<std::size_t>(language));
}

}  // namespace latchkey::pages
