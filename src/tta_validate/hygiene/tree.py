"""The pyproject.toml files of a tree and how uv's workspace joins them, read leniently."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tta_validate.hygiene.declared import Declared, parse_declared
from tta_validate.hygiene.files import Files, Skips

_NO_CODE = frozenset({"__pycache__", ".venv", "dist", "build", "node_modules"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of ``members`` or ``exclude``: its text, its index and the folders it names, from the root."""

    text: str
    index: int
    folders: frozenset[str]


@dataclass(frozen=True)
class Projects:
    """The root's pyproject.toml and every other one below it; what the skips leave out is not looked at."""

    root: Path
    skips: Skips
    files: Files
    manifests: dict[str, Declared | None] = field(default_factory=dict[str, "Declared | None"], compare=False)

    def at(self, folder: str) -> Declared | None:
        """Returns what the pyproject.toml of a folder declares, None without one that can be read."""
        if folder not in self.manifests:
            path = f"{folder}/pyproject.toml" if folder else "pyproject.toml"
            try:
                file = self.root / path
                text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n") if file.is_file() else None
            except (OSError, UnicodeDecodeError):
                text = None
            self.manifests[folder] = None if text is None else parse_declared(text, path)
        return self.manifests[folder]

    @property
    def top(self) -> Declared | None:
        """The root's own."""
        return self.at("")

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of ``tool.uv.workspace.members``."""
        return self._patterns("members")

    @cached_property
    def excludes(self) -> tuple[Pattern, ...]:
        """The patterns of ``tool.uv.workspace.exclude``."""
        return self._patterns("exclude")

    def _patterns(self, key: str) -> tuple[Pattern, ...]:
        named = self.top.strings("tool", "uv", "workspace", key) if self.top else ()
        return tuple(Pattern(text, at, frozenset(self._folders(text))) for at, text in enumerate(named))

    def _folders(self, pattern: str) -> Iterator[str]:
        plain = os.path.normpath(pattern)
        if plain.startswith("..") or os.path.isabs(plain):
            return
        try:
            found = [self.root] if plain == "." else list(self.root.glob(plain))
        except (ValueError, NotImplementedError, OSError):
            return
        for path in found:
            if path.is_dir():
                folder = path.relative_to(self.root).as_posix()
                yield "" if folder == "." else folder

    @cached_property
    def member_folders(self) -> tuple[str, ...]:
        """The folders that are members by their pattern, the root left out, whether or not they hold a project."""
        out = frozenset[str]().union(*(one.folders for one in self.excludes))
        named = frozenset[str]().union(*(one.folders for one in self.patterns))
        return tuple(sorted(folder for folder in named - out if folder and self._counts(folder)))

    def _counts(self, folder: str) -> bool:
        """Whether uv looks at a folder: hidden ones and those without files of the project are passed over."""
        if (self.root / folder / "pyproject.toml").is_file():
            return True
        if folder.rpartition("/")[2].startswith("."):
            return False
        try:
            names = {entry.name for entry in os.scandir(self.root / folder)}
        except OSError:
            return False
        kept = names - _NO_CODE
        return any(not self.skips(f"{folder}/{name}", name, (self.root / folder / name).is_dir()) for name in kept)

    @cached_property
    def members(self) -> tuple[Declared, ...]:
        """The projects of the workspace, the root's own first; those that cannot be read are left out."""
        found = [self.at(folder) for folder in ("", *self.member_folders)]
        return tuple(
            one for one in found if one is not None and one.is_project and one.get("tool", "uv", "managed") is not False
        )

    @cached_property
    def by_name(self) -> Mapping[str, Declared]:
        """The members by normalised name."""
        return {one.name: one for one in reversed(self.members) if one.name}

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The folders below the root with a pyproject.toml that are no members."""
        members = {"", *self.member_folders}
        folders = (
            file.path.rpartition("/")[0]
            for file in self.files.every
            if file.path.rpartition("/")[2] == "pyproject.toml"
        )
        return tuple(folder for folder in folders if folder not in members)
