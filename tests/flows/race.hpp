// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

namespace latchkey::test {

/// T7: two browsers at once, each removing one of the two passkeys of an account, so many times.
/// Checks that exactly one of them is refused each time.
void race_for_the_last(int rounds);

}  // namespace latchkey::test
