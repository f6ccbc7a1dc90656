# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
import unittest

import samples

checker = samples.load("check_spec_steps")
REGISTRATION = "src/webauthn/registration.cpp"
TPM = "src/webauthn/attestation/tpm.cpp"


def project():
    """The files that the checker reads, as they are."""
    files = {"docs/webauthn-steps.md": (samples.ROOT / "docs/webauthn-steps.md").read_text()}
    for path in (samples.ROOT / "src/webauthn").rglob("*.cpp"):
        files[path.relative_to(samples.ROOT).as_posix()] = path.read_text()
    return files


def found_after(path, old, new):
    """What is found after one change."""
    files = project()
    assert old in files[path], f"{path} has no {old}"
    files[path] = files[path].replace(old, new, 1)
    return samples.findings(checker, files)


class CheckSpecSteps(unittest.TestCase):
    def assert_found(self, change, expected):
        self.assertIn(expected, "\n".join(found_after(*change)))

    def test_the_project_as_it_is(self):
        self.assertEqual(samples.findings(checker, project()), [])

    def test_a_step_that_is_gone(self):
        self.assert_found((REGISTRATION, "fail(14, ", "fail(15, "), "7.1 step 14")

    def test_a_step_under_a_number_that_the_table_does_not_have_there(self):
        self.assert_found((REGISTRATION, "fail(14, ", "fail(5, "),
                          "verify_registration refuses at 7.1 step 5")

    def test_a_refusal_at_a_step_that_the_table_leaves_to_the_caller(self):
        self.assert_found((REGISTRATION, "fail(25, ", "fail(26, "), "the table says caller")

    def test_a_comment_that_is_gone(self):
        self.assert_found((REGISTRATION, "// Step 19:", "//"), "does not account for it")

    def test_a_function_that_was_renamed(self):
        self.assert_found(("src/webauthn/options.cpp", " issue_registration(", " registration("),
                          "has no function issue_registration")

    def test_a_function_of_which_only_the_outer_one_is_left(self):
        self.assert_found((REGISTRATION, "Machinery::verify_registration(", "Machinery::check("),
                          "verify_registration does not name it")

    def test_a_row_that_is_missing(self):
        self.assert_found(("docs/webauthn-steps.md", "| 8 | `challenge`", "| x | `challenge`"),
                          "not 1 to 29")

    def test_a_kind_that_is_none(self):
        self.assert_found(("docs/webauthn-steps.md", "| nothing |", "| todo |"), "is none of")

    def test_a_step_of_a_format_that_is_gone(self):
        self.assert_found((TPM, "fail(9, ", "fail(8, "), "8.3 step 9")

    def test_a_step_of_a_format_that_the_table_does_not_have(self):
        self.assert_found((TPM, "fail(9, ", "fail(13, "), "verify_tpm refuses at 8.3 step 13")

    def test_a_comment_of_a_format_that_is_gone(self):
        self.assert_found((TPM, "// Step 3:", "//"), "verify_tpm does not name it")

    def test_a_row_of_a_format_that_is_missing(self):
        self.assert_found(("docs/webauthn-steps.md", "| 8 | `magic`", "| x | `magic`"),
                          "8.3: the table has the steps")


if __name__ == "__main__":
    unittest.main()
