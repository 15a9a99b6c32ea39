import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import Program
from tta_validate.lock.online import Index
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.lock_summary import fenced

from .edits import PROJECTS
from .test_integrity import git

BASE = lock(package("alpha", "1.0", needs=["beta"]), package("beta"), root("demo", ["alpha"]))
HEAD = lock(
    package("alpha", "2.0", needs=["beta", "gamma"]), package("beta"), root("demo", ["alpha"]), package("gamma")
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(pyproject(["alpha"]))
    (folder / "uv.lock").write_text(BASE)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "start")
    return folder


def test_check_says_fresh_stale_missing_and_unusable(repository: Path, tta: Program) -> None:
    fresh = tta("lock", "check", cwd=repository)
    assert (fresh.status, fresh.out, fresh.err) == (0, "uv.lock is fresh (3 packages).\n", "")
    (repository / "pyproject.toml").write_text(pyproject(["alpha>=3"]))
    stale = tta("lock", "check", "--output", "json", cwd=repository)
    said = json.loads(stale.out)
    assert (stale.status, said["schema"], said["verdict"], said["profile"]) == (1, 1, "stale", "current")
    (reason,) = said["reasons"]
    assert (reason["rule"], reason["path"], reason["line"]) == ("lock-stale", "pyproject.toml", 5)
    assert (reason["package"], reason["expected"], reason["found"]) == ("demo", "alpha>=3", "alpha")
    (repository / "uv.lock").write_text("<<<<<<< ours\n")
    assert tta("lock", "check", cwd=repository).status == 2
    (repository / "uv.lock").unlink()
    (repository / "pyproject.toml").write_text(pyproject(["alpha"], "\n[tool.uv]\npackage = false\n"))
    missing = tta("lock", "check", cwd=repository)
    told = "uv.lock is missing:\npyproject.toml:1: there is no uv.lock; run `uv lock`\n"
    assert (missing.status, missing.out) == (1, told)


def test_check_of_what_only_a_build_can_tell_fails_only_if_strict(tmp_path: Path, tta: Program) -> None:
    (tmp_path / "pyproject.toml").write_text(pyproject().replace("dependencies = []", 'dynamic = ["dependencies"]'))
    (tmp_path / "uv.lock").write_text(lock(root("demo")))
    assert tta("lock", "check").status == 0
    assert tta("lock", "check", "--strict").status == 1


def test_check_can_ask_the_real_uv(tmp_path: Path, tta: Program) -> None:
    shutil.copytree(PROJECTS / "single", tmp_path / "single")
    asked = tta("lock", "check", "--verify-with-uv", cwd=tmp_path / "single")
    assert asked.status == 0
    assert asked.err in (
        "tta-validate: uv agrees: fresh\n",
        "tta-validate: uv is not installed, so its verdict was not asked for\n",
    )


def test_diff_tells_what_changed_since_the_last_commit(repository: Path, tta: Program) -> None:
    assert tta("lock", "diff", cwd=repository).out == "No change.\n"
    (repository / "uv.lock").write_text(HEAD)
    said = json.loads(tta("lock", "diff", "--output", "json", cwd=repository).out)
    assert [(one["name"], one["kind"], one["from"], one["to"], one["size"]) for one in said["changes"]] == [
        ("alpha", "upgraded", ["1.0"], ["2.0"], "major"),
        ("gamma", "added", [], ["1.0"], None),
    ]
    assert [(one["direct"], one["path"]) for one in said["changes"]] == [
        (["demo"], ["demo", "alpha"]),
        ([], ["demo", "alpha", "gamma"]),
    ]
    assert said["alarms"] == []
    shown = tta("lock", "diff", cwd=repository).out
    assert shown.startswith("1 upgraded, 1 added. Alarms: none.\n")


