"""Whole projects, before and after a migration: ``command`` is what is run, ``after`` what it has to leave."""

import json
import shlex
import shutil
from pathlib import Path

import pytest

from tta_validate.cli import run_cli

CASES = Path(__file__).parent / "cases"


def tree(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and ".cache" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in files}


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_a_project_is_migrated(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / name
    shutil.copytree(CASES / name / "before", work)
    monkeypatch.chdir(work)
    command = shlex.split((CASES / name / "command").read_text(encoding="utf-8"))

    before = tree(work)
    assert run_cli([*command, "--no-cache", "--output", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert tree(work) == before
    assert run_cli([*command, "--no-cache", "--write"]) == 0
    after = tree(work)

    assert {path: text for path, text in after.items() if before.get(path) != text} == tree(CASES / name / "after")
    assert {one["path"] for one in shown["files"]} == {path for path in after if before.get(path) != after[path]}
    assert not [path for path in after if path.endswith(".tta-validate")]
    run_cli([*command, "--no-cache", "--write"])
    assert tree(work) == after
