"""What is new since a revision, in real repositories of git."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tta_validate import cli, run

from .conftest import Write

CALL = "import openai\n\n\ndef {name}(text):\n    return openai.responses.create(model='m', input=text)\n"
OTHER = CALL.replace("input=text", "input=text + '!'")
TABLE = '[project]\nname = "p"\n[tool.tta-validate]\nselect = "adoption-no-timeout"\n'
BASE = {"pyproject.toml": TABLE, "app/old.py": CALL.format(name="ask")}


@dataclass(frozen=True, slots=True)
class Checked:
    """The exit status, where what is new and what is known stands as ``path:line``, and what went to stderr."""

    status: int
    new: list[str]
    known: list[str]
    err: str


class Repository:
    """A project folder in a repository, and the program on it."""

    def __init__(self, root: Path, saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.saved = saved
        self.capsys = capsys

    def git(self, *arguments: str, given: str = "") -> str:
        command = ("git", "-c", "protocol.file.allow=always", *arguments)
        done = subprocess.run(command, cwd=self.root, check=True, capture_output=True, input=given, text=True)
        return done.stdout.strip()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a commit")

    def report(self, *arguments: str) -> dict[str, list[dict[str, object]]]:
        self.capsys.readouterr()
        self.run(*arguments)
        return json.loads(self.capsys.readouterr().out)

    def run(self, *arguments: str) -> int:
        shared = ("--root", str(self.root), "--jobs", "1", "--cache-dir", str(self.saved))
        return cli.run_cli(["check", *shared, "--output", "json", *arguments])

    def check(self, revision: str = "HEAD", *arguments: str) -> Checked:
        self.capsys.readouterr()
        status = self.run(f"--since={revision}", *arguments)
        out, err = self.capsys.readouterr()
        report: dict[str, list[dict[str, object]]] = json.loads(out) if out else {"findings": [], "suppressed": []}
        new, known = (
            [f"{found['path']}:{found['line']}" for found in report[key]] for key in ("findings", "suppressed")
        )
        assert {found["by"] for found in report["suppressed"]} <= {"since"}
        return Checked(status, new, known, err)


@pytest.fixture(autouse=True)
def git_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Someone")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "someone@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that the tests share, as the runs of one user do."""
    return tmp_path_factory.mktemp("saved")


@pytest.fixture
def repository(write: Write, saved: Path, capsys: pytest.CaptureFixture[str]) -> Repository:
    found = Repository(write(BASE), saved, capsys)
    found.git("init", "--quiet")
    found.commit()
    return found


def change(write: Write, *, files: Mapping[str, str] | None = None, moved: Mapping[str, str] | None = None) -> None:
    root = write(files or {})
    for old, new in (moved or {}).items():
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        (root / old).rename(root / new)


SAME = CALL.format(name="twin").partition("\n\n\n")[2]
LINES = "# a comment\n\nx = 1\n"


@pytest.mark.parametrize(
    ("files", "moved", "new", "known"),
    [
        pytest.param({}, {}, [], ["app/old.py:5"], id="nothing has changed"),
        pytest.param({"app/new.py": OTHER.format(name="f")}, {}, ["app/new.py:5"], ["app/old.py:5"], id="a new file"),
        pytest.param({"app/old.py": LINES + BASE["app/old.py"]}, {}, [], ["app/old.py:8"], id="lines have moved"),
        pytest.param(
            {"app/old.py": BASE["app/old.py"] + CALL.format(name="twin").partition("\n")[2]},
            {},
            ["app/old.py:9"],
            ["app/old.py:5"],
            id="the same text once more",
        ),
        pytest.param(
            {"app/old.py": BASE["app/old.py"].replace("\n\n\ndef", "\n" + SAME + "\n\ndef", 1)},
            {},
            ["app/old.py:3"],
            ["app/old.py:7"],
            id="the same text once more, above",
        ),
        pytest.param(
            {"app/old.py": BASE["app/old.py"].replace("model='m', ", '\n        model="m",\n        ')},
            {},
            [],
            ["app/old.py:5"],
            id="laid out anew",
        ),
        pytest.param(
            {"app/old.py": "import openai\n", "app/far.py": BASE["app/old.py"]},
            {},
            [],
            ["app/far.py:5"],
            id="moved code",
        ),
        pytest.param(
            {"app/old.py": BASE["app/old.py"].replace("\n", "\r\n")}, {}, [], ["app/old.py:5"], id="line ends"
        ),
        pytest.param({}, {"app/old.py": "lib/far.py"}, [], ["lib/far.py:5"], id="moved without git"),
        pytest.param({"pyproject.toml": TABLE}, {"app/old.py": "gone.txt"}, [], [], id="deleted"),
        pytest.param(
            {"app/old.py": BASE["app/old.py"].replace("'m'", "'n'")}, {}, ["app/old.py:5"], [], id="another text"
        ),
        pytest.param(
            {'app/it\'s "q"\n::x.py': OTHER.format(name="f")},
            {"app/old.py": "app/a\tb::c\n.py"},
            ['app/it\'s "q"\n::x.py:5'],
            ["app/a\tb::c\n.py:5"],
            id="odd file names",
        ),
    ],
)
def test_only_what_is_new_is_reported(
    repository: Repository,
    write: Write,
    files: Mapping[str, str],
    moved: Mapping[str, str],
    new: list[str],
    known: list[str],
) -> None:
    change(write, files=files, moved=moved)
    found = repository.check()
    assert (found.status, found.new, found.known, found.err) == (run.FAILED if new else run.CLEAN, new, known, "")


