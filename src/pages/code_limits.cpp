// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/code_limits.hpp"

#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/text_messages.hpp"
#include "base/clock.hpp"
#include "crypto/equal.hpp"
#include "http/response.hpp"
#include "latchkey/bytes.hpp"
#include "pages/cookies.hpp"
#include "pages/visit.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

struct Rule {
    accounts::Limit limit;
    std::string subject;
};

/// Of how many accounts a browser is remembered.
constexpr std::size_t most_known = 4;
constexpr char mark_separator = '.';

/// What the cookie of known addresses holds; the newest first.
std::vector<std::string_view> known_marks(const Visit& visit) {
    const std::string* cookie = visit.request.cookie(cookie_names::known);
    std::vector<std::string_view> marks;
    if (cookie == nullptr) return marks;
    std::string_view rest = *cookie;
    while (marks.size() < most_known && !rest.empty()) {
        const std::string_view mark = rest.substr(0, rest.find(mark_separator));
        rest.remove_prefix(std::min(rest.size(), mark.size() + 1));
        marks.push_back(mark);
    }
    return marks;
}

std::string address_subject(const Visit& visit, const accounts::EmailAddress& email) {
    return (is_known_browser(visit, email) ? "known " : "new ") + email.canonical();
}

std::vector<Rule> sending_rules(const Visit& visit, const accounts::EmailAddress& email) {
    const std::string address = address_subject(visit, email);
    return {
        {.limit = accounts::codes_per_address_short, .subject = address},
        {.limit = accounts::codes_per_address, .subject = address},
        {.limit = accounts::codes_per_network, .subject = visit.request.client.network()},
    };
}

std::vector<Rule> guessing_rules(const Visit& visit, const accounts::EmailAddress& email) {
    return {
        {.limit = accounts::guesses_per_address, .subject = address_subject(visit, email)},
        {.limit = accounts::guesses_per_network, .subject = visit.request.client.network()},
    };
}

std::vector<Rule> second_step_rules(const Visit& visit, const accounts::EmailAddress& email) {
    const std::string address = address_subject(visit, email);
    return {
        {.limit = accounts::second_steps_short, .subject = address},
        {.limit = accounts::second_steps, .subject = address},
        {.limit = accounts::guesses_per_network, .subject = visit.request.client.network()},
    };
}

/// Only where messages are sent at all.
std::vector<Rule> texting_rules(const Visit& visit, const Texting& texting) {
    const accounts::TextMessagePolicy& policy = visit.services.site.text_messages.value();
    const accounts::PhoneNumber& number = texting.number;
    // Who has just confirmed a phone may well sign in with it.
    const bool is_second = texting.purpose == accounts::TextCodePurpose::second_step;
    return {
        {.limit = accounts::texts_per_number_first,
         .subject = (is_second ? "second step " : "new phone ") + number.text()},
        {.limit = accounts::texts_per_number_short, .subject = number.text()},
        {.limit = accounts::texts_per_number, .subject = number.text()},
        {.limit = accounts::texts_per_address, .subject = texting.email.canonical()},
        {.limit = accounts::texts_per_network, .subject = visit.request.client.network()},
        {.limit = accounts::texts_per_block, .subject = std::string(number.block())},
        {.limit = accounts::texts_per_country(policy), .subject = number.country()},
        {.limit = accounts::texts_sent, .subject = number.country()},
    };
}

std::vector<accounts::Change> to_changes(const Visit& visit, const std::vector<Rule>& rules) {
    std::vector<accounts::Change> changes;
    changes.reserve(rules.size());
    for (const Rule& rule : rules) {
        changes.emplace_back(accounts::CountTowardsLimit{
            .key = accounts::limit_key(visit.services.pepper, rule.limit.name, rule.subject),
            .limit = rule.limit.count,
            .window = rule.limit.window,
            .now = visit.services.clock.now(),
        });
    }
    return changes;
}

