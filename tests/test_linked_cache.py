"""Whatever is in the cache folder, and whoever else uses it, an inventory is that of the tree as it is."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import tta_validate
from tta_validate import run
from tta_validate.cache import Cache
from tta_validate.run import Request, open_project
from tta_validate.sites import Inventory

from .conftest import Write

TABLE = "[[tool.tta-validate.sdk]]\nname = 'acme'\nimports = ['acme']\n"
TYPE = (
    "[[tool.tta-validate.sdk.types]]\nname = 'acme.client'\nconstructors = ['acme.Client']\n"
    "guards = { timeout = ['timeout'] }\ncalls = [{ paths = ['ask'] }]\n"
)
ACME = "import acme\n\n\ndef f(text):\n    return acme.Client(timeout=2, tries=3).ask(text)\n"
USE = "from {package}clients import client\n\n\ndef f(t):\n    return client.responses.create(model='m', input=t)\n"
FILES = {
    "pyproject.toml": "[project]\nname = 'p'\n",
    "clients.py": "from openai import OpenAI\n\nclient = OpenAI(timeout=5)\n",
    "use.py": USE.format(package=""),
    "acme_use.py": ACME,
    "pack/__init__.py": "",
    "pack/clients.py": "from openai import OpenAI\n\nclient = OpenAI()\n",
    "pack/use.py": USE.format(package="pack."),
    "tests/test_use.py": USE.format(package=""),
}


def read(root: Path, folder: Path | None, **flags: object) -> Inventory:
    """Returns the inventory with a cache folder, or with none."""
    saved = {"cache-dir": str(folder)} if folder else {"cache": False}
    return open_project(Request(root=str(root), flags={"jobs": 1, **saved, **flags})).inventory


def said(found: Inventory) -> object:
    """Returns what does not hang on the cache."""
    return found.sites, found.skipped, found.looked_for, found.files.seen, found.files.named


def timeouts(found: Inventory) -> list[str]:
    """Returns ``path:line=state`` of each call site's timeout."""
    return [f"{site.path}:{site.line}={site.guards['timeout'].state}" for site in found.sites]


def keys(folder: Path) -> list[bytes]:
    connection = sqlite3.connect(folder / "cache.sqlite3")
    found = [key for (key,) in connection.execute("SELECT key FROM kept ORDER BY key")]
    connection.close()
    return found


