// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/secret.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "outbound/mail.hpp"
#include "pages/ceremonies.hpp"
#include "pages/code_limits.hpp"
#include "pages/code_mail.hpp"
#include "pages/cookies.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

/// Whom a code goes to, and what for.
struct CodeRequest {
    accounts::EmailAddress email;
    accounts::Purpose purpose;
};

/// From the sign-in form; or, without an address, "send it again" on the code page.
std::optional<CodeRequest> read_request(const Visit& visit) {
    const http::Form& form = visit.form;
    if (form.find("email") == nullptr && visit.code) {
        return CodeRequest{.email = visit.code->email, .purpose = visit.code->purpose};
    }
    auto email = accounts::EmailAddress::parse(form.get("email"));
    if (!email) return std::nullopt;
    const auto ceremony = visit.services.ceremonies.open(form.get("ceremony"), visit.browser_id);
    return CodeRequest{
        .email = std::move(*email),
        .purpose = ceremony ? ceremony->purpose : accounts::Purpose{},
    };
}

struct Prepared {
    accounts::EmailCode code;
    std::vector<accounts::Change> changes;
};

/// Does the same work and writes the same rows whoever has the address: T13.
Prepared prepare(const Visit& visit, const CodeRequest& request) {
    const Services& services = visit.services;
    const accounts::Circumstances at = visit.circumstances();
    const auto account = services.store.find_account(request.email);
    const auto invitation = services.store.is_invited(request.email, at.now)
                                ? accounts::Invitation::open
                                : accounts::Invitation::none;
    const bool is_welcome =
        account || accounts::may_sign_up(services.site.sign_up, request.email, invitation);

    const SecretText digits = accounts::make_email_code(services.random.bytes<16>());
    const accounts::CodeId id(services.store.next_id());
    accounts::Hash mac = accounts::email_code_mac(
        services.pepper, id, request.email, visit.browser_id, digits.reveal()
    );
    const accounts::Hash no_mac = services.random.bytes<32>();
    if (!is_welcome) mac = no_mac;

    Prepared prepared{
        .code =
            {
                .id = id,
                .mac = mac,
                .address_key =
                    accounts::limit_key(services.pepper, "address", request.email.canonical()),
                .account = account ? std::optional(account->id) : std::nullopt,
                .account_epoch = account ? account->epoch : 0,
                .attempts = 0,
                .spent = false,
                .created_at = at.now,
                .expires_at = at.now + accounts::limits::email_code_lifetime,
            },
        .changes = sending_limits(visit, request.email),
    };
    // Who may not have an account learns it there, and nobody else does.
    const outbound::Mail mail =
        render_code_mail(visit, is_welcome ? "code" : "no_account", request.email, digits);
    prepared.changes.emplace_back(accounts::StoreCode{prepared.code});
    prepared.changes.emplace_back(queue_mail(services, mail, accounts::limits::email_code_lifetime)
    );
    prepared.changes.emplace_back(accounts::AppendEvent{accounts::Event{
        .id = accounts::EventId(services.store.next_id()),
        .at = at.now,
        .kind = accounts::EventKind::code_sent,
        .account = prepared.code.account,
        .network = at.network,
        .browser = at.browser,
        .detail = "",
    }});
    return prepared;
}

}  // namespace

/// An address was given: a code goes out, and the answer is the same for every address.
http::Outcome post_sign_in_email(VisitPtr visit) {
    auto request = read_request(*visit);
    if (!request) {
        const auto ceremony =
            visit->services.ceremonies.open(visit->form.get("ceremony"), visit->browser_id);
        return respond_sign_in(
            *visit,
            ceremony ? ceremony->purpose : accounts::Purpose{},
            {.status = 422, .code = "email_invalid", .reason = "not an address"}
        );
    }
    Prepared prepared = prepare(*visit, *request);
    const std::string cookie = seal_pending_code(
        {.code = prepared.code.id, .email = request->email, .purpose = request->purpose},
        visit->browser_id,
        visit->services.sealer,
        visit->services.random
    );
    return save(
        visit,
        std::move(prepared.changes),
        {
            .committed = [cookie](store::Committed) -> http::Outcome {
                http::Response response = http::see_other("/sign-in/code");
                response.cookies.push_back(set_cookie(cookie_names::code, cookie));
                return response;
            },
            .refused = [visit, request = *request](RefusedChange refused) -> http::Outcome {
                const auto wait = sending_wait(*visit, request.email, refused.index());
                return respond_sign_in(
                    *visit,
                    request.purpose,
                    {.status = 429, .code = "too_many", .reason = "codes sent", .wait = wait}
                );
            },
        }
    );
}

}  // namespace latchkey::pages
