"""The cache gives back what was put, or nothing."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layout import lay_out
from tta_validate import __version__
from tta_validate.cache import Cache, code_digest, default_folder

ITEMS = [(bytes([at]) * 20, b"value %d" % at) for at in range(200)]


def everything(folder: Path) -> dict[bytes, bytes]:
    with Cache(folder) as cache:
        return cache.get_many([key for key, _ in ITEMS])


def test_values_survive_the_process(tmp_path: Path) -> None:
    with Cache(tmp_path / "deep/folder") as cache:
        assert cache.get(b"k") is None
        cache.put(b"k", b"one")
        cache.put(b"k", b"two")
        cache.put_many(ITEMS)
    assert everything(tmp_path / "deep/folder") == dict(ITEMS)
    with Cache(tmp_path / "deep/folder") as cache:
        assert cache.get(b"k") == b"two"


def test_many_keys_are_found_at_once(tmp_path: Path) -> None:
    items = [(b"%d" % at, b"%d" % (at * at)) for at in range(3000)]
    with Cache(tmp_path) as cache:
        cache.put_many(items)
        assert cache.get_many([b"absent", *(key for key, _ in items)]) == dict(items)


def test_without_a_folder_nothing_is_kept() -> None:
    with Cache(None) as cache:
        cache.put(b"k", b"v")
        assert cache.get(b"k") is None


@pytest.mark.parametrize("keep", [0, 1, 15, 100, 1000, 4096, 9000])
def test_a_truncated_file_gives_what_is_left_or_nothing(tmp_path: Path, keep: int) -> None:
    with Cache(tmp_path) as cache:
        cache.put_many(ITEMS)
    path = tmp_path / "cache.sqlite3"
    path.write_bytes(path.read_bytes()[:keep])
    assert everything(tmp_path).items() <= dict(ITEMS).items()
    with Cache(tmp_path) as cache:
        cache.put_many(ITEMS)
        cache.put_many(ITEMS)
    assert everything(tmp_path) == dict(ITEMS)


@given(place=st.integers(0, 30_000), junk=st.binary(min_size=1, max_size=40))
def test_changed_bytes_never_give_another_value(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    with Cache(folder) as cache:
        cache.put_many(ITEMS)
    path = folder / "cache.sqlite3"
    content = bytearray(path.read_bytes())
    content[place % len(content) : place % len(content) + len(junk)] = junk
    path.write_bytes(content)
    assert everything(folder).items() <= dict(ITEMS).items()


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE kept (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
        "CREATE TRIGGER t BEFORE INSERT ON kept BEGIN DELETE FROM kept; END;",
        "CREATE VIEW kept AS SELECT x'6b' AS key, x'00' AS value;",
        "CREATE TABLE kept (key TEXT, value TEXT); INSERT INTO kept VALUES ('k', 'v');",
        "CREATE TABLE other (x);",
    ],
)
def test_a_file_of_another_make_is_replaced(tmp_path: Path, script: str) -> None:
    connection = sqlite3.connect(tmp_path / "cache.sqlite3")
    connection.executescript(script)
    connection.close()
    with Cache(tmp_path) as cache:
        assert cache.get(b"k") is None
        cache.put(b"k", b"mine")
        assert cache.get(b"k") == b"mine"


def test_a_forged_value_is_a_miss(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put(b"k", b"good")
    connection = sqlite3.connect(tmp_path / "cache.sqlite3")
    with connection:
        connection.execute("UPDATE kept SET value = ?", (b"forged" * 10,))
    connection.close()
    with Cache(tmp_path) as cache:
        assert cache.get(b"k") is None


def test_a_folder_that_cannot_be_used_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "odd/cache.sqlite3").mkdir(parents=True)
    for folder in (tmp_path / "file", tmp_path / "odd", Path("/proc/nowhere")):
        with Cache(folder) as cache:
            cache.put(b"k", b"v")
            assert cache.get(b"k") is None


SHARING = """
import sys
from pathlib import Path
from tta_validate.cache import Cache
items = [(bytes([at]) * 20, b"value %d" % at) for at in range(200)]
for _ in range(5):
    with Cache(Path(sys.argv[1])) as cache:
        cache.put_many(items)
        assert cache.get_many([key for key, _ in items]).items() <= dict(items).items()
"""


def test_processes_share_it(tmp_path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", SHARING, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert everything(tmp_path) == dict(ITEMS)


def test_the_folder_is_the_users_cache_folder() -> None:
    home = Path("~").expanduser()
    assert default_folder({"XDG_CACHE_HOME": "/x"}, "linux") == Path("/x/tta-validate")
    assert default_folder({"XDG_CACHE_HOME": "relative"}, "linux") == home / ".cache/tta-validate"
    assert default_folder({}, "darwin") == home / "Library/Caches/tta-validate"
    assert default_folder({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/tta-validate")


def test_an_installed_package_is_known_by_its_hashes_and_another_one_by_its_times(tmp_path: Path) -> None:
    record = f"own-{__version__}.dist-info/RECORD"
    files = {"own/__init__.py": "", "own/a.py": "x = 1\n"}
    lines = "own/__init__.py,sha256=00,0\nown/a.py,sha256=11,6\nown/__pycache__/a.pyc,,\n"
    one = lay_out(tmp_path / "one", {**files, record: f"../bin/x,sha256=22,1\n{lines}"})
    same = lay_out(tmp_path / "same", {**files, record: f"../bin/x,sha256=33,1\n{lines}"})
    other = lay_out(tmp_path / "other", {**files, record: lines.replace("=11", "=12")})
    editable = lay_out(tmp_path / "editable", {**files, record: "own.pth,sha256=44,1\n"})
    bare = lay_out(tmp_path / "bare", files)
    for name in files:
        os.utime(same / name, (1, 1))
        os.utime(editable / name, (2, 2))
        os.utime(bare / name, (2, 2))
    digests = {place.name: code_digest(str(place / "own")) for place in (one, same, other, editable, bare)}
    assert digests["one"] == digests["same"]
    assert digests["editable"] == digests["bare"]
    assert len(set(digests.values())) == 3
    os.utime(bare / "own/a.py", (3, 3))
    assert code_digest(str(bare / "own")) != digests["bare"]
