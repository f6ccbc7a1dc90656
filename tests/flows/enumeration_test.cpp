// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/call_trace.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "flows/watched_store.hpp"
#include "http/request.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// T13: who has an account cannot be told by a stranger. Measured by what the server answers and by
// what it does, not by the clock: the same answers, statements and cryptography, in the same order.
namespace latchkey::test {
namespace {

/// An answer without what is different each time by its nature: ids, dates, sealed values. Of
/// those the length counts.
std::string shape_of(const HttpResponse& response) {
    std::string shape = std::to_string(response.status);
    for (const auto& [name, value] : response.headers) {
        const bool is_fresh = name == "set-cookie" || name == "x-request-id" || name == "date";
        const std::string size = "#" + std::to_string(value.size());
        const std::string cookie = name == "set-cookie" ? value.substr(0, value.find('=')) : "";
        shape += "\n" + name + ": " + (is_fresh ? cookie + size : value);
    }
    return shape;
}

/// The model with every fresh value put away, and the address, which is as long for all of them.
std::string words_of(const Page& page) {
    json::Value model = page.model;
    for (const char* name : {"csrf", "ceremony", "options", "email"}) {
        if (const auto* text = model.find_string(name)) {
            model.set(name, static_cast<std::int64_t>(text->size()));
        }
    }
    return json::write(model);
}

/// What a stranger sees, and what the server did, from the address to a wrong code.
struct Observed {
    std::vector<std::string> shapes;
    std::vector<std::string> words;
    std::vector<std::string> store;
    std::vector<std::string> sql;
    std::vector<std::string> crypto;
};

Observed probe(Latchkey& latchkey, StoreWatch& watch, const std::string& email) {
    // A network and a browser of its own, so that no limit tells them apart.
    static int strangers = 0;
    Person stranger(
        latchkey, email, {.address = "10.7." + std::to_string(++strangers % 250) + ".1"}
    );
    stranger.browser.get("/sign-in");
    watch.forget();
    const CallTrace trace;
    Observed observed;
    const auto note = [&observed](const Page& page) {
        observed.shapes.push_back(shape_of(page.response));
        observed.words.push_back(words_of(page));
    };
    note(stranger.browser.submit("/sign-in/email", {{"email", email}}));
    note(stranger.browser.get("/sign-in/code"));
    note(stranger.enter_code("00000000"));
    note(stranger.enter_code("nothing"));
    note(stranger.browser.submit("/sign-in/email", {}));  // send it again
    observed.store = watch.calls();
    observed.sql = CallTrace::sql();
    observed.crypto = CallTrace::crypto();
    return observed;
}

std::string lines(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += text + "\n";
    }
    return all;
}

void check_same(const Observed& one, const Observed& other) {
    CHECK(lines(one.shapes) == lines(other.shapes));
    CHECK(lines(one.words) == lines(other.words));
    CHECK(lines(one.store) == lines(other.store));
    CHECK(lines(one.sql) == lines(other.sql));
    CHECK(lines(one.crypto) == lines(other.crypto));
    CHECK(one.sql.size() > 20);
    CHECK(one.crypto.size() > 20);
}

TEST_CASE("T13: an address with an account and one without answer and cost exactly the same") {
    auto watch = std::make_shared<StoreWatch>();
    Latchkey latchkey({.threads = 1, .wrap_store = watched_by(watch)});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(std::chrono::hours(24));
    probe(latchkey, *watch, "abc@example.com");  // statements are prepared on their first use
    check_same(
        probe(latchkey, *watch, "ada@example.com"), probe(latchkey, *watch, "ann@example.com")
    );
}

TEST_CASE("T13: a closed door looks like an open one, to known and to unknown addresses") {
    auto watch = std::make_shared<StoreWatch>();
    LatchkeyOptions options{.threads = 1, .wrap_store = watched_by(watch)};
    options.sign_up.who = accounts::SignUp::invite;
    Latchkey latchkey(std::move(options));
    latchkey.commit({accounts::Invite{
        .email = *accounts::EmailAddress::parse("ada@example.com"),
        .expires_at = latchkey.clock.now() + std::chrono::hours(1),
    }});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.commit({accounts::Invite{
        .email = *accounts::EmailAddress::parse("amy@example.com"),
        .expires_at = latchkey.clock.now() + std::chrono::hours(48),
    }});
    latchkey.clock.advance(std::chrono::hours(24));
    probe(latchkey, *watch, "abc@example.com");
    const Observed account = probe(latchkey, *watch, "ada@example.com");
    const Observed nobody = probe(latchkey, *watch, "ann@example.com");
    const Observed invited = probe(latchkey, *watch, "amy@example.com");
    check_same(account, nobody);
    check_same(account, invited);
}

TEST_CASE("T13: the limits of an address count the same, whoever has it") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(std::chrono::hours(24));
    std::vector<std::vector<std::string>> answers;
    for (const std::string email : {"ada@example.com", "ann@example.com"}) {
        auto& seen = answers.emplace_back();
        for (int i = 0; i < 5; ++i) {
            Person stranger(latchkey, email, {.address = "10.8." + std::to_string(i) + ".1"});
            stranger.browser.get("/sign-in");
            const Page sent = stranger.browser.submit("/sign-in/email", {{"email", email}});
            seen.push_back(shape_of(sent.response) + words_of(sent));
        }
    }
    CHECK(lines(answers[0]) == lines(answers[1]));
    CHECK(answers[0].back().starts_with("429"));
}

TEST_CASE("T13: the sign-in page says nothing of anybody before a proof") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person stranger(latchkey, ada.email, {.representation = http::Representation::html});
    const Page asked = stranger.ask_for_code();
    CHECK(asked.response.body.find("ada@example.com") == std::string::npos);  // masked
    CHECK(asked.response.body.find("a***@example.com") != std::string::npos);
}

}  // namespace
}  // namespace latchkey::test
