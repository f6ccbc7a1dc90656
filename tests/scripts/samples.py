# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
"""A project in a temporary folder, to show a checker good and bad samples."""
import importlib.machinery
import importlib.util
import pathlib
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    """The checker scripts/<name> as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def findings(checker, files):
    """What the checker finds in a project of these files ({path: text or bytes})."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            (root / path).write_bytes(data)
        return list(checker.findings(root))
