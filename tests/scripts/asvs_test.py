# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
import unittest

import samples

checker = samples.load("asvs")
TESTS = ('TEST_CASE("3.3.1: a cookie is ours"\n          " alone") {'
         'TEST_CASE("a cookie is large" * wide) {')


def found(evidence):
    return samples.findings(checker, {
        "docs/security/asvs.txt": f"# a comment\n3.3.1 | 1 | {evidence} | Cookies | V3\n",
        "docs/here.md": "# Here",
        "tests/http/cookie_test.cpp": TESTS,
        "tests/browser/chromium/a.test.mjs": "    test('it works', async (t) => {",
    })


class Asvs(unittest.TestCase):
    def test_evidence_that_is_there_is_fine(self):
        for evidence in ("T a cookie is ours alone", "T it works; D docs/here.md", "T is large",
                         "N no cookies", "X cookies", "V docs/here.md", "G"):
            self.assertEqual(found(evidence), [], evidence)

    def test_a_test_that_was_renamed_is_found(self):
        (finding,) = found("T a cookie is theirs")
        self.assertIn("no test is called", finding)

    def test_a_document_that_is_gone_is_found(self):
        self.assertEqual(found("D docs/gone.md"), ["3.3.1: docs/gone.md is not there"])

    def test_evidence_that_says_nothing_is_none(self):
        for evidence in ("T ", "N ", "Z x"):
            self.assertEqual(len(found(evidence)), 1, evidence)

    def test_a_gap_counts_as_one_whatever_stands_beside_it(self):
        self.assertTrue(checker.ORDER.startswith("G"))
