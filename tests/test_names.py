"""Which files can matter to a question about some modules."""

from pathlib import Path

import pytest

from tests.layout import lay_out
from tta_validate.bindings import Import
from tta_validate.cache import Cache
from tta_validate.discover import discover
from tta_validate.modules import Modules
from tta_validate.names import MAX_BYTES, Names, Triggers

TRIGGERS = Triggers(("openai", "google.genai"), (b"/chat/completions",))
FILES = {
    "pkg/__init__.py": "from .client import Client\n",
    "pkg/client.py": "import os, openai\n",
    "pkg/openai_like.py": "import openai_like  # openai is no import here\n",
    "pkg/raw.py": "URL = 'https://x/v1/chat/completions'\n",
    "pkg/lazy.py": "def f():\n    try: from openai import (  # )\n        OpenAI,\n    )\n    except E: pass\n",
    "pkg/split.py": "from \\\n    google \\\n    import genai\n",
    "pkg/other_google.py": "from google import protobuf\nimport google.cloud\n",
    "pkg/dynamic.py": "client = importlib.import_module(\n    'pkg.client',\n)\n",
    "pkg/inside.py": "from . import Client\n",
    "pkg/sub/__init__.py": "",
    "pkg/sub/up.py": "from .. import raw\n",
    "pkg/sub/plain.py": "from ..helpers import x\n",
    "pkg/helpers.py": "import json\n",
    "app.py": "import pkg.sub.up\n",
    "main.py": "if True: import app; app.run()\n",
    "alone.py": "openai = 1\nimport json\nimportant = 'openai'\n",
    "star.py": "from pkg.lazy import *",
    "loop_a.py": "import loop_b\nimport openai\n",
    "loop_b.py": "import loop_a\n",
}
DIRECT = {"loop_a.py", "pkg/client.py", "pkg/lazy.py", "pkg/raw.py", "pkg/split.py"}
REACHED = {
    "app.py",
    "loop_b.py",
    "main.py",
    "pkg/__init__.py",
    "pkg/dynamic.py",
    "pkg/inside.py",
    "pkg/sub/up.py",
    "star.py",
}


def names_of(root: Path, cache: Cache | None = None, settled: float = 2.0) -> Names:
    tree = discover(root)
    return Names(tree, Modules(tree, frozenset({"openai", "google"})), TRIGGERS.texts, cache, settled)


def test_files_matter_that_hold_a_trigger_or_import_one_that_does(tmp_path: Path) -> None:
    screening = names_of(lay_out(tmp_path, FILES)).screen(TRIGGERS)
    assert screening.direct - {"pkg/openai_like.py"} == DIRECT
    assert screening.reach - {"pkg/openai_like.py"} == DIRECT | REACHED
    assert (screening.skipped, screening.read, screening.known) == ((), len(FILES), 0)


def test_many_files_give_the_same_answer_by_the_index_of_words(tmp_path: Path) -> None:
    chain = {f"c{at}.py": f"import c{at - 1}\n" for at in range(1, 400)} | {"c0.py": "import openai\n"}
    screening = names_of(lay_out(tmp_path, {**chain, "c400.py": "import json\n"})).screen(TRIGGERS)
    assert screening.direct == {"c0.py"}
    assert screening.reach == set(chain)


def test_what_a_file_imports_is_known_both_ways(tmp_path: Path) -> None:
    names = names_of(lay_out(tmp_path, FILES))
    assert names.imports("pkg/split.py") == (Import("google", 0, ("genai",), (None,)),)
    assert names.imports("absent.py") == ()
    assert names.targets("app.py") == {"pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/up.py"}
    assert names.targets("pkg/dynamic.py") == {"pkg/__init__.py", "pkg/client.py"}
    assert names.importers("pkg/__init__.py") == {"app.py", "pkg/dynamic.py", "pkg/inside.py", "pkg/sub/up.py"}
    for path in FILES:
        assert names.importers(path) == {other for other in FILES if path in names.targets(other)}, path


def test_later_runs_read_only_what_changed(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "root", FILES)
    with Cache(tmp_path / "cache") as cache:
        first = names_of(root, cache, 0).screen(TRIGGERS)
        again = names_of(root, cache, 0).screen(TRIGGERS)
        assert (again.direct, again.reach) == (first.direct, first.reach)
        assert (first.known, again.known, again.read) == (0, len(FILES), 0)
        (root / "alone.py").write_text("import openai\n")
        (root / "pkg/raw.py").unlink()
        changed = names_of(root, cache, 0).screen(TRIGGERS)
    assert changed.direct == (first.direct | {"alone.py"}) - {"pkg/raw.py"}
    assert changed.reach == (first.reach | {"alone.py"}) - {"pkg/raw.py"}
    assert (changed.read, changed.known) == (1, len(FILES) - 2)


def test_a_fresh_file_is_never_trusted_by_its_times(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "root", {"a.py": "import json\n"})
    with Cache(tmp_path / "cache") as cache:
        assert names_of(root, cache).screen(TRIGGERS).known == 0
        assert names_of(root, cache).screen(TRIGGERS).known == 0


@pytest.mark.parametrize("rubbish", [b"", b"\x92\x90\x00", b"\xc1", b"\x91" * 5000])
def test_rubbish_in_the_cache_is_a_miss(tmp_path: Path, rubbish: bytes) -> None:
    root = lay_out(tmp_path / "root", FILES)

    class Rubbish(Cache):
        def get(self, key: bytes) -> bytes | None:
            return rubbish

    screening = names_of(root, Rubbish(None)).screen(TRIGGERS)
    assert screening.read == len(FILES)


def test_large_and_odd_files_do_not_stop_it(tmp_path: Path) -> None:
    lay_out(tmp_path, {"nul.py": "import \0openai\n", "odd.py": "import " * 5000, "open.py": "from openai import (\n"})
    with (tmp_path / "large.py").open("wb") as large:
        large.truncate(50 << 20)
    screening = names_of(tmp_path).screen(TRIGGERS)
    assert [(skip.path, skip.reason) for skip in screening.skipped] == [
        ("large.py", f"larger than {MAX_BYTES >> 20} MiB")
    ]
    assert screening.direct == {"nul.py", "open.py"}
