# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
import unittest

import samples

checker = samples.load("check_tidy")

CPP = "// SPDX-License-Identifier: Apache-2.0\n// Copyright the Latchkey developers\n"
HASH = CPP.replace("//", "#")


def found(path, text, **others):
    return samples.findings(checker, {path: text, **others})


class Bans(unittest.TestCase):
    def assert_banned(self, path, line, header=CPP):
        findings = found(path, f"{header}{line}\n")
        self.assertTrue(any("is banned" in each for each in findings), f"{line}: {findings}")

    def assert_fine(self, path, line, header=CPP):
        self.assertEqual(found(path, f"{header}{line}\n"), [])

    def test_every_banned_call_of_cpp_is_found(self):
        for line in [
            "auto now = std::chrono::system_clock::now();",
            "auto now = std::chrono::steady_clock::now();",
            "RAND_bytes(out, 16);",
            "#include <openssl/evp.h>",
            "std::random_device device;",
            "int dice = rand() % 6;",
            "auto parts = localtime(&seconds);",
            "std::regex pattern(text);",
            "int number = std::stoi(text);",
            "int number = atoi(text);",
            "sprintf(buffer, format, 1);",
            "out << 1 << std::endl;",
            "throw std::runtime_error(what);",
            "char* memory = malloc(10);",
            "auto* thing = new Thing;",
            "delete thing;",
            "thread.detach();",
            "assert(is_open);",
            "if (memcmp(a, b, 16) == 0) return;",
            "using namespace std;",
            "system(command);",
            "goto again;",
            "#define LIMIT 10",
            "void show(std::string_view text, bool is_bold);",
            "    bool is_bold,",
            "co_await write(socket);",
        ]:
            with self.subTest(line=line):
                self.assert_banned("src/accounts/sample.cpp", line)

    def test_what_only_looks_banned_is_fine(self):
        for line in [
            "// The clock: system_clock::now() is not for us.",
            'log("malloc(10) failed");',
            "auto t = steady.now();",
            "void value(bool value);",
            "bool is_bold = false;",
            "Thing(const Thing&) = delete;",
            "static_assert(sizeof(int) == 4);",
            "using namespace std::chrono_literals;",
        ]:
            with self.subTest(line=line):
                self.assert_fine("src/accounts/sample.cpp", line)

    def test_a_home_may_use_what_is_banned_elsewhere(self):
        self.assert_fine("src/app/clock.cpp", "auto now = std::chrono::system_clock::now();")
        self.assert_fine("src/crypto/system_random.cpp", "RAND_priv_bytes(out, 16);")
        self.assert_fine("src/http/tls.cpp", "#include <openssl/ssl.h>")

    def test_no_early_return_inside_a_list_of_initializers(self):
        path = "src/pages/sample.cpp"
        findings = found(path, f'{CPP}return object({{\n    {{"css", TRY(path_of(css))}},\n}});\n')
        self.assertTrue(any("name first" in each for each in findings), findings)
        self.assert_fine(path, "array.push_back(TRY(read_value(depth)));")
        self.assert_fine(path, "if (is_value) { return TRY(read_value(depth)); }")

    def test_await_stands_alone_in_its_statement(self):
        for lines in [
            "auto x = TRY(co_await f());",
            "auto x = is_one ? co_await a() : co_await b();",
            "if (ready && co_await f()) return;",
            "auto x = co_await f(co_await g());",
            'co_await f(Options{.name = "x"});',
            "co_await f(\n    Options{\n        .number = 3\n    }\n);",
        ]:
            with self.subTest(lines=lines):
                findings = found("src/http/connection.cpp", f"{CPP}{lines}\n")
                self.assertTrue(any("co_await " in each for each in findings), findings)
        for line in [
            "auto x = co_await f(std::move(options));",
            "if (auto r = co_await f(); !r && q) return;",
            "while (true) {\n    auto request = co_await read(stream, deadline);\n}",
        ]:
            with self.subTest(line=line):
                self.assert_fine("src/http/connection.cpp", line)

    def test_tests_do_not_sleep_and_leave_nothing_out(self):
        for path, line in [
            ("tests/http/a_test.cpp", "std::this_thread::sleep_for(1s);"),
            ("tests/http/a_test.cpp", 'TEST_CASE("x" * doctest::skip()) {}'),
            ("tests/browser/a.test.mjs", "await page.waitForTimeout(100);"),
            ("tests/browser/a.test.mjs", "setTimeout(done, 100);"),
            ("tests/browser/a.test.mjs", "test.only(name, body);"),
            ("tests/browser/a.test.mjs", "test(name, {skip: true}, body);"),
        ]:
            with self.subTest(line=line):
                self.assert_banned(path, line)
        self.assert_banned("tests/flows/run", "sleep 1", "#!/usr/bin/env bash\n" + HASH)
        self.assert_banned("tests/flows/run.py", "time.sleep(1)", HASH)

    def test_the_pages_give_the_browser_no_text_as_code(self):
        self.assert_banned("web/src/a.ts", "card.innerHTML = text;")
        for line in ['<p style="color: red">', '<a onclick="go()">', "<script>", "{{{name}}}"]:
            with self.subTest(line=line):
                self.assert_banned("web/templates/a.mustache", line, "")

    def test_nothing_is_left_for_later(self):
        for word in ("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK"):
            self.assert_banned("src/base/a.cpp", f"// {word}: later")
            self.assert_banned("notes.md", f"# Notes\n\n{word}: later", "")

    def test_paths_of_a_private_machine_are_found(self):
        self.assert_banned("scripts/a.sh", "cd /home/ada/latchkey", HASH)
        self.assert_banned("notes.md", "# Notes\n\nSee /wo" "rk/main.", "")
        self.assert_fine("notes.md", "# Notes\n\nSee docs/work/here.", "")