def test_diff_compares_revisions_files_and_bare_pairs(repository: Path, tmp_path: Path, tta: Program) -> None:
    (repository / "uv.lock").write_text(HEAD)
    git(repository, "commit", "-qam", "upgrade")
    one = tta("lock", "diff", "--base", "HEAD~1", "--head", "HEAD", "--output", "json", cwd=repository)
    assert [each["name"] for each in json.loads(one.out)["changes"]] == ["alpha", "gamma"]
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "a.lock").write_text(BASE)
    (bare / "b.lock").write_text(HEAD)
    two = tta("lock", "diff", "--base", "a.lock", "--head", "b.lock", "--output", "json", cwd=bare)
    assert [each["name"] for each in json.loads(two.out)["changes"]] == ["alpha", "gamma"]


def test_diff_of_a_tampered_lock_fails_at_the_line(repository: Path, tta: Program) -> None:
    text = (repository / "uv.lock").read_text()
    line = next(at for at, line in enumerate(text.split("\n"), 1) if "alpha-1.0-py3" in line)
    lines = text.split("\n")
    lines[line - 1] = lines[line - 1].replace("sha256:", "sha256:00")[:-4] + lines[line - 1][-4:]
    (repository / "uv.lock").write_text("\n".join(lines))
    found = tta("lock", "diff", "--output", "sarif", cwd=repository)
    (result,) = json.loads(found.out)["runs"][0]["results"]
    assert (found.status, result["ruleId"], result["level"]) == (1, "lock-hash-changed", "error")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == line


def test_diff_without_a_base_says_so(repository: Path, tta: Program) -> None:
    git(repository, "rm", "-q", "--cached", "uv.lock")
    git(repository, "commit", "-qm", "drop the lock")
    new = tta("lock", "diff", cwd=repository)
    assert "uv.lock is not in HEAD" in new.out
    assert "3 added" in new.out
    unknown = tta("lock", "diff", "--base", "nowhere", cwd=repository)
    assert (unknown.status, unknown.out) == (2, "")
    assert "neither a file nor a revision" in unknown.err
    hostile = tta("lock", "diff", "--base=--output=pwned", cwd=repository)
    assert hostile.status == 2
    assert not (repository / "pwned").exists()


def test_markdown_is_escaped_and_bounded(repository: Path, tta: Program) -> None:
    evil = package("evil", "1.0").replace('"1.0"', '"<img src=x> @team | [x](https://a.example)"', 1)
    many = [package(f"package-{at:04}", "1.0") for at in range(1500)]
    (repository / "uv.lock").write_text(lock(evil, *many, root("demo", ["alpha"])))
    text = tta("lock", "diff", "--output", "markdown", cwd=repository).out
    assert len(text) < 65_536
    assert "<img" not in text
    assert "@team" not in text
    assert "https://a.example" not in text
    assert "more are left out here" in text
    assert text.count("<details>") == text.count("</details>")


def test_age_and_platforms_are_told(repository: Path, tta: Program) -> None:
    age = json.loads(tta("lock", "age", "--output", "json", cwd=repository).out)
    assert (age["committed"], age["days_total"], age["unknown"]) == ("2026-02-01T00:00:00Z", 62, 0)
    platforms = tta("lock", "platforms", "--target", "windows-arm64", cwd=repository)
    assert (platforms.status, "windows-arm64: every package by wheel" in platforms.out) == (0, True)
    wrong = tta("lock", "platforms", "--target", "toaster", cwd=repository)
    assert (wrong.status, "there is no target" in wrong.err) == (2, True)


class Simple(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        files = [
            {"filename": "alpha-1.0-py3-none-any.whl", "yanked": "broken", "upload-time": "2025-01-01T00:00:00Z"},
            {"filename": "alpha-2.0.tar.gz", "upload-time": "2026-01-01T00:00:00Z"},
            {"filename": "alpha-3.0rc1.tar.gz", "upload-time": "2026-03-01T00:00:00Z"},
        ]
        found = self.path == "/simple/alpha/"
        data = json.dumps({"files": files}).encode() if found else b"<html>"
        self.send_response(200 if found or self.path.endswith("/html/") else 404)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def index() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Simple)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    server.server_close()


