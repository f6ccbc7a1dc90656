# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
import unittest

import samples

sbom = samples.load("sbom")


class Sbom(unittest.TestCase):
    def test_headers_of_the_product_count_and_those_of_the_tests_do_not(self):
        deps = ("src/http/a.o: #deps 3, deps mtime 1 (VALID)\n"
                "    ../../src/http/a.cpp\n    /usr/include/fmt/core.h\n"
                "    /usr/include/x/../openssl/evp.h\n\n"
                "tests/b.o: #deps 1, deps mtime 1 (VALID)\n    /usr/include/doctest/doctest.h\n")
        self.assertEqual(
            sbom.headers(deps), {"/usr/include/fmt/core.h", "/usr/include/openssl/evp.h"})

    def test_libraries_that_are_loaded_count(self):
        ldd = ("\tlinux-vdso.so.1 (0x00007ffd)\n"
               "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f00)\n"
               "\t/lib64/ld-linux-x86-64.so.2 (0x00007f11)\n")
        self.assertEqual(sbom.libraries(ldd),
                         {"/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"})

    def test_the_packages_of_files_are_found_under_a_merged_usr_too(self):
        self.assertTrue(any(each.startswith("dpkg") for each in sbom.owners({"/usr/bin/dpkg"})))
        with self.assertRaises(SystemExit):
            sbom.owners({"/usr/bin/dpkg", "/usr/no/such/file"})

    def test_a_bill_names_each_package_once_in_order_with_its_version(self):
        bill = sbom.bill("1.2.3", [("zlib1g", "1:1.2+dfsg-1", "amd64"), ("libc6", "2.36", "amd64")])
        self.assertEqual(bill["metadata"]["component"]["version"], "1.2.3")
        self.assertEqual([each["name"] for each in bill["components"]], ["libc6", "zlib1g"])
        self.assertEqual(bill["components"][1]["purl"],
                         "pkg:deb/debian/zlib1g@1:1.2%2Bdfsg-1?arch=amd64")


if __name__ == "__main__":
    unittest.main()
