import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Write
from tta_validate.lock.archives import MAX_METADATA, ArchiveError, Declared, declared
from tta_validate.lock.freshness import check_freshness
from tta_validate.lock.reasons import Freshness
from tta_validate.lock.samples import lock, pyproject

from .real_uv import UV, ask

HEAD = "Metadata-Version: 2.4\nName: lib\nVersion: 0.1.0\n"
NEEDS = "Requires-Dist: idna>=3\nRequires-Dist: six; extra == 'x'\nProvides-Extra: x\n"
STATIC = '[project]\nname = "lib"\nversion = "0.1.0"\ndependencies = ["idna>=3"]\noptional-dependencies.x = ["six"]\n'
BUILT = '[project]\nname = "lib"\nversion = "0.1.0"\ndynamic = ["dependencies"]\n'


def wheel(metadata: str = HEAD + NEEDS) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("lib.py", ""), ("lib-0.1.0.dist-info/METADATA", metadata)):
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def sdist(files: Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"lib-0.1.0/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(data.getvalue(), mtime=0)


def project(write: Write, name: str, data: bytes, locked: bytes | None = None) -> Path:
    digest = hashlib.sha256(data if locked is None else locked).hexdigest()
    key = f'wheels = [\n    {{ filename = "{name}", hash' if name.endswith(".whl") else "sdist = { hash"
    end = " },\n]" if name.endswith(".whl") else " }"
    text = lock(
        '\n[[package]]\nname = "demo"\nversion = "0.1.0"\nsource = { virtual = "." }\n'
        'dependencies = [\n    { name = "lib" },\n]\n\n[package.metadata]\n'
        f'requires-dist = [{{ name = "lib", path = "{name}" }}]\n',
        '\n[[package]]\nname = "idna"\nversion = "3.0"\nsource = { registry = "https://registry.example/simple" }\n',
        f'\n[[package]]\nname = "lib"\nversion = "0.1.0"\nsource = {{ path = "{name}" }}\n'
        'dependencies = [\n    { name = "idna" },\n]\n'
        f'{key} = "sha256:{digest}"{end}\n\n[package.metadata]\nrequires-dist = [\n'
        '    { name = "idna", specifier = ">=3" },\n    { name = "six", marker = "extra == \'x\'" },\n]\n'
        'provides-extras = ["x"]\n',
    )
    manifest = pyproject(["lib"], f'\n[tool.uv.sources]\nlib = {{ path = "{name}" }}\n')
    folder = write({"pyproject.toml": manifest, "uv.lock": text})
    (folder / name).write_bytes(data)
    return folder


def told(found: Freshness) -> tuple[str, list[tuple[str, str, int]]]:
    return found.verdict.value, [(one.kind.partition(":")[0], one.path, one.line) for one in found.reasons]


WHEEL, SDIST = "lib-0.1.0-py3-none-any.whl", "lib-0.1.0.tar.gz"
PLACE = ("pyproject.toml", 8)


@pytest.mark.parametrize(
    ("name", "data", "verdict", "kinds"),
    [
        (WHEEL, wheel(), "fresh", []),
        (WHEEL, wheel(HEAD + NEEDS.replace("idna>=3", "idna (>= 3.0)")), "fresh", []),
        (WHEEL, wheel(HEAD + NEEDS.replace("idna>=3", "idna>=4")), "stale", ["mismatched requirements for"]),
        (WHEEL, wheel(HEAD + NEEDS.replace("Extra: x", "Extra: y")), "stale", ["mismatched extras for"]),
        (WHEEL, wheel(HEAD.replace("0.1.0", "0.1.1") + NEEDS), "stale", ["mismatched version"]),
        (WHEEL, wheel(HEAD + "Requires-Dist: <>\n"), "undecided", ["archive"]),
        (WHEEL, b"no wheel", "error", ["configuration"]),
        (SDIST, sdist({"PKG-INFO": HEAD + NEEDS}), "fresh", []),
        (SDIST, sdist({"PKG-INFO": "old", "pyproject.toml": STATIC}), "fresh", []),
        (SDIST, sdist({"PKG-INFO": HEAD + NEEDS, "pyproject.toml": BUILT}), "fresh", []),
        (SDIST, sdist({"PKG-INFO": HEAD, "pyproject.toml": BUILT}), "stale", ["mismatched extras for"]),
        (SDIST, sdist({"PKG-INFO": HEAD.replace("2.4", "2.1")}), "undecided", ["archive"]),
        (SDIST, sdist({"PKG-INFO": HEAD + "Dynamic: Requires-Dist\n"}), "undecided", ["archive"]),
        (SDIST, b"no sdist", "error", ["configuration"]),
    ],
)
def test_a_local_archive_is_compared_with_what_the_lock_recorded(
    write: Write, name: str, data: bytes, verdict: str, kinds: list[str]
) -> None:
    found = told(check_freshness(project(write, name, data)))
    assert (found[0], found[1][:1]) == (verdict, [(kind, *PLACE) for kind in kinds])


@pytest.mark.skipif(not UV, reason="uv is not installed")
@pytest.mark.parametrize(
    ("name", "data"), [(WHEEL, wheel()), (WHEEL, wheel(HEAD)), (SDIST, sdist({"PKG-INFO": HEAD + NEEDS}))]
)
def test_uv_says_the_same_of_an_archive(write: Write, name: str, data: bytes) -> None:
    folder = project(write, name, data)
    real, ours = ask(folder), check_freshness(folder)
    assert (real.verdict, real.reason[:20]) == (ours.verdict.value, "".join(one.kind for one in ours.reasons)[:20])


def test_an_archive_that_is_not_the_locked_one_is_told(write: Write) -> None:
    sources = sdist({"PKG-INFO": HEAD + NEEDS})
    found = check_freshness(project(write, SDIST, sources, locked=b""))
    assert told(found) == ("error", [("configuration", *PLACE)])
    assert "another hash" in found.reasons[0].message
    # uv reads a wheel before it looks at its hash.
    found = check_freshness(project(write, WHEEL, wheel(), locked=b""))
    assert (told(found), found.notes) == (
        ("fresh", []),
        (f"pyproject.toml:8: {WHEEL} has another hash than in the lock: installing it will fail",),
    )


def test_an_archive_that_is_not_there_is_an_error(write: Write) -> None:
    folder = project(write, WHEEL, wheel())
    (folder / WHEEL).unlink()
    assert told(check_freshness(folder)) == ("error", [("configuration", *PLACE)])


def test_archives_that_unpack_to_too_much_are_left(tmp_path: Path) -> None:
    large = HEAD + "X: " + "x" * MAX_METADATA
    for name, data in ((WHEEL, wheel(large)), (SDIST, sdist({"PKG-INFO": large}))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ArchiveError, match="too large"):
            declared(tmp_path / name)


@given(st.integers(0), st.binary(min_size=1, max_size=9), st.booleans())
def test_no_bytes_make_reading_a_wheel_crash(
    tmp_path_factory: pytest.TempPathFactory, at: int, new: bytes, alone: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / WHEEL
    path.write_bytes(new if alone else spoiled(wheel(), at, new))
    try:
        found = declared(path)
    except ArchiveError:
        return
    assert isinstance(found, Declared)


def spoiled(data: bytes, at: int, new: bytes) -> bytes:
    at %= len(data)
    return data[:at] + new + data[at + len(new) :]


@given(st.integers(0), st.binary(min_size=1, max_size=9), st.booleans())
def test_no_bytes_make_reading_an_sdist_crash(
    tmp_path_factory: pytest.TempPathFactory, at: int, new: bytes, inside: bool
) -> None:
    whole = sdist({"PKG-INFO": HEAD + NEEDS, "pyproject.toml": STATIC})
    data = gzip.compress(spoiled(gzip.decompress(whole), at, new)) if inside else spoiled(whole, at, new)
    path = tmp_path_factory.getbasetemp() / SDIST
    path.write_bytes(data)
    try:
        found = declared(path)
    except ArchiveError:
        return
    assert isinstance(found, Declared)
