"""What a migration found out: the project that is to be written, and what a person has to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tta_validate.plain_text import clean

Kind = Literal["decide", "system", "changed", "dropped"]
"""What becomes of something: a person decides, the system's package manager installs it, it is said in another way, or
nothing takes its place."""

Entry = str | Mapping[str, str]
"""An entry of a dependency group: a requirement, or ``{"include-group": name}``."""

Setting = str | bool | tuple[str, ...] | tuple[Mapping[str, str | bool], ...] | Mapping[str, str]
"""A value in ``[tool.uv]``."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, from 1; the path is relative to the project's root."""

    path: str
    line: int = 1

    def __str__(self) -> str:
        return clean(f"{self.path}:{self.line}")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that stands in the plan: where it comes from, what it is, and what to do about it."""

    kind: Kind
    place: Place
    what: str
    advice: str
    apt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The project to write, as the tables of pyproject.toml, and everything that does not fit in there.

    ``sources`` holds the entries of ``tool.uv.sources`` by package, each a table. ``comments`` are those that stood
    beside a requirement. ``preferred`` are versions that were installed so far, for the first lock. ``files`` are
    further files to write where there are none; ``replaced`` are files that nothing needs any more. ``roles`` are the
    groups of those that went to one. ``moved`` are names of packages that the project runs and that are in ``dev``.
    ``head`` are comments for the top of a new pyproject.toml.
    """

    project: Mapping[str, object] = field(default_factory=dict[str, object])
    dependencies: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    groups: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict[str, tuple[Entry, ...]])
    sources: Mapping[str, tuple[Mapping[str, str | bool], ...]] = field(
        default_factory=dict[str, tuple[Mapping[str, str | bool], ...]]
    )
    indexes: tuple[Mapping[str, str | bool], ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])
    tables: Mapping[tuple[str, ...], Mapping[str, object]] = field(
        default_factory=dict[tuple[str, ...], Mapping[str, object]]
    )
    comments: Mapping[str, str] = field(default_factory=dict[str, str])
    preferred: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    replaced: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    moved: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def noting(self, *notes: Note) -> "Draft":
        """Returns the draft with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    @property
    def apt(self) -> tuple[str, ...]:
        """The packages of apt that the project needs, in order."""
        return tuple(sorted({name for note in self.notes for name in note.apt}))
