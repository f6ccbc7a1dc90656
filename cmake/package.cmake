# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
# The Debian package, made by scripts/package.

# What is packaged is named to the build; the tests need not be there.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS latchkey RUNTIME DESTINATION bin)
install(FILES packaging/systemd/latchkey.service DESTINATION lib/systemd/system)
install(FILES packaging/latchkey.toml DESTINATION /etc/latchkey PERMISSIONS OWNER_READ OWNER_WRITE)
install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION share/doc/latchkey)
install(FILES LICENSE DESTINATION share/doc/latchkey RENAME copyright)
install(DIRECTORY docs DESTINATION share/doc/latchkey)
install(FILES ${CMAKE_BINARY_DIR}/sbom.cdx.json DESTINATION share/doc/latchkey OPTIONAL)
install(DIRECTORY packaging/nginx packaging/caddy DESTINATION share/doc/latchkey/packaging)

set(CPACK_GENERATOR DEB)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON)  # for what stands outside of the prefix: /etc
set(CPACK_PACKAGE_CONTACT "the Latchkey developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "sign-in server for passkeys")
set(CPACK_PACKAGE_DESCRIPTION
    "Latchkey signs people in with passkeys: sign-in and account pages, the accounts, and for\n\
your apps who is signed in. One program, one SQLite file, no passwords.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, passwd")
foreach(script conffiles postinst prerm postrm)
    list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/${script})
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
