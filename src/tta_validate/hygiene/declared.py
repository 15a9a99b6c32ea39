"""What a pyproject.toml declares, read leniently: a part that is wrong hides nothing of the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast

from tta_validate.lock.needs import NeedError, Written, parse_requirement
from tta_validate.lock_model import normalised
from tta_validate.toml_files import FileError, is_hostile, nearest_line, toml_values
from tta_validate.toml_lines import Path, toml_lines

Kind = Literal["runtime", "extra", "group"]
Table = Mapping[str, object]

DEV = "dev"
"""The group that uv installs by default, and that the legacy setting ``dev-dependencies`` is part of."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement in a list of a pyproject.toml; ``holder`` is the normalised name of its extra or group.

    ``written`` is None for a text that is no requirement.
    """

    text: str
    kind: Kind
    holder: str
    place: Path
    line: int
    written: Written | None

    @property
    def name(self) -> str:
        """The normalised name, empty for what is no requirement."""
        return self.written.name if self.written else ""


@dataclass(frozen=True)
class Declared:
    """A pyproject.toml: ``path`` from the root, ``folder`` the one around it (``""`` for the root)."""

    path: str
    folder: str
    text: str
    values: Table

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        """The line of each value."""
        return toml_lines(self.text)

    def line(self, *path: str | int) -> int:
        """Returns the line of a value, of the nearest thing that holds it, or 1."""
        return nearest_line(self.lines, path)

    def get(self, *keys: str) -> object:
        """Returns the value that keys lead to, None where there is none."""
        value: object = self.values
        for key in keys:
            value = cast("Table", value).get(key) if isinstance(value, dict) else None
        return value

    def table(self, *keys: str) -> Table:
        """Returns the table that keys lead to, an empty one where there is none."""
        value = self.get(*keys)
        return cast("Table", value) if isinstance(value, dict) else {}

    def strings(self, *keys: str) -> tuple[str, ...]:
        """Returns the texts of the list that keys lead to."""
        return texts(self.get(*keys))

    @cached_property
    def name(self) -> str:
        """The normalised name of the project, empty without one."""
        name = self.get("project", "name")
        return normalised(name) if isinstance(name, str) else ""

    @property
    def is_project(self) -> bool:
        """Whether there is a ``[project]`` table."""
        return isinstance(self.get("project"), dict)

    @property
    def uses_uv(self) -> bool:
        """Whether there is a ``[tool.uv]`` table."""
        return isinstance(self.get("tool", "uv"), dict)

    @property
    def is_dynamic(self) -> bool:
        """Whether only a build can tell the dependencies."""
        dynamic = self.strings("project", "dynamic")
        if "dependencies" in dynamic or "optional-dependencies" in dynamic:
            return True
        return self.get("project", "dependencies") is None and isinstance(self.get("tool", "poetry"), dict)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every requirement in the order of lists: runtime, extras, groups, older lists for development."""
        found = [*self._listed(("project", "dependencies"), "runtime", "")]
        for name in self.table("project", "optional-dependencies"):
            found += self._listed(("project", "optional-dependencies", name), "extra", normalised(name))
        for name in self.table("dependency-groups"):
            found += self._listed(("dependency-groups", name), "group", normalised(name))
        found += self._listed(("tool", "uv", "dev-dependencies"), "group", DEV)
        for name in self.table("tool", "pdm", "dev-dependencies"):
            found += self._listed(("tool", "pdm", "dev-dependencies", name), "group", normalised(name))
        found += self._keyed(("tool", "poetry", "dev-dependencies"), DEV)
        for name in self.table("tool", "poetry", "group"):
            found += self._keyed(("tool", "poetry", "group", name, "dependencies"), normalised(name))
        return tuple(found)

    def _keyed(self, place: tuple[str, ...], holder: str) -> Iterator[Requirement]:
        """Yields what a table of Poetry's requires, by name alone: its versions are not those of PEP 440."""
        for name in self.table(*place):
            yield Requirement(name, "group", holder, (*place, name), self.line(*place, name), _written(name))

    def _listed(self, place: tuple[str, ...], kind: Kind, holder: str) -> Iterator[Requirement]:
        value = self.get(*place)
        for at, text in enumerate(cast("list[object]", value) if isinstance(value, list) else ()):
            if isinstance(text, str):
                yield Requirement(text, kind, holder, (*place, at), self.line(*place, at), _written(text))

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The names of the groups as spelled, by their normalised form."""
        return {normalised(name): name for name in self.table("dependency-groups")}

    @cached_property
    def extras(self) -> Mapping[str, str]:
        """The names of the extras as spelled, by their normalised form."""
        return {normalised(name): name for name in self.table("project", "optional-dependencies")}

    @cached_property
    def includes(self) -> Mapping[str, tuple[str, ...]]:
        """The normalised names that each group includes."""
        return {
            key: tuple(
                normalised(cast("str", cast("Table", item)["include-group"]))
                for item in items(self.get("dependency-groups", name))
                if isinstance(item, dict) and isinstance(cast("Table", item).get("include-group"), str)
            )
            for key, name in self.groups.items()
        }

    @cached_property
    def default_groups(self) -> frozenset[str]:
        """The normalised names of the groups that uv installs by default."""
        value = self.get("tool", "uv", "default-groups")
        if value == "all":
            return frozenset(self.groups)
        named = (DEV,) if value is None else texts(value)
        return frozenset(normalised(name) for name in named)

    def within(self, group: str) -> frozenset[str]:
        """Returns a group and all that it includes."""
        found: set[str] = set()
        waiting = [group]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.includes.get(name, ())
        return frozenset(found)

    @cached_property
    def sources(self) -> Mapping[str, tuple[Table, ...]]:
        """The entries of ``tool.uv.sources`` by the name as spelled."""
        found: dict[str, tuple[Table, ...]] = {}
        for name, value in self.table("tool", "uv", "sources").items():
            entries = items(cast("object", value)) if isinstance(value, list) else (value,)
            found[name] = tuple(cast("Table", one) for one in entries if isinstance(one, dict))
        return found


def parse_declared(text: str, path: str) -> Declared | None:
    """Returns what a pyproject.toml declares, None for a text that is no TOML."""
    if is_hostile(text):
        return None
    try:
        values = toml_values(text, path, FileError)
    except FileError:
        return None
    return Declared(path, path.rpartition("/")[0], text, values)


def texts(value: object) -> tuple[str, ...]:
    """Returns the texts in a list, none for what is no list."""
    return tuple(one for one in items(value) if isinstance(one, str))


def items(value: object) -> Sequence[object]:
    """Returns the items of a list, none for what is no list."""
    return cast("Sequence[object]", value) if isinstance(value, list) else ()


def _written(text: str) -> Written | None:
    try:
        return parse_requirement(text)
    except NeedError:
        return None
