// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

/// The relying party side of Web Authentication Level 3 (Editor's Draft of 2026-07-30).
///
/// A registration: `issue_registration` writes the options for `navigator.credentials.create()`,
/// `parse_registration_response` reads what its `toJSON()` gave, `Verifier::verify_registration`
/// judges it. An authentication: the same three with `authentication`. Pure: no clock, no random
/// source, no files; what they need comes in as values, what is to be kept comes out.
///
/// Nothing throws: every function is noexcept. What judges input returns a Result, and where memory
/// runs out it refuses with `Reason::out_of_memory`. The functions that write text (`issue_*`,
/// `describe`) have no error to give: without memory they end the process by std::terminate.
/// Reading the side of a Result that is not there ends it by std::abort.
// IWYU pragma: begin_exports
#include "latchkey/bytes.hpp"              // byte strings and views of them
#include "latchkey/result.hpp"             // a value, or why there is none
#include "latchkey/webauthn/failure.hpp"   // why a response was refused, and at which step
#include "latchkey/webauthn/metadata.hpp"  // what FIDO knows of authenticator models
#include "latchkey/webauthn/options.hpp"   // relying party, policy, ceremonies; their JSON
#include "latchkey/webauthn/response.hpp"  // responses, parsed
#include "latchkey/webauthn/types.hpp"     // identifiers, keys, the credential record
#include "latchkey/webauthn/verifier.hpp"  // the two ceremonies
// IWYU pragma: end_exports
