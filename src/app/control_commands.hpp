// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/keyring.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "pages/site.hpp"
#include "store/store.hpp"

namespace latchkey::app {

/// What the operator's commands work on: the running server's parts, or those of a command that
/// holds the data folder itself.
struct CommandContext {
    store::Store& store;
    const Clock& clock;
    Random& random;
    Keyring& keyring;
    /// What mails are made with; nullptr: nobody can be told, the server does not run.
    const pages::Services* services = nullptr;
};

/// Carries out one command of the operator. The request is `{"command": NAME, ...}`:
///
///   {"command": "status"}                               {"healthy": BOOL}
///   {"command": "signals.enable"}                       {}
///   {"command": "keys.list"}                            {"keys": [{...}]}
///   {"command": "keys.reload"}                          {"key": ID}
///   {"command": "user.list", "after": ID, "count": N}   {"accounts": [...], "next": ID or null}
///   {"command": "user.show", "email": ADDRESS}          {"account": {...}}
///   {"command": "user.factors", "email": ADDRESS}       {"factors": {...}}
///   {"command": "user.events", "email": ADDRESS, "count": N}  {"events": [...]}
///   {"command": "user.recovery_link", "email": ADDRESS} {"link": URL, "until": TIME}
///   {"command": "user.reset_second_factor", "email": ADDRESS}  {}
///   {"command": "user.sign_out", "email": ADDRESS}      {}
///   {"command": "user.delete", "email": ADDRESS}        {}
///   {"command": "user.invite", "email": ADDRESS}        {"expires_at": TIME}
///
/// What cannot be done is answered with {"error": {"code", "what", "mend"}}; the codes are
/// `no_such_account`, `bad_request`, `not_read`, `not_written`, `not_running`, `nothing_there` and
/// `last_factor`.
json::Value answer_command(const CommandContext& context, const json::Value& request);

}  // namespace latchkey::app
