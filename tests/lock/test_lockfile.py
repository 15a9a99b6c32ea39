import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.lock_model import Edge, Source
from tta_validate.lockfile import MAX_BYTES, LockError, Lockfile, parse_lock, read_lock

from .texts import INDEX, edge, lock, package, root

LOCK = lock(
    package("alpha", "1.2", needs=["beta", edge("gamma", marker="sys_platform == 'win32'")]),
    package("beta", "2.0", wheels=("cp311-cp311-win_amd64", "py3-none-any"), sdist=False),
    root("demo", ["alpha"]),
    package("gamma"),
)
BETA, DEMO = (LOCK[: LOCK.index(f'name = "{name}"\nversion')].count("\n") for name in ("beta", "demo"))


def spelled(text: str) -> str:
    """Returns the same lock in another layout, which takes the exact path."""
    return text.replace("\n[[package]]\n", "\n[[ package ]]\n")


def test_a_lock_is_read_with_its_packages_edges_and_files() -> None:
    read = parse_lock(LOCK, "uv.lock")
    alpha, beta, demo, gamma = read.lock.packages
    assert (read.lock.version, read.lock.revision, read.lock.requires_python) == (1, 5, ">=3.11")
    assert [one.label for one in (alpha, beta, demo, gamma)] == ["alpha==1.2", "beta==2.0", "demo==0.1.0", "gamma==1.0"]
    assert alpha.source == Source(registry=INDEX)
    assert alpha.dependencies == (Edge("beta"), Edge("gamma", marker="sys_platform == 'win32'"))
    assert (demo.source.kind, demo.source.mutable, alpha.source.mutable) == ("virtual", True, False)
    assert demo.metadata is not None
    assert [need.name for need in demo.metadata.requires_dist] == ["alpha"]
    assert [[file.name for file in files.every] for files in read.files] == [
        ["alpha-1.2.tar.gz", "alpha-1.2-py3-none-any.whl"],
        ["beta-2.0-cp311-cp311-win_amd64.whl", "beta-2.0-py3-none-any.whl"],
        [],
        ["gamma-1.0.tar.gz", "gamma-1.0-py3-none-any.whl"],
    ]


def test_places_are_lines_of_the_text() -> None:
    read = parse_lock(LOCK, "uv.lock")
    lines = LOCK.split("\n")
    assert lines[read.line("package", 1, "name") - 1] == 'name = "beta"'
    assert "gamma" in lines[read.line("package", 0, "dependencies", 1) - 1]
    assert lines[read.line("package", 2, "metadata") - 1] == "[package.metadata]"
    wheel = read.files[1].wheels[0]
    assert wheel.name in lines[wheel.line - 1]


def same(one: Lockfile, other: Lockfile) -> None:
    assert one.lock == other.lock
    assert one.files == other.files
    assert [one.line("package", at) for at in range(len(one.files))] == [
        other.line("package", at) for at in range(len(one.files))
    ]


NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,3})?", fullmatch=True), unique=True, max_size=6)


@given(NAMES, st.integers(0, 2**32))
def test_the_fast_path_and_the_exact_path_agree(names: list[str], seed: int) -> None:
    chance = random.Random(seed)
    tags = ("py3-none-any", "cp312-cp312-win_arm64", "cp311-abi3-musllinux_1_2_x86_64")
    text = lock(
        *(
            package(
                name,
                f"{chance.randrange(30)}.{chance.randrange(9)}",
                needs=chance.sample(names, chance.randrange(len(names))),
                wheels=chance.sample(tags, chance.randrange(len(tags))),
                sdist=chance.random() < 0.7,
            )
            for name in names
        ),
        root("zz", names),
    )
    fast, exact = parse_lock(text, "uv.lock"), parse_lock(spelled(text), "uv.lock")
    assert fast.exact is None
    assert exact.exact is not None
    same(fast, exact)


@pytest.mark.parametrize(
    "change",
    [
        ("\n", "\r\n"),
        ("version = 1\n", "\ufeffversion = 1\n"),
        ("[package", "[distribution"),
        ("upload-time", "upload_time"),
        ('name = "alpha"', 'name = "Alpha"'),
        ("revision = 5", 'revision = 5\nfuture = "x"'),
        ("    { name", "  {  name"),
    ],
    ids=["crlf", "byte order mark", "distribution", "old time key", "name not normalised", "unknown key", "indent"],
)
def test_other_spellings_say_the_same(change: tuple[str, str]) -> None:
    one, other = parse_lock(LOCK, "uv.lock"), parse_lock(LOCK.replace(*change).encode(), "uv.lock")
    assert one.lock == other.lock
    assert [[file.url for file in files.every] for files in one.files] == [
        [file.url for file in files.every] for files in other.files
    ]
    assert [files.every[0].upload_time for files in other.files if files.every] == ["2026-01-01T00:00:00Z"] * 3


