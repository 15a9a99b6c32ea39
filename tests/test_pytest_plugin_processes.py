"""The plugin in processes of its own: what it loads, under pytest-xdist, and beside other plugins."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Result, Write

PROJECT = {
    "pyproject.toml": """\
[project]
name = "demo"
version = "1"

[tool.tta-validate]
select = ["ignore-expired", "ignore-unused", "adoption-timeout", "adoption-cache"]
targets.cache = 10
""",
    "client.py": """\
from openai import OpenAI

client = OpenAI()


def ask(question: str) -> str:
    return client.responses.create(model="gpt-4o", input=question).output_text


one = 1  # tta: ignore[] it is quick
""",
    "tests/test_mine.py": "import pytest\n\n\n@pytest.mark.parametrize('n', range(6))\ndef test_mine(n):\n    pass\n",
    "conftest.py": """\
import json, os, sys
from pathlib import Path


def pytest_sessionfinish(session):
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    ours = sorted(name for name in sys.modules if name.partition(".")[0] in ("tta_validate", "libcst", "pydantic"))
    Path(f"loaded-{name}.json").write_text(json.dumps(ours))
""",
}
OUTCOMES = {
    "pyproject.toml::ignore-expired": "PASSED",
    "pyproject.toml::ignore-unused": "FAILED",
    "pyproject.toml::adoption-timeout": "FAILED",
    "pyproject.toml::adoption-cache": "SKIPPED",
    **{f"tests/test_mine.py::test_mine[{n}]": "PASSED" for n in range(6)},
}


LEAN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "tta_validate.pytest_plugin,xdist.plugin"}
"""Leaves out what every installed plugin costs each process."""


def run_pytest(root: Path, *arguments: str, env: Mapping[str, str] = LEAN) -> Result:
    inherited = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    home = {"HOME": str(root), "XDG_CACHE_HOME": str(root / "home"), "PYTHONUTF8": "1", "COLUMNS": "160"}
    done = subprocess.run(
        (sys.executable, "-m", "pytest", *arguments),
        cwd=root,
        env={**inherited, **home, **env},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def outcomes(result: Result) -> dict[str, str]:
    """Returns the outcome of each item by its id, out of the summary that ``-rA`` asks for."""
    found: dict[str, str] = {}
    for line in result.out.splitlines():
        words = line.removeprefix("[gw0] ").removeprefix("[gw1] ").split()
        if len(words) > 1 and words[0] in ("PASSED", "FAILED", "ERROR") and "::" in words[1]:
            found[words[1]] = words[0]
        elif line.startswith("SKIPPED [1] pyproject.toml: no call site"):
            found["pyproject.toml::adoption-cache"] = "SKIPPED"
    return found


def loaded(root: Path, process: str) -> list[str]:
    return json.loads((root / f"loaded-{process}.json").read_text())


def test_a_run_that_does_not_ask_loads_two_modules(write: Write) -> None:
    root = write(PROJECT)
    assert run_pytest(root, "--co", "-q", env={}).status == 0
    assert loaded(root, "main") == ["tta_validate", "tta_validate.pytest_plugin"]
    assert run_pytest(root, env={}).status == 0
    assert loaded(root, "main") == ["tta_validate", "tta_validate.pytest_plugin"]


def test_listing_the_items_analyses_nothing(write: Write) -> None:
    root = write(PROJECT)
    result = run_pytest(root, "--tta-validate", "--co", "-q")
    assert [line for line in result.out.splitlines() if line.startswith("pyproject.toml")] == list(OUTCOMES)[:4]
    assert not {"libcst", "tta_validate.extract", "tta_validate.survey"} & {*loaded(root, "main")}


@pytest.mark.parametrize("mode", ["loadfile", "loadgroup", "worksteal"])
def test_workers_get_the_verdicts_of_the_controller(write: Write, mode: str) -> None:
    root = write(PROJECT)
    result = run_pytest(root, "--tta-validate", "-n2", "--dist", mode, "-rA", "--tta-output=concise=out.txt")
    assert outcomes(result) == OUTCOMES
    assert result.status == 1
    assert result.out.count("Adoption over 1 LLM call site") == 1
    assert "client.py:10:10: ignore-unused" in (root / "out.txt").read_text()
    assert "tta_validate.survey" in loaded(root, "main")
    for worker in ("gw0", "gw1"):
        assert loaded(root, worker) == [
            "tta_validate",
            "tta_validate.pytest_plugin",
            "tta_validate.pytest_plugin.items",
        ]


def test_failures_look_the_same_under_xdist(write: Write) -> None:
    root = write(PROJECT)
    alone = run_pytest(root, "--tta-validate", "-m", "tta").out
    shared = run_pytest(root, "--tta-validate", "-m", "tta", "-n2").out
    assert failures(shared) == failures(alone)
    assert failures(alone).keys() == {"ignore-unused", "adoption-timeout"}


def failures(text: str) -> dict[str, list[str]]:
    """Returns the lines below the title of each failure, but for those that name a worker."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text[text.index("= FAILURES =") : text.index("= tta-validate =")].splitlines():
        if line.startswith("___"):
            lines = found.setdefault(line.strip("_ "), [])
        elif not line.startswith(("[gw", "===")):
            lines.append(line)
    return found


