"""`check --fix` and `--diff` on files: what is kept, what is refused, and what is said."""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Write
from tta_validate import run
from tta_validate.cli import run_cli

_IDLE = "# tta: ignore[ignore]"


def _open(root: Path) -> run.Request:
    return run.Request(root=str(root), flags={"select": ["ignore"], "cache": False, "jobs": 1})


def _fix(root: Path) -> tuple[int, tuple[str, ...]]:
    report = run.fix(run.open_project(_open(root)), unsafe=False)
    return len(report.fixed or ()), report.notes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"\ufeffx = 1  {_IDLE}\r\ny = 2\r\n".encode(), "\ufeffx = 1\r\ny = 2\r\n".encode()),
        (
            f"# -*- coding: latin-1 -*-\nx = 'é'  {_IDLE}".encode("latin-1"),
            "# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"),
        ),
        (f"x = 1\ry = 2  {_IDLE}\rz = 3".encode(), b"x = 1\ry = 2\rz = 3"),
        (f"{_IDLE}\nx = 1".encode(), b"x = 1"),
        (f"x = 1\n{_IDLE}".encode(), b"x = 1"),
        (f"x = 1  # noqa {_IDLE}\n".encode(), b"x = 1  # noqa\n"),
    ],
)
def test_everything_else_of_a_file_stays(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "a.py").write_bytes(before)
    os.chmod(tmp_path / "a.py", 0o750)
    assert _fix(tmp_path) == (1, ())
    assert (tmp_path / "a.py").read_bytes() == after
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o750
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_what_cannot_be_written_is_named_and_the_rest_is_repaired(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for name in ("closed.py", "open.py"):
        (root / name).write_text(f"x = 1  {_IDLE}\n")
    (tmp_path / "outside.toml").write_text(f"x = 1  {_IDLE}\n")
    (root / "linked.toml").symlink_to(tmp_path / "outside.toml")
    os.chmod(root / "closed.py", 0o444)
    assert _fix(root) == (
        1,
        ("closed.py:1: not fixed: it is read-only", "linked.toml:1: not fixed: it is a link out of the project"),
    )
    assert (root / "open.py").read_text() == "x = 1\n"
    assert (root / "closed.py").read_text() == (tmp_path / "outside.toml").read_text() == f"x = 1  {_IDLE}\n"


def test_a_link_inside_stays_a_link(write: Write) -> None:
    root = write({"real/a.toml": f"x = 1  {_IDLE}\n"})
    (root / "b.toml").symlink_to(root / "real" / "a.toml")
    _fix(root)
    assert (root / "b.toml").is_symlink()
    assert (root / "b.toml").read_text() == "x = 1\n"


def test_a_file_that_changed_since_it_was_read_is_left(write: Write) -> None:
    root = write({"a.py": f"x = 1  {_IDLE}\n"})
    project = run.open_project(_open(root))
    assert project.text("a.py") == f"x = 1  {_IDLE}\n"
    (root / "a.py").write_text(f"y = 1\nx = 1  {_IDLE}\n")
    report = run.fix(project, unsafe=False)
    assert (report.fixed, report.notes) == ((), ("a.py:1: not fixed: it has changed since it was read",))
    assert (root / "a.py").read_text() == f"y = 1\nx = 1  {_IDLE}\n"


def test_a_diff_writes_nothing_and_says_what_a_fix_would_do(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.py": f"\ufeffx = 1  {_IDLE}\r\n", "Dockerfile": "FROM a  # tta: ignore[ignore, nope] b"}
    root = write(files)
    monkeypatch.chdir(root)
    command = ["check", "--select", "ignore", "--no-cache", "--jobs", "1"]
    assert run_cli([*command, "--diff", "--output", "json=report.json", "--output", "terminal"]) == run.FAILED
    shown = capsys.readouterr()
    assert shown.err == "Would fix 2, 1 remaining\n"
    assert shown.out == (
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +1 @@\n"
        "-FROM a  # tta: ignore[ignore, nope] b\n\\ No newline at end of file\n"
        "+FROM a  # tta: ignore[nope] b\n\\ No newline at end of file\n"
        f"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-\ufeffx = 1  {_IDLE}\r\n+\ufeffx = 1\r\n"
    )
    assert {name: (root / name).read_bytes().decode() for name in files} == files
    report = json.loads((root / "report.json").read_text())
    assert [finding["fix"]["safe"] for finding in report["findings"]] == [True, False, True]
    assert report["findings"][2]["fix"]["edits"] == [
        {"path": "a.py", "line": 1, "column": 6, "end_line": 1, "end_column": 29, "text": ""}
    ]
    assert run_cli([*command, "--fix", "-q"]) == run.FAILED
    assert capsys.readouterr().out.startswith("Fixed 2, 1 remaining\n")
    assert run_cli([*command, "--fix", "--unsafe-fixes", "-q"]) == run.CLEAN
    assert capsys.readouterr().out.startswith("Fixed 1, 0 remaining\n")
    assert (root / "Dockerfile").read_text() == "FROM a"


def test_what_is_silenced_is_not_repaired(write: Write) -> None:
    comment = "x = 1  # tta: ignore[ignore-unused]  # tta: ignore[ignore-expired] until=2020-01-01\n"
    root = write({"a.py": comment, "known.py": f"x = 1  {_IDLE}\n"})
    request = run.Request(root=str(root), flags={"select": ["ignore"], "cache": False, "baseline": "known.json"})
    before = (root / "known.py").read_text()
    assert run_cli(["baseline", "--root", str(root), "--baseline", "known.json"]) == run.CLEAN
    report = run.fix(run.open_project(request), unsafe=True)
    assert (report.fixed, (root / "known.py").read_text()) == ((), before)


def test_unsafe_needs_to_know_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["check", "--unsafe-fixes"]) == run.UNUSABLE
    assert capsys.readouterr().err == (
        "tta-validate: --unsafe-fixes: says which repairs are made, so that it needs --fix or --diff\n"
    )
