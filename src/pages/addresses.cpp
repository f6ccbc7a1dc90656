// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/addresses.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/address_change.hpp"
#include "pages/code_limits.hpp"
#include "pages/code_mail.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Settings: the address of the account, and a second one that is told of changes.
namespace latchkey::pages {
namespace {

AddressRole role_of(const http::Form& form) {
    return form.get("which") == "second" ? AddressRole::second : AddressRole::main;
}

std::string page_path(AddressRole role) {
    return role == AddressRole::second ? "/settings/email?which=second" : "/settings/email";
}

/// The page that asks for the address, or says what stands in the way.
http::Response respond_address(
    const Visit& visit, AddressRole role, const std::optional<SignInError>& error = std::nullopt
) {
    json::Value model = json::object({
        {"email", visit.needed_session().account.email.text()},
        {"second", role == AddressRole::second},
    });
    add_hindrance(
        page_path(role),
        accounts::check_sensitive_change(load_acting(visit), visit.services.clock.now()),
        model
    );
    int status = 200;
    if (error) {
        model.set("error", error_model(visit, *error));
        status = error->status;
    }
    return respond(visit, "address", std::move(model), status);
}

/// The address whose code is asked for now.
const accounts::EmailAddress& asked_address(const Visit& visit, const AddressChange& change) {
    return change.old_code ? visit.session->account.email : change.email;
}

/// The page that asks for the code.
http::Response respond_code(
    const Visit& visit,
    const AddressChange& change,
    const std::optional<SignInError>& error = std::nullopt
) {
    json::Value model = json::object({
        {"masked_email", asked_address(visit, change).masked()},
        {"old", change.old_code.has_value()},
        {"second", change.role == AddressRole::second},
        {"change", seal_address_change(visit, change)},
    });
    int status = 200;
    if (error) {
        model.set("error", error_model(visit, *error));
        status = error->status;
    }
    return respond(visit, "address_code", std::move(model), status);
}

/// A code to the address, with its mail, as changes; the limits on sending stand before them.
accounts::CodeId add_code(
    const Visit& visit,
    const accounts::EmailAddress& email,
    std::vector<accounts::Change>& sending,
    std::vector<accounts::Change>& codes
) {
    const Services& services = visit.services;
    const accounts::Account& account = visit.needed_session().account;
    const TimePoint now = services.clock.now();
    const SecretText digits = accounts::make_email_code(services.random.bytes<16>());
    const accounts::CodeId id(services.store.next_id());
    for (accounts::Change& limit : sending_limits(visit, email)) {
        sending.push_back(std::move(limit));
    }
    codes.emplace_back(accounts::StoreCode{{
        .id = id,
        .mac = accounts::address_code_mac(
            services.pepper, id, email, visit.browser_id, digits.reveal()
        ),
        .address_key = accounts::limit_key(services.pepper, "address", email.canonical()),
        .account = account.id,
        .account_epoch = account.epoch,
        .attempts = 0,
        .spent = false,
        .created_at = now,
        .expires_at = now + accounts::limits::email_code_lifetime,
    }});
    codes.emplace_back(queue_mail(
        services,
        render_code_mail(visit, "code", email, digits),
        accounts::limits::email_code_lifetime
    ));
    return id;
}

/// Somebody has the address: the page says so, for that can be put right.
http::Response refuse_main(const Visit& visit, accounts::Refusal refusal) {
    if (refusal != accounts::Refusal::address_taken) return respond_refusal(visit, refusal);
    return respond_address(
        visit,
        AddressRole::main,
        SignInError{.status = 409, .code = "email_taken", .reason = "an account has the address"}
    );
}

/// Both codes were right: what that leads to, decided on what stands there now.
http::Outcome finish(const VisitPtr& visit, const AddressChange& change) {
    const accounts::Acting who = load_acting(*visit);
    const accounts::ProvedAddress proved{.email = change.email, .begun_at = change.begun_at};
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    const accounts::Circumstances at = visit->circumstances();
    const bool is_second = change.role == AddressRole::second;
    const Refuse refuse = is_second ? respond_refusal : refuse_main;
    auto decided = is_second ? accounts::set_second_email(who, proved, at, tokens->fresh)
                             : accounts::change_email(who, proved, at, tokens->fresh);
    if (!decided) return refuse(*visit, decided.error());
    const auto respond_changed = [is_second] {
        return see_security(is_second ? "second_email_set" : "email_changed");
    };
    return save_change(visit, std::move(*decided), std::move(tokens), respond_changed, refuse);
}

http::Outcome go_on(const VisitPtr& visit, AddressChange change) {
    if (!change.old_code) return finish(visit, change);
    change.old_code.reset();  // this one showed that it is the owner's
    return respond_code(*visit, change);
}

/// A refused guess: a limit stands first, the code itself last.
http::Response respond_not_tried(
    const Visit& visit, const AddressChange& change, RefusedChange refused
) {
    if (refused.is<accounts::SpendAttempt>()) {
        return respond_code(visit, change, SignInError{.code = "ended", .reason = "code is over"});
    }
    const auto wait = guessing_wait(visit, asked_address(visit, change), refused.index());
    return respond_code(
        visit,
        change,
        SignInError{.status = 429, .code = "too_many", .reason = "guesses", .wait = wait}
    );
}

}  // namespace

http::Outcome get_address(VisitPtr visit) {
    return respond_address(*visit, role_of(visit->request.query));
}

/// Sends the codes. Who has the new address is not looked at: that is told to its owner only.
http::Outcome post_address(VisitPtr visit) {
    const AddressRole role = role_of(visit->form);
    const auto email = accounts::EmailAddress::parse(visit->form.get("email"));
    if (!email) {
        return respond_address(
            *visit, role, SignInError{.code = "email_invalid", .reason = "not an address"}
        );
    }
    const auto checked =
        accounts::check_new_address(load_acting(*visit), *email, visit->services.clock.now());
    if (!checked && checked.error() == accounts::Refusal::address_taken) {
        return respond_address(
            *visit, role, SignInError{.code = "email_same", .reason = "the account's own address"}
        );
    }
    if (!checked) return respond_refused_change(*visit, page_path(role), checked.error());

    std::vector<accounts::Change> changes;
    std::vector<accounts::Change> codes;
    AddressChange change{.role = role, .email = *email, .begun_at = visit->services.clock.now()};
    if (role == AddressRole::main) {
        change.old_code = add_code(*visit, visit->session->account.email, changes, codes);
    }
    change.new_code = add_code(*visit, *email, changes, codes);
    const std::size_t limits_each = changes.size() / (change.old_code ? 2 : 1);
    for (accounts::Change& code : codes) {
        changes.push_back(std::move(code));
    }
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, change](store::Committed) -> http::Outcome {
                return respond_code(*visit, change);
            },
            .refused = [visit, change, limits_each](RefusedChange refused) -> http::Outcome {
                const bool is_first = refused.index() < limits_each;
                const auto& address = is_first ? asked_address(*visit, change) : change.email;
                const auto wait = sending_wait(*visit, address, refused.index() % limits_each);
                return respond_address(
                    *visit,
                    change.role,
                    SignInError{
                        .status = 429, .code = "too_many", .reason = "codes sent", .wait = wait
                    }
                );
            },
        }
    );
}

