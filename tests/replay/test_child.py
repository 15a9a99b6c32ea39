"""What runs inside the app: its syntax, its manners, and Pythons older than ours."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.replay.app_side import answering, mock
from tta_validate.replay import child
from tta_validate.replay.mock import Ledger
from tta_validate.replay.plan import Plan, Wiring

FOLDER = Path(child.FOLDER).parent
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py"))
OLD = ("3.8", "3.9", "3.10")


def run(program: str, plan: Plan, *, python: str = sys.executable, path: str = "") -> str:
    """Runs a program with the hooks in a Python and returns what it printed."""
    environment = plan.environment({**os.environ, "PYTHONPATH": path})
    done = subprocess.run([python, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_python_3_8_and_imports_the_standard_library_only(name: str):
    tree = ast.parse((FOLDER / name).read_text(), feature_version=(3, 8))

    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    found |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {(one or "").partition(".")[0] for one in found} <= sys.stdlib_module_names | {"time_machine"}


def test_a_sitecustomize_of_the_user_still_runs(tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.here = __file__\n")
    with Plan() as plan:
        printed = run("import sitecustomize, sys; print(here, sitecustomize.__file__)", plan, path=str(tmp_path))

    assert printed == f"{tmp_path / 'sitecustomize.py'} {tmp_path / 'sitecustomize.py'}"


def test_the_app_sees_no_module_of_ours():
    program = (
        "import sys; print([name for name in sys.modules if 'tta_validate' in name], "
        f"[entry for entry in sys.path if entry.startswith({str(FOLDER)!r})], 'json' in dir())"
    )
    with Plan() as plan:
        assert run(program, plan) == "[] [] False"


def test_nothing_is_imported_that_the_app_does_not_import():
    program = (
        "import sys; print(*sorted({'http.client', 'ssl', 'sqlite3', 'asyncio', 'httpx', 'email'} & set(sys.modules)))"
    )
    with Plan(Wiring(("127.0.0.1", 1))) as plan:
        assert run(program, plan) == ""


def test_a_process_without_a_plan_is_left_alone(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": child.FOLDER}
    program = "import sys; print('_tta_replay' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("False\n", "")


def pythons(version: str) -> Iterator[str]:
    """Yields where a Python of that version could be: on PATH, or among those of pyenv."""
    yield shutil.which(f"python{version}") or ""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from (str(path) for path in sorted(root.glob(f"versions/{version}.*/bin/python")))


def works(python: str) -> bool:
    return bool(python) and not subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode


@pytest.mark.parametrize("version", OLD)
def test_an_older_python_is_answered_too(version: str):
    python = next((path for path in pythons(version) if works(path)), None)
    if python is None:
        pytest.skip(f"Python {version} is not installed")
    program = (
        "import json, urllib.request; "
        "print(json.load(urllib.request.urlopen('https://rates.example.org/v1/rates'))['rate'])"
    )
    ledger = Ledger([mock("rates", "GET //rates.example.org/v1/rates", '{"rate": 1.1}')], ())
    with answering(ledger) as (plan, _):
        assert run(program, plan, python=python) == "1.1"
        assert [told.python.split(".")[:2] for told in plan.told()] == [version.split(".")]


def test_a_library_that_changed_is_left_as_it_is_and_told(tmp_path: Path):
    (tmp_path / "httplib2.py").write_text("answer = 42\n")
    ledger = Ledger((), ())
    with answering(ledger) as (plan, _):
        environment = plan.environment({**os.environ, "PYTHONPATH": str(tmp_path)})
        command = [sys.executable, "-c", "import httplib2; print(httplib2.answer)"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert done.stdout == "42\n"
    assert done.stderr.startswith("tta-validate: httplib2 cannot be patched: AttributeError")
