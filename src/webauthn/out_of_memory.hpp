// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"

namespace latchkey::webauthn {

/// What a public function answers where memory ran out on its way: no step has judged anything.
/// std::bad_alloc is the one exception that the standard library throws at us, and it ends there.
inline Fail<Failure> out_of_memory(Ceremony ceremony) {
    return {{.ceremony = ceremony, .step = 0, .reason = Reason::out_of_memory}};
}

}  // namespace latchkey::webauthn
