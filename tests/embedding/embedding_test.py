# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
"""The WebAuthn library as others get it: built alone, installed, and used from outside the tree.

LATCHKEY_AUTHENTICATOR is the program of tests/support/software_authenticator.cpp.
"""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/embedding"
AUTHENTICATOR = os.environ["LATCHKEY_AUTHENTICATOR"]
CXX = os.environ.get("CXX", "g++")
PREFIX = BUILD / "prefix"
HEADERS = sorted((ROOT / "include").rglob("*.hpp"))


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(source, folder, *options, targets=("all",)):
    run("cmake", "-S", source, "-B", folder, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={CXX}",
        "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "-DCMAKE_BUILD_TYPE=Debug", *options)
    run("cmake", "--build", folder, "--target", *targets)


def setUpModule():
    # Without Boost, SQLite, curl and fmt: what is not looked for cannot be needed.
    run(ROOT / "scripts/build", "library")
    shutil.rmtree(PREFIX, ignore_errors=True)
    run("cmake", "--install", ROOT / "build/library", "--prefix", PREFIX)


def needed_by(program):
    """The names of the shared libraries that a program or library asks for itself."""
    return set(re.findall(r"NEEDED.*\[([^.\]]+)", run("readelf", "--dynamic", program)))


def sign_in(program):
    """Connects the relying party with the authenticator; what the relying party said at last."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(PREFIX / "lib")}
    relying_party = subprocess.Popen([program], env=environment, text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    authenticator = subprocess.Popen([AUTHENTICATOR, "http://localhost:8080"], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with relying_party, authenticator:
        for _ in range(2):
            authenticator.stdin.write(relying_party.stdout.readline())
            authenticator.stdin.flush()
            relying_party.stdin.write(authenticator.stdout.readline())
            relying_party.stdin.flush()
        said = relying_party.stdout.read()
        authenticator.stdin.close()
    return relying_party.returncode, said


class Library(unittest.TestCase):
    def test_shows_the_functions_of_the_public_headers_and_nothing_else(self):
        library = PREFIX / "lib/liblatchkey_webauthn.so"
        shown = run("nm", "--dynamic", "--defined-only", "--demangle", library).splitlines()
        declared = "\n".join(header.read_text() for header in HEADERS)
        self.assertGreater(len(shown), 10)
        for line in shown:
            kind, name = re.fullmatch(r"[0-9a-f]+ (\w) (.*)", line).groups()
            self.assertEqual(kind, "T", line)
            self.assertTrue(name.startswith("latchkey::webauthn::"), line)
            function = re.match(r"[\w:]*::(~?\w+|operator=)(\[abi:cxx11\])?\(", name)[1]
            self.assertRegex(declared, rf"(?<!\w){re.escape(function)}\(", line)

    def test_shows_every_function_that_a_public_header_declares(self):
        library = PREFIX / "lib/liblatchkey_webauthn.so"
        shown = run("nm", "--dynamic", "--defined-only", "--demangle", library)
        for header in HEADERS:
            declared = re.findall(r"^(?!inline|#|//|template|using)\w[\w:<>, &]* (\w+)\(",
                                  header.read_text(), re.MULTILINE)
            for function in declared:
                self.assertRegex(shown, rf"T latchkey::webauthn::{function}(\[abi:cxx11\])?\(",
                                 f"{header}: {function}")

    def test_needs_openssl_and_the_language_alone(self):
        needed = needed_by(PREFIX / "lib/liblatchkey_webauthn.so")
        self.assertLessEqual(needed, {"libcrypto", "libstdc++", "libgcc_s", "libc", "libm"})

    def test_has_no_variable(self):
        library = PREFIX / "lib/liblatchkey_webauthn.so"
        symbols = run("objdump", "--syms", "--demangle", library)
        self.assertIn("latchkey::", symbols)
        variables = re.findall(r"^.* \.t?(?:bss|data)\t.*latchkey.*$", symbols, re.MULTILINE)
        self.assertEqual(variables, [])

    def test_has_no_name_of_ours_outside_of_our_namespace(self):
        listed = run("nm", "--defined-only", "--extern-only", "--demangle",
                     PREFIX / "lib/liblatchkey_webauthn.a")
        for kind, name in re.findall(r"^[0-9a-f]+ ([TDBRC]) (.*)$", listed, re.MULTILINE):
            self.assertRegex(name, r"^((non-virtual thunk to|vtable for|typeinfo( name)? for) )?"
                                   r"latchkey::", f"{kind} {name}")

    def test_has_headers_that_stand_alone(self):
        for header in sorted((PREFIX / "include").rglob("*.hpp")):
            run(CXX, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                f"-I{PREFIX}/include", "-include", header, "-x", "c++", "/dev/null")

    def test_needs_neither_exceptions_nor_type_information_of_its_callers(self):
        run(CXX, "-std=c++20", "-fno-exceptions", "-fno-rtti", "-fsyntax-only",
            f"-I{PREFIX}/include", ROOT / "examples/relying_party.cpp")


class Package(unittest.TestCase):
    def use(self, kind, *options, **targets):
        folder = BUILD / f"examples-{kind}"
        shutil.rmtree(folder, ignore_errors=True)
        build(ROOT / "examples", folder, f"-DCMAKE_PREFIX_PATH={PREFIX}", *options, **targets)
        return folder / "relying_party"

    def test_static_is_what_cmake_finds(self):
        # The server too: tests/browser/chromium/example.test.mjs runs it.
        program = self.use("static", targets=("relying_party", "beast_server"))
        self.assertNotIn("liblatchkey_webauthn", needed_by(program))
        self.assertEqual(sign_in(program), (0, "signed in\n"))

    def test_shared_is_what_cmake_finds_with_build_shared_libs(self):
        program = self.use("shared", "-DBUILD_SHARED_LIBS=ON", targets=("relying_party",))
        self.assertIn("liblatchkey_webauthn", needed_by(program))
        self.assertEqual(sign_in(program), (0, "signed in\n"))

    def test_pkg_config_finds_it(self):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(PREFIX / "lib/pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "latchkey", env=environment).split()
        program = BUILD / "by-pkg-config"
        run(CXX, "-std=c++20", ROOT / "examples/relying_party.cpp", *flags, "-o", program)
        self.assertEqual(sign_in(program), (0, "signed in\n"))
        flags = run("pkg-config", "--static", "--libs", "latchkey", env=environment)
        self.assertIn("-lcrypto", flags)


if __name__ == "__main__":
    unittest.main()
