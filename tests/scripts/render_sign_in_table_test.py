# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
import unittest

import samples

renderer = samples.load("render_sign_in_table")

HEADER = """inline constexpr auto sign_in_table = [] {
    return std::array{
        Transition{start, passkey_asserted, done, "to sign in"},
        Transition{enrol, passkey_created, done, "always"},
    };
}();
"""


class RenderSignInTable(unittest.TestCase):
    def test_each_transition_becomes_a_row(self):
        table = renderer.rendered(renderer.transitions(HEADER))
        self.assertEqual(table.count("\n"), 3)
        self.assertIn("| `enrol` | `passkey_created` | `done` | always |", table)

    def test_only_what_stands_between_the_markers_changes(self):
        document = f"before\n{renderer.BEGIN}\nold\n{renderer.END}\nafter\n"
        changed = renderer.updated(document, "new")
        self.assertEqual(changed, f"before\n{renderer.BEGIN}\nnew\n{renderer.END}\nafter\n")
        self.assertEqual(renderer.updated(changed, "new"), changed)

    def test_a_row_that_is_not_understood_is_a_problem(self):
        with self.assertRaises(renderer.Problem):
            renderer.transitions(HEADER.replace('"always"', "always"))
        with self.assertRaises(renderer.Problem):
            renderer.transitions("nothing here")

    def test_a_document_without_markers_is_a_problem(self):
        with self.assertRaises(renderer.Problem):
            renderer.updated("no markers", "new")

    def test_the_check_finds_a_document_that_is_out_of_date(self):
        def check(document):
            with samples.tempfile.TemporaryDirectory() as folder:
                root = samples.pathlib.Path(folder)
                for path, text in ((renderer.HEADER, HEADER), (renderer.DOCUMENT, document)):
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).write_text(text)
                return renderer.main(["--check", folder])

        empty = f"{renderer.BEGIN}\n{renderer.END}\n"
        current = renderer.updated(empty, renderer.rendered(renderer.transitions(HEADER)))
        self.assertEqual(check(current), 0)
        self.assertEqual(check(empty), 1)
        self.assertEqual(check("no markers"), 1)


if __name__ == "__main__":
    unittest.main()
