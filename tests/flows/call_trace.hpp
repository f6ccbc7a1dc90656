// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <string>
#include <vector>

namespace latchkey::test {

/// Writes down every SQL statement that is stepped and every operation of OpenSSL that is finished
/// in this process, while it lives: the linker leads those calls of ours through here (--wrap). One
/// at a time.
class CallTrace {
public:
    CallTrace();
    CallTrace(const CallTrace&) = delete;
    CallTrace& operator=(const CallTrace&) = delete;
    CallTrace(CallTrace&&) = delete;
    CallTrace& operator=(CallTrace&&) = delete;
    ~CallTrace();

    /// What came until now, in order: "EVP_MAC_final", "SELECT …".
    [[nodiscard]] static std::vector<std::string> crypto();
    [[nodiscard]] static std::vector<std::string> sql();
};

}  // namespace latchkey::test
