// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/sessions.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/sessions.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "latchkey/bytes.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

constexpr std::size_t most_shown = 50;
constexpr std::size_t name_bytes = 16;

/// By what pages name a session: its id is not shown, and says nothing of its token.
std::string public_name(const Services& services, accounts::SessionId id) {
    const auto mac = crypto::hmac_sha256(
        services.pepper.reveal(), {bytes_of("session name"), bytes_of(std::to_string(id.value()))}
    );
    return base64url_encode(ByteView(mac).first(name_bytes));
}

/// Those that still count, the acting one first, then by their last use.
std::vector<accounts::Session> live_sessions(const Visit& visit) {
    const store::KnownSession& known = visit.needed_session();
    const TimePoint now = visit.services.clock.now();
    auto sessions = visit.services.store.list_sessions(known.account.id);
    std::erase_if(sessions, [&](const accounts::Session& session) {
        const auto state = accounts::session_state(session, known.account, now);
        return state != accounts::SessionState::valid;
    });
    std::ranges::sort(sessions, [&](const auto& left, const auto& right) {
        const bool is_left_acting = left.id == known.session.id;
        if (is_left_acting || right.id == known.session.id) return is_left_acting;
        return left.last_seen_at > right.last_seen_at;
    });
    return sessions;
}

json::Value session_model(const Visit& visit, const accounts::Session& session) {
    return json::object({
        {"id", public_name(visit.services, session.id)},
        {"browser", browser_in_words(visit.edition, session.browser)},
        {"first_seen", time_in_words(visit.edition, session.created_at)},
        {"last_seen", time_in_words(visit.edition, session.last_seen_at)},
        {"current", session.id == visit.needed_session().session.id},
    });
}

}  // namespace

void add_sessions(const Visit& visit, json::Value& model) {
    const auto sessions = live_sessions(visit);
    json::Array shown;
    for (std::size_t i = 0; i < std::min(sessions.size(), most_shown); ++i) {
        shown.emplace_back(session_model(visit, sessions[i]));
    }
    model.set("sessions", std::move(shown));
    model.set("has_other_sessions", sessions.size() > 1);
}

bool has_other_sessions(const Visit& visit) {
    return live_sessions(visit).size() > 1;
}

http::Outcome post_end_session(VisitPtr visit) {
    const auto sessions = live_sessions(*visit);
    const std::string& name = visit->request.path_parameters.at(0);
    const auto found = std::ranges::find_if(sessions, [&](const accounts::Session& session) {
        return public_name(visit->services, session.id) == name;
    });
    if (found == sessions.end()) return respond_refusal(*visit, accounts::Refusal::not_yours);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided =
        accounts::end_session(load_acting(*visit), *found, visit->circumstances(), tokens->fresh);
    if (!decided) return respond_refused_change(*visit, security_page, decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return see_security("session_ended");
    });
}

http::Outcome post_end_other_sessions(VisitPtr visit) {
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided =
        accounts::end_other_sessions(load_acting(*visit), visit->circumstances(), tokens->fresh);
    if (!decided) return respond_refused_change(*visit, security_page, decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return see_security("sessions_ended");
    });
}

}  // namespace latchkey::pages
