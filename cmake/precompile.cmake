# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
# The standard headers that most files include, parsed once for all targets that are compiled with
# the same flags. A file still includes what it uses: the presets without this, and clang-tidy, see
# that it does. Not for the WebAuthn library, which the compiler cache gives to the preset of that
# name, too; nor for what the tests want optimised, where g++ 12 then warns of what is not there.

function(latchkey_precompile first)
    target_precompile_headers(${first} PRIVATE
        <algorithm> <array> <chrono> <cstddef> <cstdint> <functional> <map> <memory> <optional>
        <set> <span> <string> <string_view> <utility> <variant> <vector>)
    foreach(target IN LISTS ARGN)
        target_precompile_headers(${target} REUSE_FROM ${first})
    endforeach()
endfunction()

latchkey_precompile(
    latchkey_oidc latchkey_store latchkey_outbound latchkey_http latchkey_pages latchkey_app)
if(LATCHKEY_TESTS)
    latchkey_precompile(test_base test_crypto test_webauthn test_accounts test_oidc test_store
        test_outbound test_http test_conformance test_pages test_app test_support test_flows)
endif()
