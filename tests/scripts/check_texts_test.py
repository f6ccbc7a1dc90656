# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
import json
import unittest

import samples

checker = samples.load("check_texts")
ENGLISH = {"a": "Hello {{name}}", "b": "{{x}} of {{y}}"}


def found(german):
    texts = {"en": ENGLISH, "de": german} if german is not None else {"en": ENGLISH}
    return samples.findings(
        checker, {f"web/texts/{tag}.json": json.dumps(all) for tag, all in texts.items()})


class CheckTexts(unittest.TestCase):
    def test_the_same_keys_and_values_are_fine_in_any_order_of_values(self):
        self.assertEqual(found({"a": "Hallo {{name}}", "b": "von {{y}}: {{x}}"}), [])

    def test_a_missing_and_an_unknown_key_are_found(self):
        self.assertEqual(found({"b": "{{x}} {{y}}", "c": "?"}), [
            "web/texts/de.json: a is missing",
            "web/texts/de.json: c is not in en.json",
        ])

    def test_a_value_that_is_lost_or_misspelt_is_found(self):
        (finding,) = found({"a": "Hallo {{nahme}}", "b": "{{x}} {{y}}"})
        self.assertEqual(finding, "web/texts/de.json: a must have these values: {{name}}")

    def test_another_order_of_the_keys_is_found(self):
        (finding,) = found({"b": "{{x}} {{y}}", "a": "{{name}}"})
        self.assertIn("another order", finding)

    def test_english_alone_is_not_enough(self):
        (finding,) = found(None)
        self.assertIn("no language but English", finding)
