// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/demo_mailbox.hpp"

#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "outbound/mailer.hpp"
#include "pages/language.hpp"
#include "pages/render.hpp"
#include "pages/words.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

// Whoever sends one of these speaks for somebody else, or came through a proxy.
constexpr std::array forwarding_headers{
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
};

bool is_on_this_machine(const http::Request& request) {
    return request.client.is_loopback() &&
           std::ranges::none_of(forwarding_headers, [&](const char* name) {
               return request.header(name) != nullptr;
           });
}

json::Value model_of(const pages::Edition& edition, const std::vector<DemoMailbox::Kept>& mails) {
    json::Array list;
    for (const DemoMailbox::Kept& kept : mails) {
        list.push_back(json::object({
            {"to", kept.mail.to},
            {"subject", kept.mail.subject},
            {"text", kept.mail.text},
            {"when", pages::time_in_words(edition, kept.at)},
        }));
    }
    const bool is_empty = list.empty();
    return json::object(
        {{"csrf", ""}, {"signed_in", false}, {"empty", is_empty}, {"mails", std::move(list)}}
    );
}

}  // namespace

outbound::Delivery DemoMailbox::send(const outbound::Mail& mail, std::string_view /*key*/) {
    const std::scoped_lock lock(mutex_);
    mails_.push_front({.mail = mail, .at = clock_.now()});
    if (mails_.size() > mails_at_most) mails_.pop_back();
    return outbound::Sent{};
}

std::vector<DemoMailbox::Kept> DemoMailbox::mails() const {
    const std::scoped_lock lock(mutex_);
    return {mails_.begin(), mails_.end()};
}

void DemoMailbox::add_route(http::Router& router, const pages::Renderer& renderer) const {
    router.add({
        .method = http::Method::get,
        .pattern = "/demo/mail",
        .handler = [this, &renderer](const http::Request& request) -> http::Outcome {
            if (!is_on_this_machine(request)) {
                return http::json_response(404, R"({"error":{"code":"not_found"}})");
            }
            const pages::Edition& edition = renderer.in(pages::language_for(request));
            return edition.page(request, "demo_mail", model_of(edition, mails()));
        },
    });
}

}  // namespace latchkey::app
