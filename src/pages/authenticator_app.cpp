// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/authenticator_app.hpp"

#include "accounts/codes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "accounts/recovery_codes.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/totp.hpp"
#include "accounts/types.hpp"
#include "base/base32.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "http/response.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "pages/qr_code.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr std::size_t offer_characters = 512;  // more than any offer of ours
constexpr std::size_t key_group = 4;

Bytes joined(std::initializer_list<ByteView> parts) {
    Bytes bytes;
    for (const ByteView part : parts) {
        bytes.insert(bytes.end(), part.begin(), part.end());
        bytes.push_back(std::byte{0});
    }
    return bytes;
}

Bytes offer_context(const Visit& visit, OfferedTo to) {
    const accounts::Hash& subject = to == OfferedTo::sign_in
                                        ? visit.needed_sign_in().token_hash
                                        : visit.needed_session().session.token_hash;
    const std::string_view what =
        to == OfferedTo::sign_in ? "field: offer to sign-in" : "field: offer to session";
    return joined({bytes_of(what), bytes_of(visit.browser_id), subject});
}

Bytes app_context(accounts::AuthenticatorAppId app, accounts::AccountId account) {
    return joined(
        {bytes_of("authenticator app"),
         bytes_of(std::to_string(app.value())),
         bytes_of(std::to_string(account.value()))}
    );
}

/// "ABCD EFGH …": easier to type.
std::string grouped(std::string_view key) {
    std::string text;
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (i > 0 && i % key_group == 0) text += ' ';
        text += key[i];
    }
    return text;
}

SecretBytes make_app_secret(const Services& services) {
    const auto random = services.random.bytes<accounts::limits::totp_secret_bytes>();
    return SecretBytes(Bytes(random.begin(), random.end()));
}

std::string seal_offer(const Visit& visit, OfferedTo to, const SecretBytes& secret) {
    const Services& services = visit.services;
    return base64url_encode(
        services.sealer.seal(secret.reveal(), offer_context(visit, to), services.random)
    );
}

std::optional<SecretBytes> open_offer(const Visit& visit, OfferedTo to, std::string_view sealed) {
    if (sealed.size() > offer_characters) return std::nullopt;
    const auto bytes = base64url_decode(sealed);
    if (!bytes) return std::nullopt;
    auto secret = visit.services.sealer.open(*bytes, offer_context(visit, to));
    if (!secret || secret->reveal().size() != accounts::limits::totp_secret_bytes) {
        return std::nullopt;
    }
    return secret;
}

/// What an app needs: `key`, `uri`, `qr`.
json::Value secret_model(const Visit& visit, std::string_view account, const SecretBytes& secret) {
    const std::string uri =
        accounts::totp_uri(secret.reveal(), visit.services.site.brand.name, account);
    const QrCode qr = make_qr_code(uri);
    return json::object({
        {"key", grouped(base32_encode(secret.reveal()))},
        {"uri", uri},
        {"qr", json::object({{"size", qr.size}, {"path", qr.path}})},
    });
}

json::Value app_model(const Visit& visit, OfferedTo to, const SecretBytes& secret) {
    const bool is_securing = to == OfferedTo::sign_in;
    return json::object({
        {"securing", is_securing},
        {"email", address_of(visit, to).text()},
        {"action", is_securing ? "/sign-in/add-app" : "/settings/app"},
        {"offer", seal_offer(visit, to, secret)},
    });
}

/// The page with an error, without showing the secret again.
http::Response respond_app_error(
    const Visit& visit, OfferedTo to, const SecretBytes& secret, const SignInError& error
) {
    json::Value model = app_model(visit, to, secret);
    model.set("error", error_model(visit, error));
    return respond(visit, "app", std::move(model), error.status);
}

}  // namespace

const accounts::EmailAddress& address_of(const Visit& visit, OfferedTo to) {
    return to == OfferedTo::sign_in ? visit.needed_sign_in().email
                                    : visit.needed_session().account.email;
}

http::Response respond_new_app(const Visit& visit, OfferedTo to) {
    const SecretBytes secret = make_app_secret(visit.services);
    json::Value model = app_model(visit, to, secret);
    model.set("secret", secret_model(visit, address_of(visit, to).text(), secret));
    return respond(visit, "app", std::move(model));
}

Result<ConfirmedApp, http::Response> read_first_code(const Visit& visit, OfferedTo to) {
    auto secret = open_offer(visit, to, visit.form.get("offer"));
    if (!secret) return Fail{respond_error(visit, 409, "sign_in_expired", "offer")};
    const auto code = accounts::parse_code(visit.form.get("code"), accounts::limits::totp_digits);
    if (!code) {
        return Fail{
            respond_app_error(visit, to, *secret, {.code = "malformed", .reason = "not six digits"})
        };
    }
    const auto step = accounts::match_totp(
        secret->reveal(), *code, accounts::TotpStep(0), visit.services.clock.now()
    );
    if (!step) {
        return Fail{respond_app_error(visit, to, *secret, {.code = "wrong", .reason = "first code"})
        };
    }
    return ConfirmedApp{.secret = std::move(*secret), .step = *step};
}

accounts::AuthenticatorApp make_app(
    const Visit& visit,
    const accounts::Fresh& fresh,
    accounts::AccountId account,
    const ConfirmedApp& confirmed
) {
    const Services& services = visit.services;
    const accounts::Circumstances at = visit.circumstances();
    return {
        .id = fresh.app,
        .account = account,
        .sealed_secret = services.sealer.seal(
            confirmed.secret.reveal(), app_context(fresh.app, account), services.random
        ),
        .last_step = confirmed.step,
        .created_on = at.browser,
        .created_at = at.now,
        .last_used_at = std::nullopt,
    };
}

std::optional<SecretBytes> open_app_secret(
    const Services& services, const accounts::AuthenticatorApp& app
) {
    return services.sealer.open(app.sealed_secret, app_context(app.id, app.account));
}

std::optional<Bytes> reseal_app_secret(
    const store::SealedSecret& secret, const crypto::Sealer& sealer, Random& random
) {
    if (crypto::Sealer::key_id_of(secret.sealed) == sealer.key_id()) return std::nullopt;
    const Bytes context = app_context(secret.app, secret.account);
    const auto opened = sealer.open(secret.sealed, context);
    if (!opened) return std::nullopt;
    return sealer.seal(opened->reveal(), context, random);
}

RecoveryCodes make_recovery_codes(const Services& services, accounts::AccountId account) {
    RecoveryCodes made;
    for (std::size_t i = 0; i < accounts::limits::recovery_codes; ++i) {
        SecretText code = accounts::make_recovery_code(services.random.bytes<16>());
        const auto plain = accounts::parse_recovery_code(code.reveal());
        LATCHKEY_ASSERT(plain.has_value());
        made.macs.push_back(accounts::recovery_code_mac(services.pepper, account, plain->reveal()));
        made.codes.push_back(std::move(code));
    }
    return made;
}

http::Response respond_recovery_codes(
    const Visit& visit, const RecoveryCodes& codes, std::string_view location
) {
    json::Array shown;
    std::string text;
    for (const SecretText& code : codes.codes) {
        shown.emplace_back(json::object({{"code", code.reveal()}}));
        text.append(code.reveal()).append("\n");
    }
    return respond(
        visit,
        "recovery_codes",
        json::object({
            {"codes", std::move(shown)},
            {"text", text},
            {"host", visit.services.site.rp_id},
            {"location", location},
        })
    );
}

}  // namespace latchkey::pages