def test_a_crashed_worker_costs_its_test_only(write: Write) -> None:
    crash = "import os\n\n\ndef test_crash():\n    os._exit(3)\n"
    result = run_pytest(write({**PROJECT, "tests/test_crash.py": crash}), "--tta-validate", "-n2", "-rA")
    assert outcomes(result) == {**OUTCOMES, "tests/test_crash.py::test_crash": "FAILED"}


def test_without_autoload_the_module_s_name_is_enough(write: Write) -> None:
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    args = ("-p", "tta_validate.pytest_plugin", "--tta-validate", "-rA", "-W", "error")
    assert outcomes(run_pytest(write(PROJECT), *args, env=env)) == OUTCOMES


def test_without_xdist(write: Write) -> None:
    assert outcomes(run_pytest(write(PROJECT), "--tta-validate", "-p", "no:xdist", "-rA", env={})) == OUTCOMES


def test_other_pytests_may_lack_the_private_classes(write: Write) -> None:
    gone = "import sys, types\nsys.modules['_pytest._code.code'] = types.ModuleType('gone')\n"
    root = write({**PROJECT, "conftest.py": PROJECT["conftest.py"] + gone})
    result = run_pytest(root, "--tta-validate", "-m", "tta")
    assert result.status == 1
    assert "client.py:10:10 the ignore comment silences nothing" in result.out
    assert "2 failed, 1 passed, 1 skipped" in result.out


BROKEN = {
    "broken.py": """\
from tta_validate.findings import Severity
from tta_validate.plugins import hookimpl
from tta_validate.rule import Example, Rule


class Broken(Rule):
    \"\"\"Never works.\"\"\"

    severity = Severity.ERROR
    bad = good = Example({})

    def check(self, project):
        raise ZeroDivisionError("of a rule")


@hookimpl
def tta_validate_rules():
    return {"quality-broken": lambda: Broken}
""",
    "broken-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: broken\nVersion: 1\n",
    "broken-1.dist-info/entry_points.txt": "[tta_validate]\nbroken = broken\n",
}


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_bug_fails_items_and_is_said_to_be_one(write: Write, workers: tuple[str, ...]) -> None:
    root = write({**PROJECT, **BROKEN})
    args = ("--tta-validate", "--tta-select", "quality-broken", *workers)
    result = run_pytest(root, *args, env={**LEAN, "PYTHONPATH": str(root)})
    assert result.status == 1
    assert "this is a bug of ours: ZeroDivisionError: of a rule" in result.out
    assert "1 failed, 6 passed" in result.out
    assert "INTERNALERROR" not in result.out


def test_settings_that_cannot_be_used_stop_the_controller(write: Write) -> None:
    result = run_pytest(write(PROJECT), "--tta-validate", "-n2", "--tta-select", "nothing")
    assert (result.status, result.out) == (4, "")
    assert result.err.startswith("ERROR: --tta-select: no rule, metric or family is called 'nothing'")


def test_the_demonstration_is_green(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    demonstration = "fixtures/projects/agent-workspace/pyproject.toml"
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    result = run_pytest(root, "--tta-validate", demonstration, "-p", "no:cacheprovider", env={**LEAN, **home})
    assert result.status == 0, result.out
    assert "Adoption over " in result.out
