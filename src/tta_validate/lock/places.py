"""Where the locks of a tree are: of the root, of projects below it, and of scripts."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

NAME = "uv.lock"
SUFFIX = ".lock"

Skips = Callable[[str, str, bool], bool]
"""Whether a path, with its last name, of a folder or a file, is left out."""


class Place(NamedTuple):
    """The folder of a project, or of a script with the script's name; ``name`` is that of a project's lock."""

    folder: Path
    script: str = ""
    name: str = NAME

    @property
    def lock(self) -> Path:
        """The path of the lock."""
        return self.folder / (f"{self.script}{SUFFIX}" if self.script else self.name)

    @property
    def manifest(self) -> Path:
        """The path of what the lock is of."""
        return self.folder / (self.script or "pyproject.toml")


def place_at(path: Path) -> Place:
    """Returns the place that a path names: a folder, a lock, a manifest or a script."""
    if path.is_dir():
        return Place(path)
    if path.name.endswith((".py", f".py{SUFFIX}")):
        return Place(path.parent, path.name.removesuffix(SUFFIX))
    return Place(path.parent, "", path.name if path.name.endswith(SUFFIX) else NAME)


def find_places(root: Path, skips: Skips) -> Iterator[Place]:
    """Yields the places below a root, and the root itself, that have a lock and what it is of, in order."""
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        prefix = "" if here == root else f"{here.relative_to(root).as_posix()}/"
        folders[:] = sorted(name for name in folders if not skips(prefix + name, name, True))
        for name in sorted(names, key=lambda name: (name != NAME, name)):
            if name == NAME or name.endswith(f".py{SUFFIX}"):
                place = place_at(here / name)
                if place.manifest.is_file() and not skips(prefix + name, name, False):
                    yield place
