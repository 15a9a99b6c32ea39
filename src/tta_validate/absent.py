"""Imports from packages of primitives that name a module or a primitive which is surely not there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tta_validate.config import closest
from tta_validate.findings import Location
from tta_validate.installed import Folder, environment
from tta_validate.observations import Imported
from tta_validate.project import Member, Project

_STATEMENT_LINES = 80
"""How many lines of an import statement are searched for the name that is not there."""


@dataclass(frozen=True, slots=True)
class Absent:
    """An imported name that is not there: ``module`` is the one that lacks it, ``hint`` tells what it may have meant.

    ``near`` is the name that it may have meant, empty where none is like it or a module is what is not there.
    """

    module: str
    name: str
    hint: str
    near: str
    location: Location


def absent(project: Project) -> Iterator[Absent]:
    """Yields the imports of primitives that surely fail, in no particular order.

    A package is looked for in the tree, then in the path sources of `[tool.uv.sources]`, then in the project's
    ``.venv``. Nothing is said of a package that is in none of them, of an import inside a ``try`` that expects it to
    fail, and of one for type checkers only.
    """
    folders = _Folders(project)
    for seen in project.observed.imports:
        folder = folders.of(seen.module.partition(".")[0], seen.path, seen.top)
        if folder is not None and (missing := folder.absent(seen.module, seen.name)):
            yield _absent(project, seen, folder, missing)


def _absent(project: Project, seen: Imported, folder: Folder, missing: str) -> Absent:
    if seen.name and missing == seen.name:
        owner, name = seen.module, missing
    else:
        owner, _, name = missing.rpartition(".")
    known = folder.names(folder.path / owner.replace(".", "/")) if owner else None
    public = sorted(word for word in known or () if not word.startswith("_"))
    hint = closest(name, public)
    hint = hint if "did you mean" in hint else ""
    near = next((word for word in public if hint.endswith(f"{word!r}?")), "") if name == seen.name else ""
    return Absent(owner, name, hint, near, _place(project, seen, name))


def _place(project: Project, seen: Imported, name: str) -> Location:
    """Returns the range of a name in an import statement, or the statement's line where it is not written there."""
    path, line = seen.path, seen.line
    lines = (project.text(path) or "").split("\n")
    pattern = re.compile(rf"(?<![\w]){re.escape(name)}(?!\w)")
    for offset, text in enumerate(lines[line - 1 : line - 1 + _STATEMENT_LINES]):
        start = text.find("import ") if seen.name and not offset and name == seen.name else 0
        if hit := pattern.search(text.partition("#")[0], max(start, 0)):
            return Location(path, line + offset, hit.start() + 1, line + offset, hit.end() + 1)
    return Location(path, line, 1, line, 1)


class _Folders:
    """Finds the folder that holds a package."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._folders: dict[Path, Folder] = {}
        self._outside: dict[str, Folder | None] = {}

    def of(self, top: str, importer: str, resolved: str | None) -> Folder | None:
        """Returns the folder that holds a package for a file, or None where none is known."""
        if resolved is not None and resolved != importer:
            parts = resolved.split("/")
            above = parts[:-2] if parts[-1] == "__init__.py" else parts[:-1]
            return self._folder(self.project.root.joinpath(*above))
        if top not in self._outside:
            held = (folder for path in self._elsewhere() if (folder := self._folder(path)).holds(top))
            self._outside[top] = next(held, None)
        return self._outside[top]

    def _folder(self, path: Path) -> Folder:
        return self._folders.setdefault(path, Folder(path))

    def _elsewhere(self) -> Iterator[Path]:
        for member in self.project.members:
            yield from _sources(self.project.root / member.path, member)
        yield from environment(self.project.root)


def _sources(folder: Path, member: Member) -> Iterator[Path]:
    """Yields where the path sources of a member have their packages (uv's documentation of dependency sources)."""
    for source in (member.pyproject.table("tool", "uv", "sources") or {}).values():
        for entry in cast("list[object]", source) if isinstance(source, list) else [source]:
            path = cast("dict[str, object]", entry).get("path") if isinstance(entry, dict) else None
            if isinstance(path, str) and (folder / path).is_dir():
                yield folder / path / "src"
                yield folder / path
