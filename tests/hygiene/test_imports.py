"""What stands around an import, seen without a parser, against what the parser sees."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.layout import lay_out
from tta_validate.discover import discover
from tta_validate.hygiene.imports import CONDITIONAL, GUARDED, LOCAL, QUOTED, TYPING, Imports

TEXT = '''"""A module.

    import quoted
"""
import a.b as c, d
from typing import TYPE_CHECKING
from . import sibling
if TYPE_CHECKING:
    from e import (
        f,
    )
else:
    import g
try:
    import h
except (ImportError, OSError):
    h = None
try:
    import i
except KeyError:
    import j
def k():
    """Text.

    import quoted_too
    """
    import l
    try:
        import m
    finally:
        pass
class N:
    import o
    if c:
        import p
with suppress(ImportError):
    import q
x = import_module("r.s")
if __name__ == "__main__":
    from google.cloud import t
'''


def _seen(tmp_path: Path, files: Mapping[str, str]) -> dict[str, list[tuple[str, int, int]]]:
    lay_out(tmp_path, files)
    found = Imports(discover(tmp_path, tests=True)).files
    return {path: [("." * one.level + one.module, one.line, one.flags) for one in seen] for path, seen in found.items()}


def test_what_stands_around_each_import(tmp_path: Path) -> None:
    assert _seen(tmp_path, {"a.py": TEXT})["a.py"] == [
        ("quoted", 3, QUOTED),
        ("a.b", 5, 0),
        ("d", 5, 0),
        ("typing", 6, 0),
        (".", 7, 0),
        ("e", 9, TYPING),
        ("g", 13, CONDITIONAL),
        ("h", 15, GUARDED),
        ("i", 19, 0),
        ("j", 21, GUARDED),
        ("quoted_too", 25, LOCAL | QUOTED),
        ("l", 27, LOCAL),
        ("m", 29, LOCAL),
        ("o", 33, 0),
        ("p", 35, CONDITIONAL),
        ("q", 37, GUARDED),
        ("r.s", 38, QUOTED),
        ("google.cloud.t", 40, CONDITIONAL),
    ]


def _parsed(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((one.name, node.lineno) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module, node.lineno


_PIECES = st.sampled_from(
    (
        "import aa\n",
        "from bb.cc import dd\n",
        "x = '''\nimport quoted\n'''\n",
        'y = "it\'s"  # """\n',
        'z = """\\""""\n',
        'w = \'"""\'\nimport ee\n',
        "def f():\n    '''Text.\n\n    import quoted\n    '''\n    import gg\n",
        "if x:\n    import hh\n",
        "try:\n    import ii\nexcept ImportError:\n    pass\n",
        "import jj; import kk\n",
        "from ll import (\n    mm,\n    nn,\n)\n",
        "import oo \\\n    as pp\n",
    )
)


@given(st.lists(_PIECES, max_size=6))
def test_imports_in_code_are_those_of_the_parser(pieces: list[str]) -> None:
    import tempfile

    text = "".join(pieces)
    with tempfile.TemporaryDirectory() as folder:
        found = _seen(Path(folder), {"a.py": text})["a.py"]
    assert sorted((name, line) for name, line, flags in found if not flags & QUOTED) == sorted(_parsed(text))
