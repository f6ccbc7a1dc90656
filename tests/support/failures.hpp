// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

/// Makes the machine fail at a chosen moment: the n-th allocation, or the n-th call into OpenSSL.
namespace latchkey::test {

enum class Failing : std::uint8_t {
    allocation,          // operator new throws std::bad_alloc
    openssl_allocation,  // OpenSSL gets no memory
    openssl_call,        // a call of ours into OpenSSL answers 0 or nullptr and does nothing
};

/// Puts the failing functions in place. Before anything of OpenSSL is used, and once.
void install_failures();

/// Runs `body` with the n-th of that kind (counted from 1) failing, and no other. Whether there
/// were as many. What `body` throws ends the program.
bool with_failure(Failing kind, std::size_t n, const std::function<void()>& body) noexcept;

/// How many calls into OpenSSL can be made to fail: functions of it that this program calls.
std::size_t failing_calls();

}  // namespace latchkey::test