class Shape(unittest.TestCase):
    def assert_found(self, path, text, reason):
        findings = found(path, text)
        self.assertTrue(any(reason in each for each in findings), f"{path}: {findings}")

    def test_a_file_of_code_is_at_most_400_lines(self):
        self.assert_found("src/base/a.cpp", CPP + "int a;\n" * 399, "a file has at most 400")
        self.assertEqual(found("src/base/a.cpp", CPP + "int a;\n" * 398), [])

    def test_a_line_of_code_is_at_most_100_columns(self):
        self.assert_found("src/base/a.cpp", f"{CPP}// {'x' * 98}\n", "101 columns")
        self.assertEqual(found("src/base/a.cpp", f"{CPP}// {'x' * 97}\n"), [])

    def test_a_function_is_at_most_70_lines(self):
        def function(lines):
            return f"{CPP}void f(\n    int a\n) {{\n" + "    g();\n" * lines + "}\n"

        self.assert_found("src/base/a.cpp", function(71), "a function has at most 70")
        self.assertEqual(found("src/base/a.cpp", function(70)), [])
        self.assert_found(
            "tests/browser/a.mjs", f"{CPP}test('x', async () => {{\n" + "  g();\n" * 71 + "});\n",
            "a function has at most 70")

    def test_a_file_is_at_most_200_kib(self):
        self.assert_found("web/logo.png", b"\xff" * 204_801, "a file has at most 204800")
        self.assertEqual(found("web/logo.png", b"\xff" * 204_800), [])

    def test_white_space_is_kept_tidy(self):
        self.assert_found("src/base/a.cpp", CPP + "int a; \n", "white space at the end")
        self.assert_found("src/base/a.cpp", CPP + "\tint a;\n", "a tab")
        self.assert_found("src/base/a.cpp", CPP + "int a;", "the last line has no end")
        self.assert_found("src/base/a.cpp", CPP + "int a;\n\n", "an empty line at the end")

    def test_every_source_file_has_the_two_line_header(self):
        self.assert_found("src/base/a.cpp", "int a;\n", "the header lacks")
        self.assert_found("web/src/a.ts", CPP.split("\n")[0] + "\n", "the header lacks `Copyright")
        self.assert_found("scripts/run", "#!/usr/bin/env bash\n", "the header lacks")


class Documents(unittest.TestCase):
    def test_a_document_has_one_first_level_heading(self):
        for text in ("# One\n\n# Two\n", "## None\n"):
            self.assertIn("a document has one", found("notes.md", text)[0])
        self.assertEqual(found("notes.md", "# One\n\n```\n# a comment\n```\n"), [])

    def test_every_document_is_reached_from_the_readme(self):
        files = {
            "README.md": "# A\n\nSee [the tour](docs/tour.md).\n",
            "docs/tour.md": "# B\n\nSee [more](reference/more.md#end) and <https://example.com>.\n",
            "docs/reference/more.md": "# C\n",
        }
        self.assertEqual(samples.findings(checker, files), [])
        lost = samples.findings(checker, {**files, "docs/lost.md": "# D\n"})
        self.assertEqual(lost, ["docs/lost.md:1: no chain of links leads here from README.md"])

    def test_a_link_that_leads_nowhere_is_found(self):
        self.assertEqual(
            found("README.md", "# A\n\n[gone](docs/gone.md)\n"),
            ["README.md:1: the link to docs/gone.md leads nowhere"])

    def test_the_changelog_has_its_shape(self):
        good = ("# Changelog\n\n## Unreleased\n\n### Security\n\n- One.\n\n### Fixes\n\n- Two.\n"
                "\n## 1.0.0 (2026-12-01)\n\n### Features\n\n- Three.\n")
        self.assertEqual(found("CHANGELOG.md", good), [])
        for bad, reason in [
            (good.replace("### Fixes", "### Misc"), "a group is one of"),
            (good.replace("### Security", "### Internals"), "groups stand in this order"),
            (good.replace("## 1.0.0 (2026-12-01)", "## 1.0"), "a release is"),
            (good.replace("### Features\n\n", ""), "an entry stands under a group"),
        ]:
            with self.subTest(reason=reason):
                self.assertIn(reason, " ".join(found("CHANGELOG.md", bad)))

    def test_the_lock_file_names_the_public_registry_only(self):
        package = '{"packages": {"node_modules/a": {"resolved": "%s/a.tgz", "integrity": "x"}}}\n'
        self.assertEqual(found("package-lock.json", package % "https://registry.npmjs.org"), [])
        self.assertIn("is resolved to",
                      found("package-lock.json", package % "https://mirror.example")[0])
        self.assertIn("has no integrity",
                      found("package-lock.json", '{"packages": {"node_modules/a": {}}}\n')[0])


if __name__ == "__main__":
    unittest.main()