/// A guess: counted and compared in one commit that is never undone, used in a later one.
http::Outcome post_address_code(VisitPtr visit) {
    const Services& services = visit->services;
    const auto change = open_address_change(*visit, visit->form.get("change"));
    if (!change) return respond_error(*visit, 409, "sign_in_expired", "no change of an address");
    const auto typed =
        accounts::parse_code(visit->form.get("code"), accounts::limits::email_code_digits);
    if (!typed) {
        return respond_code(
            *visit, *change, SignInError{.code = "malformed", .reason = "not eight digits"}
        );
    }
    const accounts::EmailAddress& email = asked_address(*visit, *change);
    const accounts::CodeId code = change->old_code.value_or(change->new_code);
    std::vector<accounts::Change> changes = guessing_limits(*visit, email);
    changes.emplace_back(accounts::SpendAttempt{
        .code = code,
        .mac = accounts::address_code_mac(services.pepper, code, email, visit->browser_id, *typed),
        .limit = accounts::limits::attempts_per_code,
        .now = services.clock.now(),
    });
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, change = *change](store::Committed committed) -> http::Outcome {
                if (committed.spent.at(0).right) return go_on(visit, change);
                return respond_code(
                    *visit, change, SignInError{.code = "wrong", .reason = "wrong code"}
                );
            },
            .refused = [visit, change = *change](RefusedChange refused) -> http::Outcome {
                return respond_not_tried(*visit, change, refused);
            },
        }
    );
}

http::Outcome post_remove_second_address(VisitPtr visit) {
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided =
        accounts::remove_second_email(load_acting(*visit), visit->circumstances(), tokens->fresh);
    if (!decided) return respond_refused_change(*visit, security_page, decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return see_security("second_email_removed");
    });
}

}  // namespace latchkey::pages