std::chrono::seconds wait_of(
    const Visit& visit, const std::vector<Rule>& rules, std::size_t index
) {
    const Rule& rule = rules.at(index < rules.size() ? index : 0);
    const TimePoint now = visit.services.clock.now();
    const auto use = visit.services.store.limit_use(
        accounts::limit_key(visit.services.pepper, rule.limit.name, rule.subject),
        rule.limit.window,
        now
    );
    const auto wait = accounts::check_limit(rule.limit, use.count, use.oldest_leaves_at, now);
    return wait.value_or(std::chrono::seconds(1));  // it became free in the meantime
}

}  // namespace

bool is_known_browser(const Visit& visit, const accounts::EmailAddress& email) {
    const std::string mark = known_browser_mark(visit.browser_id, email, visit.services.pepper);
    return std::ranges::any_of(known_marks(visit), [&](std::string_view known) {
        return crypto::equal_constant_time(bytes_of(known), bytes_of(mark));
    });
}

accounts::Circumstances circumstances_for(const Visit& visit, const accounts::EmailAddress& email) {
    accounts::Circumstances at = visit.circumstances();
    at.is_known_browser = is_known_browser(visit, email);
    return at;
}

void set_known_cookie(
    const Visit& visit, const accounts::EmailAddress& email, http::Response& response
) {
    const std::string mark = known_browser_mark(visit.browser_id, email, visit.services.pepper);
    std::string all = mark;
    std::size_t count = 1;
    for (const std::string_view known : known_marks(visit)) {
        if (known == mark || count == most_known) continue;
        all.append(1, mark_separator).append(known);
        ++count;
    }
    response.cookies.push_back(set_lasting_cookie(cookie_names::known, std::move(all)));
}

std::vector<accounts::Change> sending_limits(
    const Visit& visit, const accounts::EmailAddress& email
) {
    return to_changes(visit, sending_rules(visit, email));
}

std::vector<accounts::Change> guessing_limits(
    const Visit& visit, const accounts::EmailAddress& email
) {
    return to_changes(visit, guessing_rules(visit, email));
}

std::vector<accounts::Change> second_step_limits(
    const Visit& visit, const accounts::EmailAddress& email
) {
    return to_changes(visit, second_step_rules(visit, email));
}

std::uint32_t second_steps_lately(const Visit& visit, const accounts::EmailAddress& email) {
    const Rule rule = second_step_rules(visit, email).front();
    return visit.services.store
        .limit_use(
            accounts::limit_key(visit.services.pepper, rule.limit.name, rule.subject),
            rule.limit.window,
            visit.services.clock.now()
        )
        .count;
}

std::vector<accounts::Change> texting_limits(const Visit& visit, const Texting& texting) {
    return to_changes(visit, texting_rules(visit, texting));
}

bool texts_rest(const Visit& visit, const accounts::PhoneNumber& number) {
    const auto count = [&](const accounts::Limit& limit) {
        return visit.services.store
            .limit_use(
                accounts::limit_key(visit.services.pepper, limit.name, number.country()),
                limit.window,
                visit.services.clock.now()
            )
            .count;
    };
    return accounts::is_conversion_too_low(
        count(accounts::texts_sent), count(accounts::texts_answered)
    );
}

accounts::Change note_text_answered(const Visit& visit, const accounts::PhoneNumber& number) {
    return to_changes(
               visit, {{.limit = accounts::texts_answered, .subject = number.country()}}
    ).front();
}

std::vector<accounts::Change> hold_limits(const Visit& visit, const accounts::EmailAddress& email) {
    return to_changes(visit, {{.limit = accounts::holds, .subject = email.canonical()}});
}

std::chrono::seconds sending_wait(
    const Visit& visit, const accounts::EmailAddress& email, std::size_t index
) {
    return wait_of(visit, sending_rules(visit, email), index);
}

std::chrono::seconds guessing_wait(
    const Visit& visit, const accounts::EmailAddress& email, std::size_t index
) {
    return wait_of(visit, guessing_rules(visit, email), index);
}

std::chrono::seconds texting_wait(const Visit& visit, const Texting& texting, std::size_t index) {
    return wait_of(visit, texting_rules(visit, texting), index);
}

std::chrono::seconds second_step_wait(
    const Visit& visit, const accounts::EmailAddress& email, std::size_t index
) {
    return wait_of(visit, second_step_rules(visit, email), index);
}

}  // namespace latchkey::pages
