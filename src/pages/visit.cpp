// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/visit.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/authenticator_names.hpp"
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "crypto/equal.hpp"
#include "crypto/hash.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/cookies.hpp"
#include "pages/language.hpp"
#include "pages/site.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr std::size_t browser_id_bytes = 16;

bool is_browser_id(std::string_view value) {
    const auto bytes = base64url_decode(value);
    return bytes && bytes->size() == browser_id_bytes;
}

bool matches(const accounts::Hash& stored, const SecretKey& secret) {
    return crypto::equal_constant_time(stored, token_hash(secret));
}

std::optional<store::KnownSession> load_session(
    const Services& services, const http::Request& request
) {
    const std::string* cookie = request.cookie(cookie_names::session);
    if (cookie == nullptr) return std::nullopt;
    const auto token = read_token(*cookie, services.pepper);
    if (!token) return std::nullopt;
    auto known = services.store.find_session(accounts::SessionId(token->id));
    if (!known || !matches(known->session.token_hash, token->secret)) return std::nullopt;
    const auto state =
        accounts::session_state(known->session, known->account, services.clock.now());
    if (state != accounts::SessionState::valid) return std::nullopt;
    return known;
}

std::optional<accounts::SignIn> load_sign_in(
    const Services& services, const http::Request& request
) {
    const std::string* cookie = request.cookie(cookie_names::sign_in);
    if (cookie == nullptr) return std::nullopt;
    const auto token = read_token(*cookie, services.pepper);
    if (!token) return std::nullopt;
    auto sign_in = services.store.find_sign_in(accounts::SignInId(token->id));
    if (!sign_in || !matches(sign_in->token_hash, token->secret)) return std::nullopt;
    if (services.clock.now() >= sign_in->expires_at) return std::nullopt;
    return sign_in;
}

std::string_view code_of_status(int status) {
    switch (status) {
        case 404:
            return "not_found";
        case 401:
        case 409:
            return "expired";
        case 403:
        case 415:
        case 422:
            return "forbidden";
        case 413:
            return "too_large";
        case 429:
            return "too_many";
        case 503:
            return "unavailable";
        default:
            return "failed";
    }
}

/// Which heading the page has.
std::string_view heading_of(int status, std::string_view code) {
    const bool is_over = code.ends_with("expired");
    if (code.starts_with("frozen") || (status == 409 && !is_over)) return "refused";
    return code_of_status(status);
}

json::Value error_model(const Visit& visit, int status, std::string_view code) {
    json::Value error = json::object({{"code", code}, {"message", visit.edition.answer(code)}});
    json::Value model = json::object({{"status", status}, {"error", std::move(error)}});
    model.set(std::string(heading_of(status, code)), true);
    return model;
}

}  // namespace

bool Visit::has(Needs needs) const {
    switch (needs) {
        case Needs::nothing:
            return true;
        case Needs::code:
            return code.has_value();
        case Needs::second_step:
            return sign_in && sign_in->state == accounts::SignInState::second;
        case Needs::enrolment:
            return sign_in && sign_in->state == accounts::SignInState::enrol;
        case Needs::session:
            return session.has_value();
    }
    return false;
}

const PendingCode& Visit::needed_code() const {
    LATCHKEY_ASSERT(code.has_value());
    return *code;
}

const accounts::SignIn& Visit::needed_sign_in() const {
    LATCHKEY_ASSERT(sign_in.has_value());
    return *sign_in;
}

const store::KnownSession& Visit::needed_session() const {
    LATCHKEY_ASSERT(session.has_value());
    return *session;
}

accounts::SignInState Visit::state() const {
    return code ? accounts::SignInState::identified : accounts::SignInState::start;
}

accounts::Circumstances Visit::circumstances() const {
    const std::string* user_agent = request.header("user-agent");
    return {
        .now = services.clock.now(),
        .network = request.client.network(),
        .browser = accounts::browser_name(user_agent == nullptr ? "" : *user_agent),
        .current_session = session ? std::optional(session->session.id) : std::nullopt,
        .language = std::string(tag_of(language_for(request))),
    };
}

bool Visit::has_alert() const {
    if (!session || session->session.assurance == accounts::Assurance::recovered) return false;
    if (request.path == "/not-me") return false;  // it leads there
    const accounts::Account& account = session->account;
    return accounts::is_to_tell(
        account, services.store.find_second_steps(account.id), services.clock.now()
    );
}

std::string Visit::csrf_token() const {
    return base64url_encode(
        crypto::hmac_sha256(services.pepper.reveal(), {bytes_of("csrf"), bytes_of(browser_id)})
    );
}

