// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"
#include "outbound/mail.hpp"
#include "pages/brand.hpp"
#include "pages/language.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {

/// All pages, mails and answers in one language. Thread-safe.
class Edition {
public:
    struct State;

    explicit Edition(std::unique_ptr<const State> state);  // for Renderer::create()
    Edition(const Edition&) = delete;
    Edition& operator=(const Edition&) = delete;
    Edition(Edition&&) noexcept;
    Edition& operator=(Edition&&) noexcept;
    ~Edition();

    /// The template as HTML, or the model as JSON: whatever the request wants. The
    /// template gets besides the model: `page.brand`, `page.support`,
    /// `page.support_href`, `page.privacy`, `page.terms`, `page.css`, `page.brand_css`,
    /// `page.logo`, `page.js`, `page.icons`, `page.favicon`, `page.language`, `page.languages`
    /// (each with `tag`, `name`, and `href`: this page in that language; none where the page cannot
    /// be asked for again), `page.request_id`. Any string in the model may be hostile. A template
    /// name that does not exist stops the process.
    [[nodiscard]] http::Response page(
        const http::Request& request,
        std::string_view template_name,
        const json::Value& model,
        int status = 200
    ) const;

    /// The text `answer.<code>` of the catalogue: what an error says to the person. Not escaped. A
    /// code without a text says what `failed` says.
    [[nodiscard]] std::string answer(std::string_view code, const json::Value& model = {}) const;

    /// The text `words.<name>`: a part of a sentence (pages/words.hpp). Not escaped. A name that
    /// does not exist stops the process.
    [[nodiscard]] std::string words(std::string_view name, const json::Value& model = {}) const;

    /// A mail to `to`: subject (one line), text and HTML from web/mail/<name>.*; the model also
    /// gets `page.brand`, `page.support` and `page.language`.
    [[nodiscard]] outbound::Mail mail(
        std::string_view template_name, std::string_view to, const json::Value& model
    ) const;

private:
    std::unique_ptr<const State> state_;
};

/// Turns models into pages and mails. Templates (web/templates, web/mail) and texts (web/texts) are
/// embedded; all are checked, in every language, when the renderer is made. Thread-safe.
class Renderer {
public:
    struct Error {
        std::string what;  // which template or text is broken, and how
    };

    /// Fails if a template, text or asset is missing or broken, or if `brand.support` is neither
    /// empty nor an e-mail address nor an https address, or another link no https address.
    static Result<std::unique_ptr<Renderer>, Error> create(const Brand& brand);

    /// For create(): the editions by the value of Language.
    Renderer(std::vector<Edition> editions, BrandAssets brand_assets);

    [[nodiscard]] const Edition& in(Language language) const;

    [[nodiscard]] const BrandAssets& brand_assets() const { return brand_assets_; }

private:
    BrandAssets brand_assets_;
    std::vector<Edition> editions_;
};

}  // namespace latchkey::pages
