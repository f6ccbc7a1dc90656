// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/routes.hpp"

#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "flows/openapi.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "pages/visit.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

// The route × state matrix: what each route answers in each state of a browser. docs/routes.md is
// the expectation, cell by cell; a rule that is written down apart checks who is turned away.
namespace latchkey::test {
namespace {

const std::string document_path = LATCHKEY_SOURCE_DIR "/docs/routes.md";

enum class Waiting : std::uint8_t { nothing, second_step, enrolment };

struct State {
    bool code;
    Waiting sign_in;
    bool session;
};

constexpr auto states = [] {
    std::array<State, 12> all{};
    std::size_t next = 0;
    for (const bool session : {false, true}) {
        for (const Waiting sign_in : {Waiting::nothing, Waiting::second_step, Waiting::enrolment}) {
            for (const bool code : {false, true}) {
                all.at(next++) = {.code = code, .sign_in = sign_in, .session = session};
            }
        }
    }
    return all;
}();

std::string name_of(const State& state) {
    std::vector<std::string_view> parts;
    if (state.code) parts.emplace_back("code");
    if (state.sign_in == Waiting::second_step) parts.emplace_back("second step");
    if (state.sign_in == Waiting::enrolment) parts.emplace_back("enrolment");
    if (state.session) parts.emplace_back("session");
    std::string name;
    for (const std::string_view part : parts) {
        name += (name.empty() ? "" : ", ") + std::string(part);
    }
    return name.empty() ? "nothing" : name;
}

std::string_view name_of(pages::Needs needs) {
    switch (needs) {
        case pages::Needs::nothing:
            return "nothing";
        case pages::Needs::code:
            return "code";
        case pages::Needs::second_step:
            return "second step";
        case pages::Needs::enrolment:
            return "enrolment";
        case pages::Needs::session:
            return "session";
    }
    return "";
}

bool has(const State& state, pages::Needs needs) {
    switch (needs) {
        case pages::Needs::nothing:
            return true;
        case pages::Needs::code:
            return state.code;
        case pages::Needs::second_step:
            return state.sign_in == Waiting::second_step;
        case pages::Needs::enrolment:
            return state.sign_in == Waiting::enrolment;
        case pages::Needs::session:
            return state.session;
    }
    return false;
}

const std::string sign_in_cookie = "__Host-latchkey_sign_in";

/// A person whose browser has a code, a sign-in and a session at once.
struct Visitor {
    Visitor(Latchkey& latchkey, std::size_t number)
        : person(
              latchkey,
              "p" + std::to_string(number) + "@example.com",
              {.address =
                   "10." + std::to_string(number / 200) + "." + std::to_string(number % 200) + ".1"}
          ) {}

    void prepare() {
        person.sign_up();
        REQUIRE(person.turn_on_app().status() == 200);
        auto& jar = person.browser.http().cookies;
        REQUIRE(person.sign_in("?intent=add-passkey").status() == 200);
        enrolment = jar.at(sign_in_cookie);
        REQUIRE(person.prove_by_code().location() == "/sign-in/second-step");
        second_step = jar.at(sign_in_cookie);
        REQUIRE(person.ask_for_code().status() == 200);
        csrf = person.browser.page().text("csrf");
        cookies = jar;
    }

    void enter(const State& state) {
        auto& jar = person.browser.http().cookies;
        jar = cookies;
        if (!state.code) jar.erase("__Host-latchkey_code");
        jar.erase(sign_in_cookie);
        if (state.sign_in == Waiting::second_step) jar[sign_in_cookie] = second_step;
        if (state.sign_in == Waiting::enrolment) jar[sign_in_cookie] = enrolment;
        if (!state.session) jar.erase("__Host-latchkey_session");
    }

