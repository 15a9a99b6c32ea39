import json
from pathlib import Path

import pytest

from tests.conftest import Program, Write
from tta_validate.lock.samples import lock, package, pyproject, root

from .test_integrity import git

ALPHA = lock(package("alpha"), root("demo", ["alpha"]))
SCRIPT = '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["alpha"]\n# ///\n'
SCRIPT_LOCK = lock(package("alpha"), top='\n[manifest]\nrequirements = [{ name = "alpha" }]\n')
FILES = {
    "libs/a/pyproject.toml": pyproject(["alpha"]),
    "libs/a/uv.lock": ALPHA,
    "libs/b/pyproject.toml": pyproject(["alpha>=2"]),
    "libs/b/uv.lock": ALPHA,
    "tools/t.py": SCRIPT,
    "tools/t.py.lock": SCRIPT_LOCK,
    "tests/data/pyproject.toml": pyproject(["gamma"]),
    "tests/data/uv.lock": ALPHA,
    "loose/uv.lock": ALPHA,
    ".gitignore": "ignored/\n",
    "ignored/pyproject.toml": pyproject(["gamma"]),
    "ignored/uv.lock": ALPHA,
}
TOLD = (
    "libs/a/uv.lock is fresh (2 packages).\n"
    "libs/b/uv.lock is stale; run `uv lock --project libs/b`:\n"
    "libs/b/pyproject.toml:5: alpha>=2 is declared, the lock has alpha\n"
    "tools/t.py.lock is fresh (1 package).\n"
)


@pytest.fixture
def repository(write: Write) -> Path:
    folder = write(FILES)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "start")
    return folder


def test_a_repository_without_a_project_of_its_own_has_every_lock_checked(repository: Path, tta: Program) -> None:
    done = tta("lock", "check", cwd=repository)
    assert (done.status, done.out, done.err) == (1, TOLD, "")
    said = json.loads(tta("lock", "check", "--output", "json", cwd=repository).out)
    assert (said["schema"], said["verdict"], [one["path"] for one in said["reasons"]]) == (
        1,
        "stale",
        ["libs/b/pyproject.toml"],
    )
    assert [(one["path"], one["verdict"]) for one in said["locks"]] == [
        ("libs/a/uv.lock", "fresh"),
        ("libs/b/uv.lock", "stale"),
        ("tools/t.py.lock", "fresh"),
    ]


def test_a_project_has_its_own_lock_checked_and_the_others_on_demand(repository: Path, tta: Program) -> None:
    (repository / "pyproject.toml").write_text(pyproject(["alpha"]))
    (repository / "uv.lock").write_text(ALPHA)
    fresh = "uv.lock is fresh (2 packages).\n"
    assert tta("lock", "check", cwd=repository).out == fresh
    assert tta("lock", "check", "--all", cwd=repository).out == fresh + TOLD
    named = tta("lock", "check", "tools/t.py", "libs/a", "loose", "--root", ".", cwd=repository).out
    assert named == "tools/t.py.lock is fresh (1 package).\nlibs/a/uv.lock is fresh (2 packages).\n" + (
        "loose/uv.lock cannot be checked:\nloose/pyproject.toml:1: does not exist\n"
    )


def test_rules_look_at_every_lock_but_those_that_uv_never_reads(repository: Path, tta: Program) -> None:
    workspace = pyproject(["alpha"], '\n[tool.uv.workspace]\nmembers = ["libs/b"]\n').replace("demo", "top")
    (repository / "pyproject.toml").write_text(workspace)
    done = tta("check", "--select", "lock-missing,lock-stale", "--output", "concise", "--no-cache", cwd=repository)
    assert done.out == "pyproject.toml:1:1: lock-missing warning there is no uv.lock; run `uv lock`\n"
    (repository / "pyproject.toml").unlink()
    done = tta("check", "--select", "lock-stale,lock-undecided", "--output", "concise", "--no-cache", cwd=repository)
    assert done.out == ("libs/b/pyproject.toml:5:1: lock-stale error alpha>=2 is declared, the lock has alpha\n")


def test_diff_follows_locks_that_were_moved(repository: Path, tta: Program) -> None:
    (repository / "libs/a").rename(repository / "libs/c")
    (repository / "libs/c/uv.lock").write_text(lock(package("alpha", "1.1"), root("demo", ["alpha"])))
    done = tta("lock", "diff", cwd=repository)
    assert done.out.splitlines()[:2] == [
        "libs/c/uv.lock: 1 upgraded. Alarms: none.",
        f"note: libs/c/uv.lock was moved: it is libs/a/uv.lock in HEAD ({commit(repository)})",
    ]
    assert done.out.splitlines()[-1] == "No change in 3 other locks."
    said = json.loads(tta("lock", "diff", "--output", "json", "libs/c", cwd=repository).out)
    assert [(one["name"], one["kind"], one["from"], one["to"]) for one in said["changes"]] == [
        ("alpha", "upgraded", ["1.0"], ["1.1"])
    ]


def commit(folder: Path) -> str:
    return (folder / ".git" / "refs" / "heads" / branch(folder)).read_text()[:8]


def branch(folder: Path) -> str:
    return (folder / ".git" / "HEAD").read_text().strip().rpartition("/")[2]


def test_diff_tells_locks_that_came_and_went(repository: Path, tta: Program) -> None:
    other = lock(package("omega"), package("psi"), root("other", ["omega", "psi"]))
    (repository / "new").mkdir()
    (repository / "new/pyproject.toml").write_text(pyproject())
    (repository / "new/uv.lock").write_text(other)
    (repository / "tools/t.py.lock").unlink()
    said = json.loads(tta("lock", "diff", "--output", "json", cwd=repository).out)
    assert [(one["lock"], one["name"], one["kind"]) for one in said["changes"]] == [
        ("new/uv.lock", "omega", "added"),
        ("new/uv.lock", "other", "added"),
        ("new/uv.lock", "psi", "added"),
        ("tools/t.py.lock", "alpha", "removed"),
    ]


def test_two_files_are_compared_by_name(repository: Path, tta: Program) -> None:
    for name in ("old.lock", "new.lock"):
        (repository / name).write_text(ALPHA)
    assert tta("lock", "diff", "--base", "old.lock", "--head", "new.lock", cwd=repository).out == "No change.\n"
    wrong = tta("lock", "diff", "old.lock", "new.lock", cwd=repository)
    assert (wrong.status, wrong.err) == (
        2,
        "tta-validate: lock diff: to compare two files, say --base old.lock --head new.lock\n",
    )
    assert tta("lock", "platforms", "old.lock", cwd=repository).out.startswith("Python 3.11")