def test_a_renamed_file_keeps_what_is_known_of_it_even_beside_its_twin(repository: Repository, write: Write) -> None:
    write({"app/twin.py": BASE["app/old.py"].replace("ask", "twin")})
    repository.commit()
    repository.git("mv", "app/old.py", "app/renamed.py")
    write({"app/renamed.py": LINES + BASE["app/old.py"]})
    write({"app/third.py": BASE["app/old.py"].replace("ask", "third")})
    found = repository.check()
    assert (found.new, found.known) == (["app/third.py:5"], ["app/renamed.py:8", "app/twin.py:5"])


def test_odd_names_in_the_revision_are_read_and_renamed(repository: Repository, write: Write) -> None:
    write({'app/it\'s "q"\n::x.py': OTHER.format(name="f")})
    repository.commit()
    assert repository.check().known == ['app/it\'s "q"\n::x.py:5', "app/old.py:5"]
    repository.git("mv", 'app/it\'s "q"\n::x.py', "app/plain.py")
    assert repository.check().known == ["app/old.py:5", "app/plain.py:5"]


def test_a_guard_that_is_taken_away_elsewhere_is_new(repository: Repository, write: Write) -> None:
    clients = "from openai import OpenAI\nclient = OpenAI(timeout=5)\n"
    use = "from clients import client\n\n\ndef f(t):\n    return client.responses.create(model='m', input=t)\n"
    write({"clients.py": clients, "use.py": use})
    repository.commit()
    write({"clients.py": clients.replace("timeout=5", "")})
    assert repository.check().new == ["use.py:5"]
    assert repository.check("HEAD", "app").new == []


def test_the_root_can_be_a_folder_of_the_repository(repository: Repository, write: Write) -> None:
    write({f"sub/{path}": text for path, text in BASE.items()})
    repository.commit()
    write({"sub/app/new.py": OTHER.format(name="f")})
    repository.git("mv", "sub/app/old.py", "sub/far.py")
    repository.root /= "sub"
    found = repository.check()
    assert (found.new, found.known) == (["app/new.py:5"], ["far.py:5"])


def test_a_shallow_clone_knows_its_own_commits(repository: Repository, tmp_path: Path) -> None:
    repository.commit()
    repository.git("clone", "--quiet", "--depth", "1", repository.root.as_uri(), str(tmp_path / "clone"))
    repository.root = tmp_path / "clone"
    assert repository.check("HEAD").known == ["app/old.py:5"]
    found = repository.check("HEAD~1")
    assert (found.status, found.new) == (run.UNUSABLE, [])
    assert "git knows no commit 'HEAD~1' here" in found.err


@pytest.mark.parametrize(
    "revision", ["no-such-branch", "-x", "--output=x", "HEAD:app/old.py", "", "HEAD\nHEAD", "@{-1}"]
)
def test_what_is_no_revision_is_refused(repository: Repository, revision: str) -> None:
    found = repository.check(revision)
    assert (found.status, found.new, found.known) == (run.UNUSABLE, [], [])
    assert len(found.err.splitlines()) == 1


