// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"

#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "flows/openapi.hpp"
#include "http/request.hpp"
#include "support/http_client.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

std::string unescape(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 6> names{
        {{"&amp;", '&'},
         {"&lt;", '<'},
         {"&gt;", '>'},
         {"&quot;", '"'},
         {"&#39;", '\''},
         {"&#x27;", '\''}}
    };
    std::string out;
    while (!text.empty()) {
        const auto* const name = std::ranges::find_if(names, [text](const auto& candidate) {
            return text.starts_with(candidate.first);
        });
        out += name == names.end() ? text.front() : name->second;
        text.remove_prefix(name == names.end() ? 1 : name->first.size());
    }
    return out;
}

/// The value of an attribute in the text of one tag; nullopt: it is not there.
std::optional<std::string> attribute(std::string_view tag, std::string_view name) {
    const std::string start = " " + std::string(name) + "=\"";
    const std::size_t at = tag.find(start);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view rest = tag.substr(at + start.size());
    return unescape(rest.substr(0, rest.find('"')));
}

bool is_html(const HttpResponse& response) {
    return response.header("content-type").starts_with("text/html");
}

bool is_json(const HttpResponse& response) {
    return response.header("content-type").starts_with("application/json");
}

std::string_view without_query(std::string_view path) {
    return path.substr(0, path.find('?'));
}

/// Fails the test for each problem that no test has met before.
void report(const std::vector<std::string>& problems, std::string_view what) {
    static std::mutex mutex;
    static std::set<std::string> known;  // guarded by mutex
    for (const std::string& problem : problems) {
        const std::string message = std::string(what) + ": " + problem;
        const std::scoped_lock lock(mutex);
        if (known.insert(message).second) FAIL_CHECK(message);
    }
}

}  // namespace

std::string Page::location() const {
    if (const auto* next = model.find_string("location")) return *next;
    return response.header("location");
}

std::string Page::error() const {
    const json::Value* code = find("error.code");
    return code == nullptr || code->as_string() == nullptr ? "" : *code->as_string();
}

const json::Value* Page::find(std::string_view path) const {
    const json::Value* value = &model;
    while (value != nullptr && !path.empty()) {
        const std::size_t end = std::min(path.find('.'), path.size());
        value = value->find(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return value;
}

std::string Page::text(std::string_view path) const {
    const json::Value* value = find(path);
    REQUIRE_MESSAGE(value != nullptr, (std::string(path) + " is not in " + response.body));
    REQUIRE(value->as_string() != nullptr);
    return *value->as_string();
}

Browser::Browser(const Latchkey& latchkey, BrowserOptions options)
    : latchkey_(latchkey), options_(std::move(options)) {}

HttpClient& Browser::http() {
    if (port_ != latchkey_.port()) {  // it was restarted: what the browser keeps are its cookies
        auto cookies = http_ ? std::move(http_->cookies) : decltype(http_->cookies){};
        port_ = latchkey_.port();
        http_.emplace(port_, "localhost:8080");
        http_->cookies = std::move(cookies);
    }
    http_->default_headers = default_headers();
    return *http_;
}

HttpClient Browser::twin() {
    const HttpClient& mine = http();
    HttpClient other(port_, "localhost:8080");
    other.cookies = mine.cookies;
    other.default_headers = mine.default_headers;
    return other;
}

std::vector<HttpClient> Browser::twins_of_many_networks(std::size_t count) {
    std::vector<HttpClient> twins;
    for (std::size_t i = 0; i < count; ++i) {
        twins.push_back(twin());
        const std::string network = "10.0." + std::to_string(i) + ".1";
        twins.back().default_headers = {
            {"accept", "application/json"}, {"x-forwarded-for", network}
        };
    }
    return twins;
}

Fields Browser::default_headers() const {
    const bool wants_json = options_.representation == http::Representation::json;
    return {
        {"accept", wants_json ? "application/json" : "text/html,application/xhtml+xml,*/*;q=0.8"},
        {"user-agent", options_.user_agent},
        {"accept-language", options_.accept_language},
        {"x-forwarded-for", options_.address},
    };
}

Page Browser::check(std::string_view method, std::string_view path, HttpResponse response) {
    Page page{.response = std::move(response), .model = nullptr};
    if (is_json(page.response)) {
        auto model = json::parse(page.response.body);
        REQUIRE_MESSAGE(model.has_value(), page.response.body);
        page.model = std::move(*model);
    }
    report(
        OpenApi::document().problems(method, without_query(path), page.response),
        std::string(method) + " " + std::string(path) + " " + std::to_string(page.status())
    );
    if (page.model.find("csrf") != nullptr || is_html(page.response)) page_ = page;
    return page;
}

Page Browser::get(std::string_view path) {
    return check("get", path, http().get(path));
}

std::string Browser::hidden(std::string_view action, std::string_view name) const {
    if (is_html(page_.response)) {
        const auto forms = forms_of(page_.response.body);
        const auto form = forms.find(std::string(action));
        REQUIRE_MESSAGE(
            form != forms.end(), ("the page has no form that leads to " + std::string(action))
        );
        const auto field = form->second.find(std::string(name));
        return field == form->second.end() ? "" : field->second;
    }
    const bool has_ceremony =
        action == "/sign-in/passkey" || action == "/sign-in/email" || action == "/sign-in/restore";
    if (name == "ceremony" && !has_ceremony) return "";
    const std::string* value = page_.model.find_string(name);
    return value == nullptr ? "" : *value;
}

Page Browser::submit(std::string_view action, const Fields& fields) {
    return submit(action, fields, {});
}

Page Browser::submit(std::string_view action, const Fields& fields, const Fields& headers) {
    Fields form;
    for (const std::string_view name : {"csrf", "ceremony", "offer", "way", "token", "change"}) {
        const std::string value = hidden(action, name);
        if (!value.empty()) form.emplace_back(name, value);
    }
    form.insert(form.end(), fields.begin(), fields.end());
    return post(action, form, headers);
}

Page Browser::post(std::string_view action, const Fields& fields, const Fields& headers) {
    Page page = check("post", action, http().post(action, fields, headers));
    if (page.status() < 400) {
        report(
            OpenApi::document().problems_of_form(without_query(action), fields),
            "the form of " + std::string(action)
        );
    }
    return page;
}

Page Browser::follow(const Page& page) {
    REQUIRE_FALSE(page.location().empty());
    return get(page.location());
}

std::string Browser::ceremony_options() const {
    if (is_html(page_.response)) {
        const auto options = attribute(page_.response.body, "data-options");
        REQUIRE(options);
        return *options;
    }
    return page_.text("options");
}

bool Browser::has_cookie(std::string_view name) {
    return http().cookie(name) != nullptr;
}

std::map<std::string, std::map<std::string, std::string>> forms_of(std::string_view html) {
    std::map<std::string, std::map<std::string, std::string>> forms;
    for (std::size_t at = html.find("<form"); at != std::string_view::npos;
         at = html.find("<form", at + 1)) {
        const std::string_view form = html.substr(at, html.find("</form>", at) - at);
        const auto action = attribute(form.substr(0, form.find('>')), "action");
        REQUIRE(action);
        auto& fields = forms[*action];
        for (std::size_t input = form.find("<input"); input != std::string_view::npos;
             input = form.find("<input", input + 1)) {
            const std::string_view tag = form.substr(input, form.find('>', input) - input);
            if (attribute(tag, "type") != "hidden") continue;
            const auto name = attribute(tag, "name");
            REQUIRE(name);
            fields[*name] = attribute(tag, "value").value_or("");
        }
    }
    return forms;
}

}  // namespace latchkey::test
