// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "http/request.hpp"
#include "support/http_client.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::test {

/// One answer of the server, checked against docs/openapi.yaml when it came.
struct Page {
    HttpResponse response;
    json::Value model;  // of a JSON answer; null otherwise

    [[nodiscard]] int status() const { return response.status; }

    /// Where a redirect leads, or what a finished step names; empty: nowhere.
    [[nodiscard]] std::string location() const;

    /// `error.code` of the model: "" if nothing went wrong.
    [[nodiscard]] std::string error() const;

    /// A string of the model by its path: "error.wait". Fails the test if it is not there.
    [[nodiscard]] std::string text(std::string_view path) const;

    /// A member of the model by its path, or nullptr.
    [[nodiscard]] const json::Value* find(std::string_view path) const;
};

/// What must be the same for a page and for JSON.
inline constexpr auto representations = {http::Representation::json, http::Representation::html};

struct BrowserOptions {
    http::Representation representation = http::Representation::json;
    std::string address = "192.0.2.7";
    std::string user_agent =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Chrome/130.0.0.0 Safari/537.36";
    std::string accept_language = "en-GB,en;q=0.9";
};

/// A browser: cookies, an address, and the forms of the page it is on. As JSON it takes the token
/// and the challenge from the model; as HTML it reads the page's forms like a person's browser
/// and refuses to send one that the page does not have.
class Browser {
public:
    explicit Browser(const Latchkey& latchkey, BrowserOptions options = {});

    /// Goes to a page. Redirects are not followed.
    Page get(std::string_view path);

    /// Sends a form of the current page; `fields` are what the person or the script fills in. The
    /// hidden ones come from the page.
    Page submit(std::string_view action, const Fields& fields);

    /// As above, with other headers: for requests that no page of ours sends.
    Page submit(std::string_view action, const Fields& fields, const Fields& headers);

    /// POST of exactly these fields. Fails no form check; checked against the document.
    Page post(std::string_view action, const Fields& fields, const Fields& headers = {});

    /// Checks an answer that came by `http()` against the document.
    Page check(std::string_view method, std::string_view path, HttpResponse response);

    /// GETs where a redirect or a finished step leads to.
    Page follow(const Page& page);

    /// The options for a ceremony of the current page.
    [[nodiscard]] std::string ceremony_options() const;

    /// What a form of the current page would send besides what is filled in: `csrf`, `ceremony`.
    [[nodiscard]] std::string hidden(std::string_view action, std::string_view name) const;

    /// The current page of another browser: its token and challenge, without its cookies.
    void look_at(const Page& page) { page_ = page; }

    [[nodiscard]] const Page& page() const { return page_; }

    [[nodiscard]] const BrowserOptions& options() const { return options_; }

    /// The connection and the cookies, for requests that no browser makes.
    HttpClient& http();

    /// Another connection with the same cookies and headers: for requests at the same time.
    [[nodiscard]] HttpClient twin();

    /// As many of them, each from a network of its own (at most 256), that ask for JSON.
    [[nodiscard]] std::vector<HttpClient> twins_of_many_networks(std::size_t count);

    void use(http::Representation representation) { options_.representation = representation; }

    [[nodiscard]] bool has_cookie(std::string_view name);

private:
    [[nodiscard]] Fields default_headers() const;

    const Latchkey& latchkey_;
    BrowserOptions options_;
    std::uint16_t port_ = 0;
    std::optional<HttpClient> http_;
    Page page_;
};

/// Hidden fields of each form of a page of ours, by its action.
std::map<std::string, std::map<std::string, std::string>> forms_of(std::string_view html);

}  // namespace latchkey::test
