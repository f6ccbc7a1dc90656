# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
# The WebAuthn library as others embed it: `cmake --install` puts it, static and shared, with its
# headers, a CMake package and a pkg-config file under the prefix. docs/reference/library.md.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
find_package(OpenSSL 3.0 REQUIRED)

# All of base, crypto and webauthn in one archive.
add_library(latchkey_webauthn_static STATIC $<TARGET_OBJECTS:latchkey_base>
    $<TARGET_OBJECTS:latchkey_crypto> $<TARGET_OBJECTS:latchkey_webauthn>)
target_link_libraries(latchkey_webauthn_static PUBLIC OpenSSL::Crypto)

# The linker takes from base and crypto what webauthn needs.
set(exports ${CMAKE_CURRENT_LIST_DIR}/package/exports.map)
add_library(latchkey_webauthn_shared SHARED $<TARGET_OBJECTS:latchkey_webauthn>)
target_link_libraries(latchkey_webauthn_shared
    PRIVATE latchkey::crypto latchkey::base latchkey_flags OpenSSL::Crypto)
target_link_options(latchkey_webauthn_shared PRIVATE -Wl,--version-script=${exports})
if(LATCHKEY_SANITIZE STREQUAL "")
    target_link_options(latchkey_webauthn_shared PRIVATE -Wl,--no-undefined)
endif()
# No promise on the binary interface before 1.0: every minor version has a name of its own.
set_target_properties(latchkey_webauthn_shared PROPERTIES
    LINK_DEPENDS ${exports}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# The package of the server is without it; `cmake --install --component library` has it always.
set(unasked EXCLUDE_FROM_ALL)
if(LATCHKEY_LIBRARY_ONLY)
    unset(unasked)
endif()
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/latchkey)
foreach(kind static shared)
    set_target_properties(latchkey_webauthn_${kind} PROPERTIES
        LINKER_LANGUAGE CXX
        OUTPUT_NAME latchkey_webauthn
        EXPORT_NAME webauthn_${kind}
        ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
    target_compile_features(latchkey_webauthn_${kind} INTERFACE cxx_std_20)
    target_include_directories(latchkey_webauthn_${kind}
        INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    install(TARGETS latchkey_webauthn_${kind} EXPORT latchkey COMPONENT library ${unasked})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/latchkey TYPE INCLUDE COMPONENT library ${unasked})
install(EXPORT latchkey NAMESPACE latchkey:: FILE latchkeyTargets.cmake
    DESTINATION ${package_dir} COMPONENT library ${unasked})

set(package ${PROJECT_BINARY_DIR}/package)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/package/latchkeyConfig.cmake.in
    ${package}/latchkeyConfig.cmake INSTALL_DESTINATION ${package_dir}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${package}/latchkeyConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${package}/latchkeyConfig.cmake ${package}/latchkeyConfigVersion.cmake
    DESTINATION ${package_dir} COMPONENT library ${unasked})
file(RELATIVE_PATH up_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/package/latchkey.pc.in ${package}/latchkey.pc @ONLY)
install(FILES ${package}/latchkey.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT library ${unasked})
