"""Hooks of pre-commit: the manifest, and the environment that a replay sees in one."""

import os
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
import yaml

from tests.conftest import Write
from tta_validate import __version__, hook
from tta_validate.cli import run_cli
from tta_validate.hook import without
from tta_validate.selection import available, load_rule

ROOT = Path(__file__).resolve().parent.parent
KEYS = """
id name entry language alias files exclude types types_or exclude_types additional_dependencies args always_run
fail_fast pass_filenames description language_version log_file require_serial stages verbose
minimum_pre_commit_version
"""
"""The keys that pre-commit reads: it accepts any other, and does nothing with it."""


def hooks() -> dict[str, dict[str, object]]:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    listed = cast("list[dict[str, object]]", yaml.safe_load(text))
    return {str(each["id"]): each for each in listed}


def test_the_manifest_has_keys_that_pre_commit_reads_and_names_families_that_there_are() -> None:
    assert [*hooks()] == ["tta-check", "tta-project", "tta-fix", "tta-replay"]
    assert [set(each) - set(KEYS.split()) for each in hooks().values()] == [set()] * 4
    selected = str(hooks()["tta-project"]["entry"]).rpartition(" ")[2].split(",")
    assert set(selected) <= {load_rule(name).family for name in available()}


def test_an_app_does_not_see_the_environment_of_the_hook() -> None:
    inside = os.pathsep.join([os.path.join("hook", "bin"), os.path.join("hook", "Scripts"), "usr", "other"])
    assert without({"PATH": inside, "VIRTUAL_ENV": "hook", "A": "1"}, "hook") == {
        "PATH": os.pathsep.join(["usr", "other"]),
        "A": "1",
    }
    assert without({"VIRTUAL_ENV": "mine"}, "hook") == {"PATH": "", "VIRTUAL_ENV": "mine"}


def test_a_hook_runs_the_command_line() -> None:
    command = (sys.executable, "-m", "tta_validate.hook", "--version")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"tta-validate {__version__}\n")


def test_the_hook_of_repairs_repairs_the_files_that_it_is_given(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = "FROM x  # tta: ignore[workspace-image-not-locked] why\n"
    root = write({"pyproject.toml": '[project]\nname = "p"\n', "Dockerfile": idle, "b.dockerfile": idle})
    monkeypatch.chdir(root)
    command, *arguments = str(hooks()["tta-fix"]["entry"]).split()
    assert (command, run_cli([*arguments, "Dockerfile", "--no-cache", "--jobs", "1"])) == ("tta-validate", 0)
    assert ((root / "Dockerfile").read_text(), (root / "b.dockerfile").read_text()) == ("FROM x\n", idle)


def test_the_hook_of_replays_passes_where_nothing_is_recorded(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write({"pyproject.toml": '[project]\nname = "p"\n'}))
    monkeypatch.setattr(sys, "argv", ["tta_validate.hook", "replay"])
    for name in ("PATH", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    assert hook.main() == 0
    assert capsys.readouterr().out == "tta-validate: nothing is recorded here, so nothing was replayed\n"
    monkeypatch.setattr(sys, "argv", ["tta_validate.hook", "replay", "."])
    assert hook.main() == 2