    Person person;
    std::string csrf;
    std::string second_step;  // the cookie of a sign-in that waits for it
    std::string enrolment;    // of one that waits for a passkey
    std::map<std::string, std::string, std::less<>> cookies;
};

constexpr std::string_view provider = "a-provider";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    if (const auto at = text.find(what); at != std::string::npos) {
        text.replace(at, what.size(), with);
    }
    return text;
}

/// "200", or "303 /sign-in".
std::string cell_of(const Page& page, const std::string& id) {
    std::string cell = std::to_string(page.status());
    const std::string location =
        replaced(replaced(page.response.header("location"), id, "{id}"), provider, "{provider}");
    if (!location.empty()) cell += " " + location;
    return cell;
}

class Matrix {
public:
    /// One cell: asks the server, and checks that who lacks what the route needs is turned away.
    std::string cell(const pages::PageRoute& route, const State& state, http::Representation as) {
        const bool is_get = route.method == http::Method::get;
        if (!is_get || visitor_ == nullptr) {
            visitor_ = std::make_unique<Visitor>(latchkey_, number_++);
            visitor_->prepare();
        }
        Browser& browser = visitor_->person.browser;
        browser.use(as);
        visitor_->enter(state);
        const std::string id = visitor_->person.passkeys().at(0).public_id.value();
        const std::string path =
            replaced(replaced(std::string(route.pattern), "{id}", id), "{provider}", provider);
        const Page page = is_get ? browser.get(path) : post(browser, path);
        if (!is_get) visitor_.reset();  // it has changed what the visitor has
        check_denial(route, state, as, page);
        return cell_of(page, id);
    }

private:
    Page post(Browser& browser, const std::string& path) {
        const HttpResponse answer = browser.http().post(path, {{"csrf", visitor_->csrf}});
        return browser.check("post", path, answer);
    }

    static void check_denial(
        const pages::PageRoute& route, const State& state, http::Representation as, const Page& page
    ) {
        if (has(state, route.needs)) {
            const bool says_it_itself = route.pattern == "/session" && !state.session;
            CHECK((page.status() == 401) == says_it_itself);
            return;
        }
        const bool is_page = route.method == http::Method::get && as == http::Representation::html;
        const bool is_session = route.needs == pages::Needs::session;
        if (is_page) {
            CHECK(page.status() == 303);
            CHECK(page.location().starts_with("/sign-in"));
            CHECK(page.response.body.empty());
        } else {
            CHECK(page.status() == (is_session ? 401 : 409));
        }
    }

    Latchkey latchkey_;
    std::unique_ptr<Visitor> visitor_;
    std::size_t number_ = 0;
};

constexpr std::string_view introduction =
    R"(# Routes and who may use them

What each route answers in each state of a browser: whether it was sent a code, has a sign-in that
waits for its second step or for a passkey (enrolment), or is signed in. `needs` is what the table
in `src/pages/routes.cpp` asks for; who lacks it never reaches the handler. A POST here carries its
token and no other field. A passkey `{id}` is the only one of the account, which also has an
authenticator app. No other provider is configured.

The flow tests ask the server for every cell and compare this page with what it answers. To write it
anew: `LATCHKEY_WRITE_ROUTES=1 build/dev/tests/test_flows -tc="The route*"`. Then read what changed.
)";

std::string render_matrix() {
    Matrix matrix;
    std::string text(introduction);
    for (const auto as : {http::Representation::html, http::Representation::json}) {
        const bool is_json = as == http::Representation::json;
        text += is_json ? "\n## As JSON\n\n" : "\n## As HTML\n\n";
        text += "| route | needs |";
        for (const State& state : states) {
            text += " " + name_of(state) + " |";
        }
        text += "\n|---|---";
        for (std::size_t i = 0; i < states.size(); ++i) {
            text += "|---";
        }
        text += "|\n";
        for (const pages::PageRoute& route : pages::page_routes()) {
            const bool is_get = route.method == http::Method::get;
            text += std::string(is_get ? "| GET `" : "| POST `") + std::string(route.pattern) +
                    "` | " + std::string(name_of(route.needs)) + " |";
            for (const State& state : states) {
                text += " " + matrix.cell(route, state, as) + " |";
            }
            text += "\n";
        }
    }
    return text;
}