def test_the_index_is_asked_once_and_failures_are_told(index: str, tmp_path: Path) -> None:
    client = Index(tmp_path)
    version, moment, yanked = client.latest(index, "alpha", "1.0")
    assert (version, moment and moment.year, yanked) == ("2.0", 2026, "broken")
    asked = Simple.asked
    assert Index(tmp_path).latest(index, "alpha", "2.0")[2] is None
    assert Simple.asked == asked
    assert client.latest(index, "unknown", "1.0") == (None, None, None)
    assert client.latest(index, "html", "1.0") == (None, None, None)
    assert client.latest("http://127.0.0.1:9/simple", "alpha", "1.0") == (None, None, None)
    assert len(client.failures) == 3


@pytest.mark.parametrize("flags", [(), ("--output", "json"), ("--output=json",), ("--quiet",)])
def test_the_quick_answer_is_that_of_the_whole_program(repository: Path, tta: Program, flags: tuple[str, ...]) -> None:
    (repository / "pyproject.toml").write_text(pyproject(["alpha>=3"]))
    quick = tta("lock", "check", *flags, cwd=repository)
    whole = tta("lock", "check", "--no-cache", *flags, cwd=repository)
    assert (quick.status, quick.out, quick.err) == (whole.status, whole.out, whole.err)


EVIL = "::error file=x%0Ahi::\\u001b[31m<script>|`x`](http://evil)@all"


@pytest.mark.parametrize("command", ["check", "diff", "age", "platforms"])
def test_nothing_of_a_hostile_lock_gets_through(repository: Path, tta: Program, command: str) -> None:
    url = f"https://bob:hunter2@evil.example/{EVIL}/alpha"
    (repository / "uv.lock").write_text(BASE.replace("https://registry.example/files/alpha", url))
    files = [f"--output={name}={name}.txt" for name in ("terminal", "markdown", "sarif", "concise", "json")]
    done = tta("lock", command, *files, cwd=repository)
    assert done.status in (0, 1), done.err
    for path in repository.glob("*.txt"):
        text = path.read_text()
        assert "\x1b" not in text
        assert "hunter2" not in text
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())
        assert path.stem != "markdown" or not ("<script" in text or "@all" in text)


def test_a_name_that_no_package_can_have_makes_a_lock_unreadable(repository: Path, tta: Program) -> None:
    (repository / "uv.lock").write_text(BASE.replace('name = "alpha"\nversion', f'name = "{EVIL}"\nversion', 1))
    done = tta("lock", "check", cwd=repository)
    assert (done.status, "\x1b" in done.out, "has a name that no package can have" in done.out) == (2, False, True)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_diff_fits_the_terminal(tmp_path: Path, tta: Program, width: int) -> None:
    long = [f"package-with-a-long-name-{at}" for at in range(9)]
    chain = [package(name, needs=[after]) for name, after in pairwise(long)]
    (tmp_path / "old.lock").write_text(lock(root("demo", [long[0]]), *chain, package(long[-1])))
    (tmp_path / "new.lock").write_text(lock(root("demo", [long[0]]), *chain, package(long[-1], "2.0")))
    done = tta("lock", "diff", "--base", "old.lock", "--head", "new.lock", env={"COLUMNS": str(width)})
    assert "package-with-a-long-name-8" in done.out
    assert max(map(len, done.out.splitlines())) <= width


@pytest.mark.parametrize("command", [("age",), ("platforms",), ("diff", "--base", "uv.lock")])
def test_a_hostile_name_reaches_no_terminal(repository: Path, tta: Program, command: tuple[str, ...]) -> None:
    (repository / "uv.lock").write_text(BASE.replace('name = "beta"\nversion', 'name = "x\\u001b[2J\\nfoo"\nversion'))
    done = tta("lock", *command, cwd=repository)
    line = BASE[: BASE.index('[[package]]\nname = "beta"')].count("\n") + 1
    told = f"tta-validate: uv.lock:{line}: package x [2j foo has a name that no package can have; run `uv lock`\n"
    assert (done.status, done.out, done.err) == (2, "", told)


