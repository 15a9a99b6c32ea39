"""Locks that uv 0.13.8 refuses to read, though they are TOML of the right shape, and near ones that it reads."""

from pathlib import Path

import pytest

from tests.conftest import Program
from tta_validate.lock.freshness import check_freshness
from tta_validate.lock.reasons import Verdict
from tta_validate.lock.samples import pyproject

from .real_uv import UV, ask
from .texts import INDEX, array, lock, package, root

REGISTRY = f'{{ registry = "{INDEX}" }}'
COMMIT = "#0123456789012345678901234567890123456789"
GIT = f'{{ git = "https://git.example/alpha.git?rev=a{COMMIT}" }}'
GIT_ARCHIVE = f'{{ git = "https://git.example/alpha.git?rev=a&path=alpha-1.0-py3-none-any.whl{COMMIT}" }}'
URL = '{ url = "https://files.example/alpha-1.0-py3-none-any.whl" }'
FULL = f'{{ name = "alpha", version = "1.0", source = {REGISTRY} }}'
GONE = "demo==0.1.0 requires gone"


def made(*edges: str, more: str = "", source: str = REGISTRY, hashed: bool = True) -> str:
    text = lock(package("alpha"), more, root("demo", ["alpha"])).replace(REGISTRY, source, 1)
    if edges:
        head, _, tail = text.rpartition('dependencies = [\n    { name = "alpha" },\n]')
        text = head + array("dependencies", edges).rstrip() + tail
    lines = text.split("\n")
    if not hashed:
        lines = [
            line.partition(", hash")[0] + " }," if line.endswith("},") and ", hash" in line else line for line in lines
        ]
    return "\n".join(line for line in lines if source == REGISTRY or not line.startswith("sdist"))


WRONG = {
    "twice": (made(more=package("alpha")), "alpha==1.0 stands twice in the lock"),
    "twice, edges in full": (made(FULL, more=package("alpha")), "alpha==1.0 stands twice in the lock"),
    "two versions": (
        made(more=package("alpha", "2.0")),
        "demo==0.1.0 requires alpha, without saying which of 2 it means",
    ),
    "two versions, no source": (
        made('{ name = "alpha", version = "1.0" }', more=package("alpha", "2.0")),
        "demo==0.1.0 requires alpha, without saying which of 2 it means",
    ),
    "two versions, no version": (
        made(f'{{ name = "alpha", source = {REGISTRY} }}', more=package("alpha", "2.0")),
        "demo==0.1.0 requires alpha, without saying which version it means",
    ),
    "gone": (made('{ name = "alpha" }', '{ name = "gone" }'), f"{GONE}, which the lock does not hold"),
    "gone in full": (
        made('{ name = "alpha" }', FULL.replace("alpha", "gone")),
        f"{GONE} 1.0, which the lock does not hold",
    ),
    "other version": (
        made('{ name = "alpha", version = "3.0" }'),
        "demo==0.1.0 requires alpha 3.0, which the lock does not hold",
    ),
    "edge twice": (made('{ name = "alpha" }', '{ name = "alpha" }'), "demo==0.1.0 requires alpha twice"),
    "git with a hash": (made(source=GIT), "alpha==1.0 comes from git and has a wheel with a hash"),
    "tree with a hash": (
        made(source='{ directory = "alpha" }'),
        "alpha==1.0 comes from directory and has a wheel with a hash",
    ),
    "url without": (made(source=URL, hashed=False), "alpha==1.0 comes from url and has a wheel without a hash"),
    "archive in git without": (
        made(source=GIT_ARCHIVE, hashed=False),
        "alpha==1.0 comes from git and has a wheel without a hash",
    ),
    "requires-python": (
        made().replace(">=3.11", ">=3.11 <b>|@me", 1),
        "has a requires-python that cannot be read: '>=3.11 <b>|@me' is not a version specifier",
    ),
    "no requires-python": (made().replace('requires-python = ">=3.11"\n', ""), "has no requires-python"),
}
SOUND = {
    "plain": made(),
    "two versions in full": made(FULL, more=package("alpha", "2.0")),
    "edge twice, other extra": made('{ name = "alpha" }', '{ name = "alpha", extra = ["x"] }'),
    "registry without hashes": made(hashed=False),
    "version respelled": made('{ name = "alpha", version = "1.0.0" }'),
}


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(pyproject(["alpha"]))
    (folder / "uv.lock").write_text(text)
    return folder


@pytest.mark.parametrize("name", WRONG)
def test_what_uv_refuses_to_read_is_unreadable_and_said_once(tmp_path: Path, name: str) -> None:
    text, said = WRONG[name]
    found = check_freshness(project(tmp_path, text))
    assert found.verdict is Verdict.ERROR
    assert [(one.rule, one.path, one.message) for one in found.reasons] == [
        ("lock-unreadable", "uv.lock", f"{said}; run `uv lock`")
    ]


@pytest.mark.parametrize("name", SOUND)
def test_what_uv_reads_is_readable(tmp_path: Path, name: str) -> None:
    assert check_freshness(project(tmp_path, SOUND[name])).verdict is Verdict.FRESH


@pytest.mark.skipif(not UV, reason="the real uv is not installed")
@pytest.mark.parametrize("name", [*WRONG, *SOUND])
def test_the_real_uv_says_the_same(tmp_path: Path, name: str) -> None:
    text = WRONG[name][0] if name in WRONG else SOUND[name]
    folder = tmp_path / "project"
    folder.mkdir()
    assert ask(project(folder, text)).verdict == ("error" if name in WRONG else "fresh")


def test_an_unreadable_lock_ends_with_status_2_at_its_line(tmp_path: Path, tta: Program) -> None:
    project(tmp_path, WRONG["requires-python"][0])
    done = tta("lock", "check")
    assert (done.status, done.err) == (2, "")
    assert done.out == (
        "uv.lock cannot be checked:\nuv.lock:3: has a requires-python that cannot be read: "
        "'>=3.11 <b>|@me' is not a version specifier; run `uv lock`\n"
    )
