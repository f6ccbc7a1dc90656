// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/failure.hpp"

#include <doctest/doctest.h>

namespace latchkey::webauthn {

TEST_CASE("A failure is described by its steps and the name of its reason") {
    Failure failure{
        .ceremony = Ceremony::registration, .step = 22, .reason = Reason::bad_attestation_signature
    };
    CHECK(describe(failure) == "7.1 step 22: bad_attestation_signature");
    failure.procedure = ProcedureStep{.section = 2, .step = 1};
    CHECK(describe(failure) == "7.1 step 22, 8.2 step 1: bad_attestation_signature");
    CHECK(
        describe({.ceremony = Ceremony::authentication, .step = 21, .reason = Reason::bad_signature}
        ) == "7.2 step 21: bad_signature"
    );
}

}  // namespace latchkey::webauthn