Visit load_visit(const Services& services, const http::Request& request) {
    Visit visit{
        .services = services,
        .request = request,
        .edition = services.renderer.in(language_for(request)),
    };
    const std::string* browser = request.cookie(cookie_names::browser);
    if (browser != nullptr && is_browser_id(*browser)) {
        visit.browser_id = *browser;
    } else {
        visit.browser_id = base64url_encode(services.random.bytes<browser_id_bytes>());
        visit.is_new_browser = true;
    }
    if (const std::string* code = request.cookie(cookie_names::code)) {
        visit.code = open_pending_code(*code, visit.browser_id, services.sealer);
    }
    visit.sign_in = load_sign_in(services, request);
    visit.session = load_session(services, request);
    return visit;
}

std::optional<std::string_view> cross_site_reason(const Visit& visit, const http::Form& form) {
    const std::string* site = visit.request.header("sec-fetch-site");
    if (site != nullptr && *site != "same-origin") return "sec-fetch-site";
    if (const std::string* origin = visit.request.header("origin")) {
        // Our pages send no referrer, and then a browser's form has the origin "null": there
        // Sec-Fetch-Site, which no page can forge, has to vouch for it.
        const bool is_ours = *origin == visit.services.site.origin;
        const bool is_vouched_for = *origin == "null" && site != nullptr;
        if (!is_ours && !is_vouched_for) return "origin";
    }
    if (visit.is_new_browser) return "no browser cookie";
    const std::string_view token = form.get("csrf");
    if (!crypto::equal_constant_time(bytes_of(token), bytes_of(visit.csrf_token()))) return "token";
    return std::nullopt;
}

http::Response respond(
    const Visit& visit, std::string_view template_name, json::Value model, int status
) {
    model.set("csrf", visit.csrf_token());
    model.set("signed_in", visit.session.has_value());
    const bool is_page = visit.request.representation == http::Representation::html;
    if (is_page && model.find("alert") == nullptr) model.set("alert", visit.has_alert());
    http::Response response = visit.edition.page(visit.request, template_name, model, status);
    if (visit.is_new_browser) {
        response.cookies.push_back(set_lasting_cookie(cookie_names::browser, visit.browser_id));
    }
    if (const auto chosen = chosen_language(visit.request)) {
        response.cookies.push_back(
            set_lasting_cookie(cookie_names::language, std::string(tag_of(*chosen)))
        );
    }
    return response;
}

http::Response respond_error(
    const Visit& visit, int status, std::string_view code, std::string reason
) {
    visit.services.log({.event = code, .request_id = visit.request.id, .reason = std::move(reason)}
    );
    return respond(visit, "error", error_model(visit, status, code), status);
}

http::Response error_page(const Services& services, const http::Request& request, int status) {
    const Visit visit{
        .services = services,
        .request = request,
        .edition = services.renderer.in(language_for(request)),
    };
    std::string_view code = code_of_status(status);
    if (status < 500 && code == "failed") code = "bad_request";
    return respond(visit, "error", error_model(visit, status, code), status);
}

FreshTokens make_fresh(const Services& services) {
    const auto public_id = [&services] {
        return accounts::PublicId(base64url_encode(services.random.bytes<16>()));
    };
    const auto user_handle = services.random.bytes<64>();
    FreshTokens tokens{
        .fresh = {},
        .session_secret = SecretKey(services.random.bytes<32>()),
        .sign_in_secret = SecretKey(services.random.bytes<32>()),
    };
    store::Store& store = services.store;
    tokens.fresh = {
        .session = accounts::SessionId(store.next_id()),
        .session_token_hash = token_hash(tokens.session_secret),
        .sign_in = accounts::SignInId(store.next_id()),
        .sign_in_token_hash = token_hash(tokens.sign_in_secret),
        .account = accounts::AccountId(store.next_id()),
        .account_public_id = public_id(),
        .user_handle = webauthn::UserHandle(Bytes(user_handle.begin(), user_handle.end())),
        .passkey = accounts::PasskeyId(store.next_id()),
        .passkey_public_id = public_id(),
        .identity = accounts::LinkedIdentityId(store.next_id()),
        .identity_public_id = public_id(),
        .app = accounts::AuthenticatorAppId(store.next_id()),
        .phone = accounts::PhoneId(store.next_id()),
        .events =
            {
                accounts::EventId(store.next_id()),
                accounts::EventId(store.next_id()),
                accounts::EventId(store.next_id()),
                accounts::EventId(store.next_id()),
                accounts::EventId(store.next_id()),
            },
    };
    return tokens;
}

}  // namespace latchkey::pages