TEST_CASE("The route × state matrix is the one in docs/routes.md, every cell") {
    const std::string rendered = render_matrix();
    if (std::getenv("LATCHKEY_WRITE_ROUTES") != nullptr) std::ofstream(document_path) << rendered;
    std::ifstream file(document_path);
    const std::string document((std::istreambuf_iterator<char>(file)), {});
    std::string_view left = rendered;
    std::string_view right = document;
    while (!left.empty() || !right.empty()) {
        CHECK(left.substr(0, left.find('\n')) == right.substr(0, right.find('\n')));
        left.remove_prefix(std::min(left.find('\n'), left.size() - 1) + 1);
        right.remove_prefix(right.empty() ? 0 : std::min(right.find('\n'), right.size() - 1) + 1);
    }
}

std::set<std::string> keys_of(const json::Value* value) {
    std::set<std::string> keys;
    if (value == nullptr || value->as_array() == nullptr) return keys;
    for (const json::Value& choice : *value->as_array()) {
        for (const auto& [key, scopes] : *choice.as_object()) {
            keys.insert(key);
        }
    }
    return keys;
}

TEST_CASE("Every route is in docs/openapi.yaml with what it needs, and the other way round") {
    std::set<std::string> described;
    for (const auto& operation : OpenApi::document().operations()) {
        described.insert(operation.method + " " + operation.path);
    }
    std::set<std::string> served{"get /assets/{name}"};
    for (const pages::PageRoute& route : pages::page_routes()) {
        const bool is_get = route.method == http::Method::get;
        served.insert((is_get ? "get " : "post ") + std::string(route.pattern));
    }
    CHECK(served == described);

    for (const auto& operation : OpenApi::document().operations()) {
        const auto route = std::ranges::find_if(pages::page_routes(), [&](const auto& candidate) {
            const bool is_get = candidate.method == http::Method::get;
            return candidate.pattern == operation.path && (operation.method == "get") == is_get;
        });
        if (route == pages::page_routes().end()) continue;
        CAPTURE(operation.path);
        const auto security = keys_of(operation.description->find("security"));
        const bool is_session_route = operation.path == "/session";  // answers 401 by itself
        CHECK(
            security.contains("session") ==
            (route->needs == pages::Needs::session || is_session_route)
        );
        const bool is_sign_in =
            route->needs == pages::Needs::second_step || route->needs == pages::Needs::enrolment;
        CHECK(security.contains("sign_in") == is_sign_in);
        CHECK(security.contains("code") == (route->needs == pages::Needs::code));
        const bool is_post = operation.method == "post";
        if (is_post && route->posted == pages::Posted::by_our_form) {
            CHECK(security.contains("browser"));
            CHECK(operation.description->find("responses")->find("403") != nullptr);
        }
    }
}

/// Every object schema in the document, wherever it stands.
void check_objects(const json::Value& value, const std::string& place) {
    if (const json::Array* items = value.as_array()) {
        for (const json::Value& item : *items) {
            check_objects(item, place);
        }
        return;
    }
    if (value.as_object() == nullptr) return;
    const std::string* type = value.find_string("type");
    if (type != nullptr && *type == "object") {
        CAPTURE(place);
        CHECK(value.find("additionalProperties") != nullptr);
        if (const json::Value* required = value.find("required")) {
            for (const json::Value& name : *required->as_array()) {
                REQUIRE(value.find("properties") != nullptr);
                CHECK(value.find("properties")->find(*name.as_string()) != nullptr);
            }
        }
    }
    for (const auto& [key, member] : *value.as_object()) {
        check_objects(member, place + "/" + key);
    }
}

TEST_CASE("docs/openapi.yaml says of every object what else it may hold") {
    check_objects(OpenApi::document().value(), "");
    const std::string* version = OpenApi::document().value().find_string("openapi");
    REQUIRE(version != nullptr);
    CHECK(version->starts_with("3.1."));
}

}  // namespace
}  // namespace latchkey::test
