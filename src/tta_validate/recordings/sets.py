"""Test sets out of a folder, in the layouts of every version since 2023."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tta_validate.recordings.cases import read_cases
from tta_validate.recordings.fields import mapping
from tta_validate.recordings.mappings import read_mappings
from tta_validate.recordings.mocks import is_json
from tta_validate.recordings.model import Case, CaseSet, Place, Skipped
from tta_validate.recordings.settings import set_config
from tta_validate.recordings.trees import LARGEST, Unreadable, pieces, read_json, read_yaml

NOT_SETS = frozenset(("reports", "testReports", "schema", "api-tests"))
"""Folders beside test sets that are none."""
_SUFFIXES = (".yaml", ".json", ".yml")
_BESIDE = re.compile(
    r"(?:config|secret|mappings?|report|coverage|.*mocks.*|.*-report)\.(?:yaml|yml|json)", re.IGNORECASE
)
_NUMBER = re.compile(r"(\d+)")
_LAST_NUMBER = re.compile(r"(\d+)\D*$")
_NEVER = 1 << 63


def set_folders(keploy_folder: Path) -> list[Path]:
    """Returns the folders of test sets inside a Keploy folder, in the order of replay; a link outside is left out.

    A Keploy folder inside (``keploy/keploy``) is looked into as well.
    """
    try:
        inside = [entry for entry in keploy_folder.iterdir() if entry.is_dir() and not entry.is_symlink()]
    except OSError:
        return []
    found: list[Path] = []
    for folder in sorted(inside, key=lambda entry: natural(entry.name)):
        if folder.name in NOT_SETS or folder.name.startswith("."):
            continue
        if is_set(folder):
            found.append(folder)
        elif folder.name == "keploy":
            found += set_folders(folder)
    return found


def is_set(folder: Path) -> bool:
    """Returns whether a folder is a test set: it has cases, or mocks."""
    return any((folder / f"mocks{suffix}").is_file() for suffix in (*_SUFFIXES, ".gob")) or any(_case_files(folder))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Returns a sort key that puts ``test-set-2`` before ``test-set-10``."""
    parts = _NUMBER.split(name)
    return tuple((1, int(part[:4000]), part) if part.isdecimal() else (0, 0, part) for part in parts)


def read_sets(keploy_folder: Path, root: Path | None = None) -> list[CaseSet]:
    """Returns every test set of a Keploy folder; paths are shown relative to ``root`` where they are below it."""
    return [read_set(folder, keploy_folder, root) for folder in set_folders(keploy_folder)]


def read_set(folder: Path, keploy_folder: Path | None = None, root: Path | None = None) -> CaseSet:
    """Returns a test set; what in it cannot be used is in ``skipped`` with its reason."""
    name = folder.name
    cases: list[Case] = []
    skipped: list[Skipped] = []
    for path in _case_files(folder):
        shown = _shown(path, root)
        try:
            data = _read(path)
        except OSError as error:
            skipped.append(Skipped(Place(shown, 1), path.stem, f"cannot be read: {error.strerror}"))
            continue
        found, unusable = read_cases(data, shown, name, path.stem)
        cases += found
        skipped += unusable
    config, secret, mappings = (_beside(folder, stem, root, skipped) for stem in ("config", "secret", "mappings"))
    return CaseSet(
        name=name,
        folder=str(folder),
        keploy_folder=str(keploy_folder or folder.parent),
        cases=tuple(sorted(cases, key=replay_order)),
        skipped=tuple(skipped),
        mock_files=tuple(str(path) for path in _mock_files(folder)),
        config=set_config(config, secret),
        mappings=read_mappings(mappings),
    )


def replay_order(case: Case) -> tuple[bool, int, int, int, str]:
    """Returns the sort key of replay: streams last, then by request, answer, and the number that ends the name."""
    number = _LAST_NUMBER.search(case.name)
    return (
        bool(case.response.chunks),
        _NEVER if case.request.at is None else case.request.at,
        _NEVER if case.response.at is None else case.response.at,
        int(number[1][:4000]) if number else 0,
        case.name,
    )


def _case_files(folder: Path) -> Iterator[Path]:
    """Yields the files of cases: in ``tests``, else in the set itself as the first alphas wrote them."""
    within = folder / "tests"
    chosen = within if within.is_dir() else folder
    try:
        files = sorted((path for path in chosen.iterdir() if path.suffix in _SUFFIXES), key=lambda p: natural(p.name))
    except OSError:
        return
    seen: set[str] = set()
    for path in files:
        if "mocks" in path.name or (chosen is folder and _BESIDE.fullmatch(path.name)) or not path.is_file():
            continue
        if path.stem not in seen and path.stat().st_size:
            seen.add(path.stem)
            yield path


def _mock_files(folder: Path) -> list[Path]:
    """Returns the files of mocks; Go's binary one only where no other holds the same."""
    readable = [path for suffix in _SUFFIXES if (path := folder / f"mocks{suffix}").is_file()]
    binary = folder / "mocks.gob"
    return readable[:1] or ([binary] if binary.is_file() else [])


def _beside(folder: Path, stem: str, root: Path | None, skipped: list[Skipped]) -> Mapping[str, object]:
    """Returns the mapping of a file of the set, empty where there is none; a broken one is a skip."""
    for suffix in _SUFFIXES:
        path = folder / f"{stem}{suffix}"
        if not path.is_file():
            continue
        try:
            data = _read(path)
            if is_json(data):
                return read_json(data).values
            first = next(pieces(data), None)
            return read_yaml(first.data, first.first).values if first else {}
        except Unreadable as error:
            skipped.append(Skipped(Place(_shown(path, root), error.line), path.name, error.reason))
        except OSError as error:
            skipped.append(Skipped(Place(_shown(path, root), 1), path.name, f"cannot be read: {error.strerror}"))
    return mapping(None)


def _read(path: Path) -> bytes:
    """Returns the bytes of a file, no more than one over what a document may have: that is refused where it is read."""
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _shown(path: Path, root: Path | None) -> str:
    return path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.as_posix()
