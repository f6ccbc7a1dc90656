# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
import unittest

import samples

checker = samples.load("check_includes")


def found(path, include):
    return samples.findings(checker, {path: f"#pragma once\n#include {include}\n"})


class CheckIncludes(unittest.TestCase):
    def assert_refused(self, path, include, reason):
        (finding,) = found(path, include)
        self.assertTrue(finding.startswith(f"{path}:2: "), finding)
        self.assertIn(reason, finding)

    def test_a_lower_rung_may_be_included(self):
        self.assertEqual(found("src/pages/sign_in.cpp", '"accounts/sign_in.hpp"'), [])
        self.assertEqual(found("src/base/json.cpp", '"latchkey/bytes.hpp"'), [])
        self.assertEqual(found("src/http/server.cpp", '"http/router.hpp"'), [])

    def test_a_higher_rung_is_refused(self):
        self.assert_refused("src/accounts/policy.cpp", '"store/store.hpp"', "may not include")
        self.assert_refused("include/latchkey/a.hpp", '"base/json.hpp"', "may not include")
        self.assert_refused("tests/base/json_test.cpp", '"http/request.hpp"', "may not include")

    def test_oidc_does_not_see_accounts_though_it_stands_above(self):
        self.assert_refused("src/oidc/token.cpp", '"accounts/types.hpp"', "may not include")
        self.assertEqual(found("src/oidc/token.cpp", '"crypto/hash.hpp"'), [])

    def test_an_include_names_its_folder(self):
        self.assert_refused("src/http/server.cpp", '"router.hpp"', "names no rung")
        self.assert_refused("src/http/server.cpp", '"../base/json.hpp"', "names no rung")

    def test_a_folder_outside_of_the_ladder_is_refused(self):
        (finding,) = samples.findings(checker, {"src/utils/text.hpp": "#pragma once\n"})
        self.assertIn("src/utils is no rung", finding)

    def test_each_library_has_one_home(self):
        for path, header in [
            ("src/webauthn/cose.cpp", "<openssl/evp.h>"),
            ("src/http/server.cpp", "<openssl/ssl.h>"),
            ("src/pages/sign_in.cpp", "<sqlite3.h>"),
            ("src/http/server.cpp", "<curl/curl.h>"),
            ("src/outbound/mailer.cpp", "<boost/asio.hpp>"),
            ("src/pages/sign_in.cpp", "<toml++/toml.h>"),
            ("src/base/json.cpp", "<fmt/format.h>"),
            ("src/base/json.cpp", "<doctest/doctest.h>"),
        ]:
            with self.subTest(path=path, header=header):
                self.assert_refused(path, header, "belongs to")

    def test_the_home_of_a_library_and_its_tests_may_use_it(self):
        for path, header in [
            ("src/crypto/hash.cpp", "<openssl/evp.h>"),
            ("tests/crypto/hash_test.cpp", "<openssl/evp.h>"),
            ("src/http/tls.cpp", "<openssl/ssl.h>"),
            ("src/store/sqlite/connection.cpp", "<sqlite3.h>"),
            ("tests/http/server_test.cpp", "<boost/asio.hpp>"),
            ("tests/base/json_test.cpp", "<doctest/doctest.h>"),
        ]:
            with self.subTest(path=path, header=header):
                self.assertEqual(found(path, header), [])

    def test_pure_folders_see_no_clock_socket_file_or_random_source(self):
        for header in ("<fstream>", "<thread>", "<random>", "<sys/socket.h>", "<unistd.h>"):
            with self.subTest(header=header):
                self.assert_refused("src/accounts/policy.cpp", header, "is pure")
        self.assertEqual(found("src/accounts/policy.cpp", "<chrono>"), [])
        self.assertEqual(found("src/store/files.cpp", "<fstream>"), [])


if __name__ == "__main__":
    unittest.main()
