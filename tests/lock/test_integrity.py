import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tta_validate.lock import dates, edges, hashes, hosts, platforms
from tta_validate.lock.age import lock_age
from tta_validate.lock.samples import artifact, lock, package, root
from tta_validate.lock.view import Flaw, LockView, Policy

from .edits import PROJECTS

CHECKS: dict[str, Callable[[LockView], Iterator[Flaw]]] = {
    "foreign-host": hosts.foreign_hosts,
    "insecure-url": hosts.insecure_urls,
    "credentials": hosts.credentials,
    "confused": hosts.confused,
    "hash-missing": hashes.missing_hashes,
    "hash-weak": hashes.weak_hashes,
    "duplicate-hash": hashes.duplicate_hashes,
    "name-mismatch": hashes.wrong_names,
    "orphan": edges.orphans,
    "dangling": edges.dangling,
    "missing-edge": edges.unmatched,
    "after-commit": dates.after_commit,
    "too-new": dates.too_new,
    "platform-gap": platforms.unserved,
}
LOCKS = sorted(path.parent.name for path in PROJECTS.glob("*/uv.lock"))


def flaws(folder: Path, policy: Policy | None = None) -> dict[str, list[Flaw]]:
    view = LockView(folder, policy or Policy())
    found = {name: list(check(view)) for name, check in CHECKS.items()}
    return {name: flaws for name, flaws in found.items() if flaws}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_as_uv_made_it_has_no_flaw(name: str) -> None:
    assert flaws(PROJECTS / name) == {}


def drop(pattern: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.MULTILINE)


def swap(pattern: str, new: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, new, text, count=1, flags=re.MULTILINE)


TAMPERED: list[tuple[str, Callable[[str], str]]] = [
    ("foreign-host", swap(r'(    \{ url = "https://)[^/]+', r"\1files.example")),
    ("foreign-host", swap(r'(sdist = \{ url = "https://)[^/]+', r"\1files.example:443")),
    ("insecure-url", swap(r'(sdist = \{ url = ")https:', r"\1http:")),
    ("credentials", swap(r'(sdist = \{ url = "https://)', r"\1user:secret@")),
    ("hash-missing", swap(r', hash = "[^"]*"', "")),
    ("hash-weak", swap(r'"sha256:[0-9a-f]{32}', '"md5:')),
    ("hash-weak", swap(r'("sha256:)[0-9a-f]', r"\1")),
    ("name-mismatch", swap(r"/idna-([^/]*\.tar\.gz)", r"/idma-\1")),
    ("name-mismatch", swap(r"/idna-3([^/]*\.tar\.gz)", r"/idna-9\1")),
    ("orphan", lambda text: text + package("zebra")),
    ("dangling", swap(r'^(    \{ name = ")idna" \},$', r'\1nothing" },')),
    ("missing-edge", drop(r'^    \{ name = "idna" \},\n')),
    ("missing-edge", swap(r'^(    \{ name = "idna" \},)$', r'\1\n    { name = "h11" },')),
    ("after-commit", swap(r'upload-time = "\d{4}', 'upload-time = "2999')),
]


@pytest.mark.parametrize(("rule", "tamper"), TAMPERED)
def test_a_tampered_lock_is_caught_at_its_line(tmp_path: Path, rule: str, tamper: Callable[[str], str]) -> None:
    shutil.copytree(PROJECTS / "single", tmp_path / "single")
    path = tmp_path / "single" / "uv.lock"
    before = path.read_text()
    after = tamper(before)
    assert after != before
    path.write_text(after)
    found = flaws(tmp_path / "single")
    assert rule in found
    lines = after.split("\n")
    changed = {at + 1 for at, line in enumerate(lines) if line not in before.split("\n")}
    assert any(flaw.line in changed for flaw in found[rule]) or rule in ("missing-edge", "orphan")
    assert all("secret" not in flaw.message for flaws_ in found.values() for flaw in flaws_)


def test_a_copied_hash_is_caught(tmp_path: Path) -> None:
    text = lock(package("alpha"), root("demo", ["alpha"]))
    hashed = re.findall(r"sha256:[0-9a-f]{64}", text)
    (tmp_path / "uv.lock").write_text(text.replace(hashed[1], hashed[0]))
    assert [*flaws(tmp_path)] == ["duplicate-hash"]


def test_a_host_of_the_policy_is_no_flaw(tmp_path: Path) -> None:
    files = [artifact("alpha-1.0-py3-none-any.whl", host="cdn.example")]
    (tmp_path / "uv.lock").write_text(lock(package("alpha", files=files), root("demo", ["alpha"])))
    assert [*flaws(tmp_path)] == ["foreign-host"]
    assert flaws(tmp_path, Policy(hosts={"registry.example": ("cdn.example",)})) == {}


def test_extras_and_markers_do_not_count_as_missing_edges(tmp_path: Path) -> None:
    recorded = (
        '\n[package.optional-dependencies]\nweb = [\n    { name = "beta" },\n]\n'
        "\n[package.metadata]\nrequires-dist = [\n"
        '    { name = "alpha" },\n    { name = "beta", marker = "extra == \'web\'" },\n'
        '    { name = "old", marker = "python_full_version < \'3.8\'" },\n]\nprovides-extras = ["web"]\n'
    )
    own = root("demo", ["alpha"], requires=[]) + recorded
    (tmp_path / "uv.lock").write_text(lock(package("alpha"), package("beta"), own))
    assert flaws(tmp_path) == {}


