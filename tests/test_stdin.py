"""`check -`: one file from standard input, in the project that it belongs to."""

import io
from pathlib import Path

import pytest

from tests.conftest import Write
from tta_validate import run
from tta_validate.cli import run_cli

_FILES = {
    "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
    "clients.py": "from openai import OpenAI\n\nclient = OpenAI(max_retries=2)\n",
    "app.py": "from clients import client\n\n\ndef f(q):\n    return client.responses.create(model='m', input=q)\n",
}
_CHANGED = "from clients import client\nx = client.responses.create(model='m', input='q')  # tta: ignore[adoption]\n"


def _check(root: Path, name: str, given: bytes | None) -> tuple[list[str], list[str]]:
    chosen = ["adoption", "groups-missing-dependency"]
    flags: dict[str, object] = {"cache-dir": str(root.parent / "cache"), "jobs": 1, "select": chosen}
    report = run.check(run.open_project(run.Request((str(root / name),), flags=flags, given=given)))
    found = [f"{one.path}:{one.line} {one.rule} {one.fingerprint}" for one in report.findings]
    return found, [f"{one.path}:{one.line} {one.rule}" for one in report.suppressed]


def test_a_file_from_standard_input_is_judged_as_it_would_be_on_disk(write: Write) -> None:
    root = write(_FILES)
    for name, text in {"app.py": _CHANGED, "new.py": _FILES["app.py"], "clients.py": "import os\n"}.items():
        on_disk = _check(root, "app.py", None)
        given = _check(root, name, text.encode())
        assert _check(root, "app.py", None) == on_disk, "nothing of what was given is kept"
        before = (root / name).read_text() if (root / name).exists() else None
        (root / name).write_text(text)
        assert _check(root, name, None) == given
        if before is None:
            (root / name).unlink()
        else:
            (root / name).write_text(before)


def test_the_command_line_reads_standard_input(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(_FILES)
    monkeypatch.chdir(root)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(_FILES["app.py"].encode())))
    command = ["check", "-", "--no-cache", "--jobs", "1", "--output", "concise", "--select", "adoption-no-timeout"]
    assert run_cli([*command, "--stdin-filename", "new.py"]) == run.FAILED
    assert capsys.readouterr().out.startswith("new.py:5:12: adoption-no-timeout warning ")
    assert run_cli(command) == run.UNUSABLE
    assert run_cli(["check", "app.py", "--stdin-filename", "new.py"]) == run.UNUSABLE
    assert run_cli([*command, "--stdin-filename", "new.py", "--fix"]) == run.UNUSABLE
    assert capsys.readouterr().err.splitlines() == [
        "tta-validate: -: is standard input; --stdin-filename says which file it is",
        "tta-validate: --stdin-filename: names what standard input is, which is read for the only PATH `-`",
        "tta-validate: --stdin-filename: standard input cannot be repaired in place; leave out --fix and --diff",
    ]
    assert not (root / "new.py").exists()
