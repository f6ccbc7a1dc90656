// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/outcome.hpp"
#include "pages/saves.hpp"

/// Every handler of the pages, by resource. Each: parse → load → decide → save → respond.
namespace latchkey::pages {

// sign_in.cpp
http::Outcome get_sign_in(VisitPtr visit);
http::Outcome post_sign_in_restart(VisitPtr visit);
http::Outcome get_sign_in_done(VisitPtr visit);

// sign_in_passkey.cpp
http::Outcome post_sign_in_passkey(VisitPtr visit);

// sign_in_email.cpp
http::Outcome post_sign_in_email(VisitPtr visit);

// sign_in_code.cpp
http::Outcome get_sign_in_code(VisitPtr visit);
http::Outcome post_sign_in_code(VisitPtr visit);

// sign_in_upstream.cpp
http::Outcome get_sign_in_with(VisitPtr visit);
http::Outcome get_upstream_callback(VisitPtr visit);
http::Outcome post_upstream_callback(VisitPtr visit);

// apple_notice.cpp
http::Outcome post_apple_notice(VisitPtr visit);

// sign_in_add_passkey.cpp
http::Outcome get_add_passkey(VisitPtr visit);
http::Outcome post_add_passkey(VisitPtr visit);
http::Outcome post_promote_passkey(VisitPtr visit);

// sign_in_add_app.cpp
http::Outcome get_add_app(VisitPtr visit);
http::Outcome post_add_app(VisitPtr visit);

// sign_in_add_phone.cpp
http::Outcome get_add_phone(VisitPtr visit);
http::Outcome post_add_phone(VisitPtr visit);
http::Outcome post_add_phone_code(VisitPtr visit);

// sign_in_add_biometrics.cpp
http::Outcome get_add_biometrics(VisitPtr visit);
http::Outcome post_add_biometrics(VisitPtr visit);

// sign_in_second.cpp
http::Outcome get_second_step(VisitPtr visit);
http::Outcome post_second_step(VisitPtr visit);
http::Outcome post_sign_in_text(VisitPtr visit);

// sign_in_restore.cpp
http::Outcome get_restore(VisitPtr visit);
http::Outcome post_restore(VisitPtr visit);

// sign_in_wait.cpp
http::Outcome post_sign_in_wait(VisitPtr visit);

// not_me.cpp
http::Outcome get_not_me(VisitPtr visit);
http::Outcome post_not_me(VisitPtr visit);
http::Outcome post_take_address_back(VisitPtr visit);

// security.cpp
http::Outcome get_security(VisitPtr visit);

// passkeys.cpp
http::Outcome post_rename_passkey(VisitPtr visit);
http::Outcome get_remove_passkey(VisitPtr visit);
http::Outcome post_remove_passkey(VisitPtr visit);

// two_step.cpp
http::Outcome get_app(VisitPtr visit);
http::Outcome post_app(VisitPtr visit);
http::Outcome get_turn_off_app(VisitPtr visit);
http::Outcome post_turn_off_app(VisitPtr visit);
http::Outcome get_recovery_codes(VisitPtr visit);
http::Outcome post_recovery_codes(VisitPtr visit);
http::Outcome post_preferred_second_step(VisitPtr visit);

// settings_biometrics.cpp
http::Outcome get_turn_off_biometrics(VisitPtr visit);
http::Outcome post_turn_off_biometrics(VisitPtr visit);

// settings_phone.cpp
http::Outcome get_phone(VisitPtr visit);
http::Outcome post_phone(VisitPtr visit);
http::Outcome post_phone_code(VisitPtr visit);
http::Outcome get_turn_off_phone(VisitPtr visit);
http::Outcome post_turn_off_phone(VisitPtr visit);

// identities.cpp
http::Outcome get_link_identity(VisitPtr visit);
http::Outcome get_remove_identity(VisitPtr visit);
http::Outcome post_remove_identity(VisitPtr visit);

// sessions.cpp
http::Outcome post_end_session(VisitPtr visit);
http::Outcome post_end_other_sessions(VisitPtr visit);

// activity.cpp
http::Outcome get_activity(VisitPtr visit);

// addresses.cpp
http::Outcome get_address(VisitPtr visit);
http::Outcome post_address(VisitPtr visit);
http::Outcome post_address_code(VisitPtr visit);
http::Outcome post_remove_second_address(VisitPtr visit);

// delete_account.cpp
http::Outcome get_delete_account(VisitPtr visit);
http::Outcome post_delete_account(VisitPtr visit);

// download.cpp
http::Outcome get_download(VisitPtr visit);

// sign_out.cpp
http::Outcome post_sign_out(VisitPtr visit);
http::Outcome get_signed_out(VisitPtr visit);

// session.cpp
http::Outcome get_session(VisitPtr visit);

// help.cpp
http::Outcome get_home(VisitPtr visit);
http::Outcome get_help(VisitPtr visit);

// well_known.cpp
http::Outcome get_passkey_endpoints(VisitPtr visit);
http::Outcome get_change_password(VisitPtr visit);
http::Outcome get_related_origins(VisitPtr visit);

// health.cpp
http::Outcome get_health(VisitPtr visit);
http::Outcome get_ready(VisitPtr visit);

// csp_report.cpp
http::Outcome post_csp_report(VisitPtr visit);

}  // namespace latchkey::pages