def replace(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def same_size_same_time(root: Path) -> None:
    """Changes a file and puts its time of change back."""
    before = (root / "clients.py").stat()
    replace(root, "clients.py", "timeout=5", "retries=5")
    os.utime(root / "clients.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def exchange(root: Path) -> None:
    (root / "clients.py").rename(root / "between")
    (root / "pack/clients.py").rename(root / "clients.py")
    (root / "between").rename(root / "pack/clients.py")


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a guard goes": (lambda root: replace(root, "clients.py", "timeout=5", ""), "pack/use.py:5=none use.py:5=none"),
    "same size, same time": (same_size_same_time, "pack/use.py:5=none use.py:5=none"),
    "files change places": (exchange, "pack/use.py:5=explicit use.py:5=none"),
    "a file is renamed": (
        lambda root: (root / "use.py").rename(root / "used.py"),
        "pack/use.py:5=none used.py:5=explicit",
    ),
    "a file goes": (lambda root: (root / "clients.py").unlink(), "pack/use.py:5=none"),
    "a file comes": (
        lambda root: (root / "more.py").write_text(USE.format(package="")),
        "more.py:5=explicit pack/use.py:5=none use.py:5=explicit",
    ),
    "a file breaks": (lambda root: replace(root, "clients.py", "client = ", "client = = "), "pack/use.py:5=none"),
    "a package ends": (lambda root: (root / "pack/__init__.py").unlink(), "pack/use.py:5=none use.py:5=explicit"),
    "a folder becomes a project": (
        lambda root: (root / "pack/pyproject.toml").touch(),
        "pack/use.py:5=none use.py:5=explicit",
    ),
    "a link comes": (lambda root: (root / "linked.py").symlink_to("use.py"), "pack/use.py:5=none use.py:5=explicit"),
    "lines move": (
        lambda root: replace(root, "use.py", "def f", "# a comment\n\n\ndef f"),
        "pack/use.py:5=none use.py:8=explicit",
    ),
    "a table comes": (
        lambda root: replace(root, "pyproject.toml", "'p'\n", f"'p'\n{TABLE}{TYPE}"),
        "acme_use.py:5=explicit pack/use.py:5=none use.py:5=explicit",
    ),
    "tests count": (
        lambda root: replace(root, "pyproject.toml", "'p'\n", "'p'\n[tool.tta-validate]\ninclude-tests=true\n"),
        "pack/use.py:5=none tests/test_use.py:5=explicit use.py:5=explicit",
    ),
    "files are excluded": (
        lambda root: replace(root, "pyproject.toml", "'p'\n", "'p'\n[tool.tta-validate]\nexclude=['pack']\n"),
        "use.py:5=explicit",
    ),
}


def test_what_changes_is_seen(write: Write, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    plain = read(write(FILES), saved)
    for name, (change, expected) in CHANGES.items():
        root = tmp_path / "changed"
        shutil.copytree(write({}), root)
        assert said(read(root, saved)) == said(plain)
        change(root)
        assert timeouts(read(root, saved)) == expected.split(), name
        shutil.rmtree(root)


def test_a_table_that_changes_is_seen(write: Write, tmp_path: Path) -> None:
    root, saved = write({**FILES, "pyproject.toml": TABLE + TYPE}), tmp_path / "saved"
    for type_, states in (
        (TYPE, ("explicit", "none")),
        (TYPE.replace("timeout = [", "retry = ['tries'], timeout = ["), ("explicit", "explicit")),
        (TYPE.replace("'timeout'", "'seconds'"), ("none", "none")),
        (TYPE.replace("'ask'", "'answer'"), None),
        (TYPE, ("explicit", "none")),
    ):
        write({"pyproject.toml": TABLE + type_})
        found = read(root, saved)
        own = [(site.guards["timeout"].state, site.guards["retry"].state) for site in found.sites if site.line == 5
               and site.path == "acme_use.py"]  # fmt: skip
        assert own == ([states] if states else [])


JUNK = [b"", b"\xc1", b"\x94\x90\x94\x90\x90\x90\x90\x90\x00", b"\x91" * 30_000 + b"\x90", b"\xdd\xff\xff\xff\xff"]


def test_junk_under_every_key_is_a_miss(write: Write, tmp_path: Path) -> None:
    root, saved = write(FILES), tmp_path / "saved"
    plain = read(root, saved)
    for at, junk in enumerate(JUNK):
        with Cache(saved) as cache:
            cache.put_many([(key, junk) for key in keys(saved)[at % 2 :: 1 + at % 2]])
        assert said(read(root, saved)) == said(plain)
    assert read(root, saved).files.parsed == 0


def test_a_damaged_file_is_a_miss(write: Write, tmp_path: Path) -> None:
    root, saved = write(FILES), tmp_path / "saved"
    plain, chance = read(root, saved), random.Random(1)
    content = (saved / "cache.sqlite3").read_bytes()
    cut = [content[: chance.randrange(len(content))] for _ in range(2)]
    holes = [content[:at] + chance.randbytes(64) + content[at + 64 :] for at in range(0, len(content) - 64, 4000)]
    for damaged in [b"", *cut, *holes[:2]]:
        shutil.rmtree(saved)
        saved.mkdir()
        (saved / "cache.sqlite3").write_bytes(damaged)
        assert said(read(root, saved)) == said(plain)


def test_other_code_of_the_program_starts_anew(write: Write, tmp_path: Path) -> None:
    root, saved, copied = write(FILES), tmp_path / "saved", tmp_path / "copied"
    own = Path(tta_validate.__file__).parent
    shutil.copytree(own, copied / own.name, ignore=shutil.ignore_patterns("__pycache__"))
    command = (sys.executable, "-m", "tta_validate", "inventory", "--root", str(root), "--cache-dir", str(saved))

    def ran() -> dict[str, int]:
        environment = {**os.environ, "PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run((*command, "--output", "json"), env=environment, capture_output=True, check=True)
        return json.loads(done.stdout)["files"]

    first, again = ran(), ran()
    assert first["parsed"] > 0
    assert again["parsed"] == 0
    with (copied / own.name / "errors.py").open("a") as file:
        file.write("# the same version, other code\n")
    assert ran() == first
    assert ran() == again


def test_two_processes_at_once_share_a_folder(write: Write, tmp_path: Path) -> None:
    root = write(
        {**FILES, **{f"many/part{at}.py": FILES["clients.py"] + ACME.replace("f(", f"f{at}(") for at in range(12)}}
    )
    flags = ("--root", str(root), "--cache-dir", str(tmp_path / "saved"), "--output", "json", "--jobs", "2")
    command = (sys.executable, "-m", "tta_validate", "check", *flags, "--exit-zero", "--select", "adoption-no-timeout")
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    ended = [(process.communicate(timeout=60), process.returncode) for process in started]
    assert {status for _, status in ended} == {run.CLEAN}
    assert {err for (_, err), _ in ended} == {b""}
    counts = {out.count(b'"callee"') for (out, _), _ in ended}
    assert counts == {2}
    assert said(read(root, tmp_path / "saved")) == said(read(root, None))