def test_without_git_or_a_repository_the_flag_is_refused(
    repository: Repository, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        found = repository.check()
    assert (found.status, found.err) == (
        run.UNUSABLE,
        "tta-validate: --since: there is no git on the PATH to look up 'HEAD' with; install it\n",
    )
    (repository.root / ".git").rename(tmp_path / "away")
    found = repository.check()
    assert (found.status, len(found.err.splitlines())) == (run.UNUSABLE, 1)


def test_a_file_that_was_broken_then_has_nothing_known(repository: Repository, write: Write) -> None:
    write({"app/broken.py": OTHER.format(name="f") + "y = = 2\n", "app/odd.py": "import openai\0\n"})
    repository.commit()
    assert repository.check().new == []
    write({"app/odd.py": CALL.format(name="odd"), "app/old.py": BASE["app/old.py"] + "y = = 2\n"})
    found = repository.check()
    assert (found.new, found.known) == (["app/odd.py:5"], ["app/broken.py:5", "app/old.py:5"])


def test_links_and_submodules_are_no_files_of_a_revision(
    repository: Repository, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = Repository(tmp_path / "inner", repository.saved, capsys)
    inner.root.mkdir()
    (inner.root / "part.py").write_text(CALL.format(name="part"))
    inner.git("init", "--quiet")
    inner.commit()
    repository.git("submodule", "--quiet", "add", inner.root.as_uri(), "sub")
    (tmp_path / "outside.py").write_text(OTHER.format(name="outside"))
    (repository.root / "app/link.py").symlink_to("../../outside.py")
    (repository.root / "app/loop").symlink_to("..")
    (repository.root / "gone.py").symlink_to("nowhere.py")
    repository.commit()
    plain = [f"{found['path']}:{found['line']}" for found in repository.report()["findings"]]
    found = repository.check()
    assert sorted(found.new + found.known) == plain
    assert "app/old.py:5" in found.known
    assert not (tmp_path / "outside.py").is_symlink()


def test_what_was_there_makes_no_metric_miss_its_target(repository: Repository, write: Write) -> None:
    def timeout(*arguments: str) -> list[object]:
        metrics = repository.report(*arguments)["metrics"]
        return [
            (one["numerator"], one["denominator"], one["met"])
            for one in metrics
            if one["name"] == "adoption-timeout" and one["member"] is None
        ]

    write({"pyproject.toml": TABLE.replace("-no-timeout", "") + "[tool.tta-validate.targets]\ntimeout = 100\n"})
    repository.commit()
    assert timeout() == [(0, 1, False)]
    write({"app/new.py": OTHER.format(name="f").replace("input=", "timeout=3, input=")})
    assert timeout() == [(1, 2, False)]
    assert timeout("--since=HEAD") == [(1, 2, True)]


def test_the_configuration_is_that_of_today(repository: Repository, write: Write) -> None:
    write({"pyproject.toml": TABLE.replace("select", 'exclude = ["app"]\nselect'), "new.py": OTHER.format(name="f")})
    repository.commit()
    write({"pyproject.toml": TABLE})
    found = repository.check()
    assert (found.new, found.known) == ([], ["app/old.py:5", "new.py:5"])


def test_a_tree_made_by_hand_writes_nothing_elsewhere(repository: Repository, tmp_path: Path) -> None:
    """Names that git refuses to check out, and a file in the place of a folder, are in no temporary folder."""
    temporary = tmp_path / "temporary"
    blob = repository.git("hash-object", "-w", "app/old.py")
    inner = repository.git("mktree", given=f"100644 blob {blob}\tescaped.py\n")
    names = (f"040000 tree {inner}\t..\n", f"040000 tree {inner}\tapp.py\n", f"100644 blob {blob}\tapp.py\n")
    tree = repository.git("mktree", given="".join(names))
    commit = repository.git("commit-tree", tree, "-m", "odd")
    temporary.mkdir()
    before = sorted(path for path in tmp_path.rglob("*.py"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        assert repository.check(commit).status in (run.CLEAN, run.FAILED)
    assert sorted(path for path in tmp_path.rglob("*.py")) == before


@pytest.mark.parametrize("above", [False, True])
def test_a_copy_of_what_the_baseline_knows_is_new(repository: Repository, write: Write, above: bool) -> None:
    """The baseline and the revision excuse the same finding once, be the copy below it, above it or elsewhere."""
    write({"pyproject.toml": TABLE + 'baseline = "b.json"\n', "b.json": '{"schema": 1, "findings": []}'})
    assert cli.run_cli(["baseline", "--grow", "--root", str(repository.root)]) == run.CLEAN
    repository.commit()
    old = BASE["app/old.py"]
    write({"app/old.py": old.replace("\n\n\ndef", "\n" + SAME + "\n\ndef", 1) if above else old + "\n\n" + SAME})
    write({"app/zoo.py": old})
    found = repository.report("--since=HEAD")
    places = [f"{one['path']}:{one['line']}" for one in found["findings"]]
    assert places == ["app/old.py:3" if above else "app/old.py:9", "app/zoo.py:5"]
    assert [one["by"] for one in found["suppressed"]] == ["baseline"]
    shards = [repository.root.parent / f"{repository.root.name}-{number}.json" for number in (1, 2)]
    for number, shard in enumerate(shards, 1):
        repository.run("--since=HEAD", f"--shard={number}/2", f"--output=json={shard}")
    repository.capsys.readouterr()
    cli.run_cli(["report", "merge", *map(str, shards), "--output", "json"])
    assert json.loads(repository.capsys.readouterr().out)["findings"] == found["findings"]