@pytest.mark.parametrize("command", ["check", "age", "platforms"])
def test_every_format_for_readers_holds_the_answer(repository: Path, tta: Program, command: str) -> None:
    shown = tta("lock", command, cwd=repository)
    concise, markdown = (tta("lock", command, "--output", name, cwd=repository) for name in ("concise", "markdown"))
    title = {"check": "Freshness of the lock", "age": "Age of uv.lock", "platforms": "Platforms of uv.lock"}[command]
    assert concise == shown
    assert (markdown.status, markdown.err) == (shown.status, "")
    assert markdown.out == f"### {title}\n\n```text\n{shown.out}```\n"


def test_nothing_in_a_lock_ends_the_block_of_markdown() -> None:
    assert fenced("a", "x ``` y\n") == "### a\n\n````text\nx ``` y\n````\n"


def test_a_project_without_uv_needs_no_lock(tmp_path: Path, tta: Program) -> None:
    (tmp_path / "pyproject.toml").write_text(pyproject())
    for more in ((), ("--strict",)):
        done = tta("lock", "check", *more)
        told = "uv.lock is not applicable: the project does not use uv.\n"
        assert (done.status, done.out, done.err) == (0, told, "")
    said = json.loads(tta("lock", "check", "--output", "json").out)
    assert (said["verdict"], said["reasons"]) == ("not applicable", [])


def test_a_script_without_metadata_has_no_lock(repository: Path, tta: Program) -> None:
    (repository / "plain.py").write_text("x = 1\n")
    done = tta("lock", "check", "plain.py", cwd=repository)
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "tta-validate: plain.py:1: is a script without a metadata block, `# /// script`, so there is no lock of it; "
        "name the project's folder for the project's lock\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_lock_that_links_to_itself_cannot_be_read_and_is_not_missing(repository: Path, tta: Program) -> None:
    (repository / "uv.lock").unlink()
    (repository / "uv.lock").symlink_to("uv.lock")
    done = tta("lock", "check", cwd=repository)
    assert (done.status, done.err) == (2, "")
    assert done.out.startswith("uv.lock cannot be checked:\nuv.lock:1: cannot be read: ")
    assert "lock-unreadable" in tta("check", "--select", "lock", cwd=repository).out


def test_diff_of_a_deleted_lock_says_so(repository: Path, tta: Program) -> None:
    (repository / "uv.lock").unlink()
    lines = tta("lock", "diff", cwd=repository).out.split("\n")
    assert lines[:2] == [
        "3 removed. Alarms: none.",
        "note: uv.lock was deleted: it is not in the working tree",
    ]


def test_diff_counts_what_is_not_a_kind_in_whole_words(repository: Path, tta: Program) -> None:
    text = BASE.replace(next(line for line in BASE.split("\n") if "beta-1.0-py3" in line) + "\n", "")
    (repository / "uv.lock").write_text(text)
    assert tta("lock", "diff", cwd=repository).out.startswith("1 with other files. Alarms: ")


def test_check_since_a_revision_compares_the_lock_with_it(repository: Path, tta: Program) -> None:
    text = (repository / "uv.lock").read_text()
    at = text.index("sha256:") + len("sha256:")
    (repository / "uv.lock").write_text(text[:at] + "0" * 8 + text[at + 8 :])
    line = text.count("\n", 0, at) + 1
    done = tta("check", "--select", "lock", "--since", "HEAD", "--output", "concise", cwd=repository)
    assert done.status == 1
    assert [one.split(" ")[:2] for one in done.out.splitlines()] == [[f"uv.lock:{line}:1:", "lock-hash-changed"]]
    (repository / "before.lock").write_text((repository / "uv.lock").read_text())
    config = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')
    (repository / "pyproject.toml").write_text(config)
    assert tta("check", "--select", "lock", "--since", "HEAD", cwd=repository).status == 0