def test_old_names_of_group_tables_are_read() -> None:
    old = '\n[package.dependency-groups]\ndev = [\n    { name = "alpha" },\n]\n'
    recorded = '\n[package.metadata]\n\n[package.metadata.dependency-groups]\ndev = [{ name = "alpha" }]\n'
    read = parse_lock(lock(package("alpha"), root("demo") + old + recorded), "uv.lock")
    demo = read.named("demo")[0]
    assert [one.name for one in demo.dev_dependencies["dev"]] == ["alpha"]
    assert demo.metadata is not None
    assert [one.name for one in demo.metadata.requires_dev["dev"]] == ["alpha"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (LOCK.replace("version = 1\n", "version = 2\n", 1), 1, "schema version 2; only version 1"),
        (LOCK.replace("version = 1\n", "", 1), 1, "missing required field `version`"),
        ("", 1, "missing required field `version`"),
        (LOCK + "\nfoo", LOCK.count("\n") + 2, "not valid TOML"),
        (LOCK.replace("revision = 5", 'revision = "5"'), 1, "Expected `int`"),
        (LOCK.replace('name = "beta"\nversion', "version"), BETA, "missing required field `name`"),
        (LOCK.replace('\n[[package]]\nname = "beta"', '\n<<<<<<< ours\n[[package]]\nname = "beta"'), BETA, "conflict"),
        (LOCK.replace('name = "beta"\nversion = "2.0"\n', 'name = "beta"\n'), BETA, "beta has no version"),
        (LOCK.replace('source = { virtual = "." }', "source = {}"), DEMO, "demo has no source"),
        (LOCK + "x = " + "[" * 5000, 1, "nested"),
        ("version = 1\n[a" + ".a" * 20_000 + "]\n", 1, "too large or deep"),
        (b"version = 1\nx = '\xff'", 2, "not UTF-8"),
        ("version = 1\x00", 1, "not valid TOML"),
        ("#" * (MAX_BYTES + 1), 1, "larger than"),
    ],
)
def test_a_broken_lock_is_refused_with_its_place(text: str | bytes, line: int, says: str) -> None:
    with pytest.raises(LockError) as error:
        parse_lock(text, "uv.lock")
    assert (error.value.path, error.value.line) == ("uv.lock", line)
    assert says in error.value.why
    assert "\n" not in str(error.value)


@given(st.text(max_size=80), st.integers(0, len(LOCK)), st.integers(0, 40))
def test_a_damaged_lock_is_read_or_refused(junk: str, at: int, cut: int) -> None:
    text = LOCK[:at] + junk + LOCK[at + cut :]
    try:
        read = parse_lock(text, "uv.lock")
    except LockError as error:
        line = error.line
    else:
        line = len(read.files) and max(read.line("package", at) for at in range(len(read.lock.packages)))
    assert 0 <= line <= text.count("\n") + 2


def test_files_that_are_no_locks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="does not exist"):
        read_lock(tmp_path / "uv.lock", "uv.lock")
    with pytest.raises(LockError, match="is not a file"):
        read_lock(tmp_path, "uv.lock")
    (tmp_path / "uv.lock").write_text(LOCK)
    same(read_lock(tmp_path / "uv.lock", "uv.lock"), parse_lock(LOCK, "uv.lock"))


def test_an_artifact_is_named_by_its_url() -> None:
    text = LOCK.replace("alpha-1.2-py3", "alpha-1.2%2Bcpu-py3")
    assert parse_lock(text, "uv.lock").files[0].wheels[0].name == "alpha-1.2+cpu-py3-none-any.whl"


@pytest.mark.parametrize("line", ["k{at}.a.b = 1\n", "k{at} = [[[1]]]\n", "[a.k{at}]\nx = [1, 1]\n"])
def test_a_text_with_more_values_than_any_lock_is_refused_unread(line: str) -> None:
    text = "version = 1\n" + "".join(line.format(at=at) for at in range(60_000))
    with pytest.raises(LockError, match="too large or deep to be read"):
        parse_lock(text, "uv.lock")
