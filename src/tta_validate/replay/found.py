"""Finds the recordings below a folder."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tta_validate.discover import NEVER
from tta_validate.recordings.model import CaseSet
from tta_validate.recordings.sets import is_set, read_set, set_folders

NAME = "keploy"
"""The name that Keploy gives its folder."""


@dataclass(frozen=True, slots=True)
class Found:
    """The folder of a test set, and the Keploy folder it belongs to."""

    folder: Path
    keploy_folder: Path


def found_sets(root: Path, leaves_out: Callable[[str], bool], named: Iterable[str] = ()) -> list[Found]:
    """Returns the test sets of every folder called ``keploy`` below a root, and of the folders ``named`` besides.

    ``leaves_out`` tells of a path relative to the root whether it is none of the project's.
    """
    folders = {(root / name).resolve(): None for name in named}
    folders |= dict.fromkeys(_keploy_folders(root, leaves_out))
    return [Found(folder, top) for top in sorted(folders) for folder in set_folders(top)]


def sets_at(folder: Path) -> list[Found]:
    """Returns the test sets that a folder stands for: a set, a Keploy folder, or one with Keploy folders inside."""
    if folder.name == "tests" and is_set(folder.parent):
        folder = folder.parent
    if folder.name != NAME and (folder / NAME).is_dir():
        return found_sets(folder, lambda _: False)
    inside = [Found(each, folder) for each in set_folders(folder)]
    if inside:
        return inside
    if is_set(folder):
        return [Found(folder, folder.parent)]
    return found_sets(folder, lambda _: False)


def read(found: Found, root: Path) -> CaseSet:
    """Returns the test set; paths in it are relative to the root where they are below it."""
    return read_set(found.folder, found.keploy_folder, root)


def _keploy_folders(root: Path, leaves_out: Callable[[str], bool]) -> Iterator[Path]:
    for folder, inside, _ in os.walk(root):
        here = Path(folder)
        inside[:] = sorted(name for name in inside if name not in NEVER and not name.startswith("."))
        if NAME in inside:
            inside.remove(NAME)
            if not leaves_out((here / NAME).relative_to(root).as_posix()):
                yield here / NAME
        inside[:] = [name for name in inside if not leaves_out((here / name).relative_to(root).as_posix())]
