"""Only what an answer can depend on is read: reading more, or asking about one file, changes no answer."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tta_validate.config import Config
from tta_validate.findings import Location
from tta_validate.observations import Imported, Observation
from tta_validate.sdks import tables
from tta_validate.sites import CallSite
from tta_validate.survey import Survey, Task, survey

from .inventories import files_of, write_files
from .program import cases as shapes
from .program.test_rewritings import FUNCTION, REWRITINGS, functions, module
from .sdks import cases as libraries

PRIMITIVES = ("tta_dev_primitives", "tta_dev_integrations")
Answer = CallSite | Observation | Imported
Files = Mapping[str, str]


def answers(found: Survey) -> Iterator[tuple[str, Answer]]:
    """Yields everything that a survey says, each with the file that it is about."""
    yield from ((site.path, site) for site in found.inventory.sites)
    seen = found.observed
    yield from ((one.location.path, one) for one in (*seen.parallel, *seen.sequences, *seen.ineffective))
    yield from ((one.path, one) for one in seen.imports)


def task(root: Path, focus: Iterable[str] | None = None) -> Task:
    chosen = None if focus is None else frozenset(focus)
    # A folder of its own for the surveys with a focus: they would be answered from a kept result without one.
    folder = root.parent / ("cache" if chosen is None else "cache-of-focused")
    saved = {"jobs": 1, "cache-dir": str(folder), "include-tests": True}
    return Task(root, Config.model_validate(saved), tables(), PRIMITIVES, focus=chosen)


def lay_out(root: Path, programs: Iterable[Files]) -> list[list[str]]:
    """Writes each program into a project folder of its own, and returns the paths of each one's modules."""
    paths: list[list[str]] = []
    for number, files in enumerate(programs):
        write_files(root / f"p{number}", {"pyproject.toml": "", **files})
        paths.append(sorted(f"p{number}/{path}" for path in files if path.endswith(".py")))
    return paths


def check_both(root: Path, programs: Iterable[Files]) -> None:
    """Compares a survey with one that screens nothing, and with surveys that each look at one file of each program."""
    paths = lay_out(root, programs)
    found = survey(task(root))
    plain = list(answers(found))
    whole = survey(task(root), screen=False)
    assert list(answers(whole)) == plain
    assert whole.inventory.skipped == found.inventory.skipped
    for turn in range(max(map(len, paths))):
        focus = {each[turn] for each in paths if turn < len(each)}
        looked = survey(task(root, focus))
        assert [each for each in answers(looked) if each[0] in focus] == [each for each in plain if each[0] in focus]


@pytest.mark.parametrize("package", [shapes, libraries], ids=["shapes", "libraries"])
def test_cases(tmp_path: Path, package: ModuleType) -> None:
    check_both(tmp_path / "tree", files_of(package))


@settings(max_examples=2, derandomize=True)
@given(st.lists(st.lists(FUNCTION, min_size=2, max_size=5), min_size=2, max_size=2))
def test_programs(tmp_path_factory: pytest.TempPathFactory, made: list[list[tuple[str, str, str]]]) -> None:
    each = [functions(one) for one in made]
    programs = [{"app.py": module(parts)} for parts in each]
    programs += [dict(rewrite(parts)) for parts in each for rewrite in REWRITINGS.values()]
    check_both(tmp_path_factory.mktemp("programs") / "tree", programs)


def test_a_named_file_that_only_linking_comes_to_is_looked_at(tmp_path: Path) -> None:
    program = {
        "app.py": "from google import genai\nfrom tools import ask\n\nclient = genai.Client()\nask(client, 'x')\n",
        "tools.py": "def ask(client, text):\n    return client.models.generate_content(model='m', contents=text)\n",
    }
    check_both(tmp_path / "tree", [program])
    (found,) = survey(task(tmp_path / "tree", ["p0/tools.py"])).inventory.sites
    assert (found.path, found.line) == ("p0/tools.py", 2)


def chain(length: int) -> Files:
    """Returns modules of which each calls the next one, the last a model, and the first several of them at once."""
    files = {
        f"step{at}.py": f"from step{at + 1} import run{at + 1}\n\n\nasync def run{at}(x):\n"
        f"    return await run{at + 1}(x)\n"
        for at in range(length)
    }
    last = "import litellm\n\n\nasync def run{at}(x):\n    return await litellm.acompletion(model='m', messages=x)\n"
    first = "import asyncio\nfrom step0 import run0\n\n\nasync def main(rows):\n"
    first += "    return await asyncio.gather(*[run0(row) for row in rows])\n"
    return {**files, f"step{length}.py": last.format(at=length), "main.py": first}


def test_how_far_a_model_call_may_be_hangs_on_no_other_question(tmp_path: Path) -> None:
    check_both(tmp_path / "tree", [chain(length) for length in range(1, 8)])
    places = [Location(f"p{at}/main.py", 6, 18, 6, 62) for at in range(5)]
    assert [one.location for one in survey(task(tmp_path / "tree")).observed.parallel] == places