def test_a_platform_without_wheel_is_told_unless_markers_keep_it_away(tmp_path: Path) -> None:
    wheel = [artifact("alpha-1.0-cp311-abi3-win_amd64.whl")]
    own = root("demo", ["alpha"])
    (tmp_path / "uv.lock").write_text(lock(package("alpha", files=wheel), own))
    (gap,) = flaws(tmp_path)["platform-gap"]
    assert "linux-x86_64 (Python 3.11, 3.12, 3.13, 3.14)" in gap.message
    assert "windows" not in gap.message
    marked = own.replace('{ name = "alpha" }', '{ name = "alpha", marker = "sys_platform == \'win32\'" }', 1)
    (tmp_path / "uv.lock").write_text(lock(package("alpha", files=wheel), marked))
    assert flaws(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "target", "python", "fits"),
    [
        ("a-1-py3-none-any.whl", "linux-x86_64", "3.12", True),
        ("a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "linux-x86_64", "3.12", True),
        ("a-1-cp312-cp312-manylinux_2_17_x86_64.whl", "linux-x86_64", "3.13", False),
        ("a-1-cp38-abi3-manylinux_2_17_aarch64.whl", "linux-aarch64", "3.13", True),
        ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", "linux-x86_64", "3.12", False),
        ("a-1-cp312-cp312-macosx_11_0_universal2.whl", "macos-arm64", "3.12", True),
        ("a-1-cp312-cp312-macosx_11_0_x86_64.whl", "macos-arm64", "3.12", False),
        ("a-1-cp312-cp312-win32.whl", "windows-x86_64", "3.12", False),
        ("a-1-cp313-cp313t-win_amd64.whl", "windows-x86_64", "3.13", False),
        ("a-1-pp310-pypy310_pp73-win_amd64.whl", "windows-x86_64", "3.10", False),
        ("nonsense.whl", "windows-x86_64", "3.10", False),
    ],
)
def test_wheels_fit_by_their_tags(name: str, target: str, python: str, fits: bool) -> None:
    assert platforms.wheel_fits(name, platforms.TARGETS[target], python) is fits


def git(folder: Path, *arguments: str, date: str = "2026-02-01T00:00:00Z") -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    env = {"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    subprocess.run(["git", *identity, *arguments], cwd=folder, env=env, check=True, capture_output=True)


def test_ages_count_to_the_commit_of_the_lock(tmp_path: Path) -> None:
    text = lock(package("alpha"), package("beta").replace('upload-time = "2026-01-01T00:00:00Z"', ""), root("demo"))
    (tmp_path / "uv.lock").write_text(text.replace(",  }", " }"))
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "uv.lock")
    git(tmp_path, "commit", "-qm", "lock")
    found = lock_age(LockView(tmp_path), datetime.now(UTC))
    assert (found.committed, found.nothing_newer_than) == ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z")
    assert (found.days_total, found.days_median, found.unknown, found.libyears) == (31, 31, 1, None)
    assert any("uv audit" in what for what in found.not_checked)
    assert any("--online" in what for what in found.not_checked)


def test_a_cutoff_that_is_a_span_counts_back_from_the_commit(tmp_path: Path) -> None:
    span = '\n[options]\nexclude-newer = "0001-01-01T00:00:00Z"\nexclude-newer-span = "P30D"\n'
    (tmp_path / "uv.lock").write_text(lock(package("alpha"), root("demo", ["alpha"]), top=span))
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "uv.lock")
    git(tmp_path, "commit", "-qm", "lock", date="2026-01-10T00:00:00Z")
    assert [*flaws(tmp_path)] == ["too-new"]
    git(tmp_path, "commit", "-q", "--amend", "-m", "lock", date="2026-03-10T00:00:00Z")
    assert flaws(tmp_path) == {}


def test_groups_of_a_local_package_that_is_no_member_need_no_edges(tmp_path: Path) -> None:
    local = (
        '\n[[package]]\nname = "lib"\nversion = "1"\nsource = { editable = "../lib" }\n'
        '\n[package.metadata]\n\n[package.metadata.requires-dev]\ndev = [{ name = "ruff" }]\n'
    )
    (tmp_path / "uv.lock").write_text(lock(root("demo", ["lib"]), local))
    assert flaws(tmp_path) == {}


CONFLICTS = """conflicts = [[
    { package = "demo", extra = "a" },
    { package = "demo", group = "b" },
]]
"""


def test_what_only_conflicting_extras_ask_for_is_no_gap(tmp_path: Path) -> None:
    both = "extra == 'extra-4-demo-a' and extra == 'group-4-demo-b'"
    edge = f'{{ name = "win", marker = "sys_platform == \'win32\' or ({both})" }}'
    wheel = [artifact("win-1.0-py3-none-win_amd64.whl")]
    text = lock(package("alpha", needs=[edge]), root("demo", ["alpha"]), package("win", files=wheel), top=CONFLICTS)
    (tmp_path / "uv.lock").write_text(text)
    assert flaws(tmp_path) == {}
    (tmp_path / "uv.lock").write_text(text.replace(CONFLICTS, ""))
    assert [*flaws(tmp_path)] == ["platform-gap"]


def test_credentials_in_what_is_declared_are_found_too(tmp_path: Path) -> None:
    url = "https://token@host.example/x.git"
    manifest = f'\n[manifest]\nconstraints = [{{ name = "x", git = "{url}" }}]\n'
    needs = f'\n[package.metadata.requires-dev]\ndev = [{{ name = "x", git = "{url}" }}]\n'
    text = lock(root("demo", ["alpha"]) + needs, package("alpha"), top=manifest)
    (tmp_path / "uv.lock").write_text(text)
    lines = text.split("\n")
    assert ["token" in lines[one.line - 1] for one in flaws(tmp_path)["credentials"]] == [True, True]
