"""Gathers requirements, sources and indexes of several files into one project."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tta_validate.findings import redact
from tta_validate.leftovers.conda_names import is_tool
from tta_validate.lock_model import normalised
from tta_validate.migrate.declared import declared, valid_name
from tta_validate.migrate.markers import marker, with_marker
from tta_validate.migrate.model import Draft, Entry, Kind, Note, Place, Setting
from tta_validate.migrate.requirement_lines import Line, Wanted, wanted
from tta_validate.registries import registries

TORCH = ("torch", "torchaudio", "torchtext", "torchvision")
"""The packages that PyTorch's own index has and that are built for a version of CUDA."""

_HASHES = "Hashes of files stand in uv.lock, for every file of every platform."
_SAME = "uv does so by itself."
_IGNORED = {
    "--require-hashes": _HASHES,
    "--hash": _HASHES,
    "--prefer-binary": "uv takes a wheel where the version has one; `no-build = true` refuses everything else.",
    "--use-feature": _SAME,
    "--use-pep517": _SAME,
    "--no-cache-dir": "It says nothing about what is installed.",
    "--upgrade": "`uv lock --upgrade` does so when asked.",
    "--no-deps": "uv locks all that is needed; `tool.uv.dependency-metadata` can say otherwise for one package.",
    "--no-build-isolation": "`tool.uv.no-build-isolation-package` names the packages; "
    "`tool.uv.extra-build-dependencies` is better.",
    "--global-option": "`tool.uv.config-settings-package` passes options to a build backend.",
    "--install-option": "`tool.uv.config-settings-package` passes options to a build backend.",
    "--config-settings": "`tool.uv.config-settings-package` passes options to a build backend.",
    "--config-setting": "`tool.uv.config-settings-package` passes options to a build backend.",
}
_QUIET = frozenset(
    {"--require-hashes", "--use-feature", "--use-pep517", "--no-cache-dir", "--prefer-binary", "--upgrade"}
)


@dataclass(slots=True)
class _Item:
    spec: str
    place: Place
    platforms: set[str]
    comment: str = ""
    strong: bool = False


@dataclass(slots=True)
class Collector:
    """What was gathered so far for the project in ``root``, over the platforms ``everywhere`` if told apart."""

    root: Path
    everywhere: tuple[str, ...] = ()
    notes: list[Note] = field(default_factory=list[Note])
    items: dict[tuple[str, str], list[_Item]] = field(default_factory=dict[tuple[str, str], list[_Item]])
    sources: dict[str, dict[tuple[tuple[str, str | bool], ...], set[str]]] = field(
        default_factory=dict[str, dict[tuple[tuple[str, str | bool], ...], set[str]]]
    )
    indexes: dict[str, dict[str, str | bool]] = field(default_factory=dict[str, dict[str, str | bool]])
    settings: dict[str, Setting] = field(default_factory=dict[str, Setting])
    groups: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    itself: list[str] = field(default_factory=list[str])
    taken: list[str] = field(default_factory=list[str])

    def group_of(self, name: str, place: Place) -> str:
        """Returns the group that a requirement of the project itself goes to: a tool of development to ``dev``."""
        if not is_tool(name):
            return ""
        advice = "A tool goes to the group dev: `uv sync` installs it, `uv sync --no-dev` does not."
        self.note("changed", place, name, advice)
        return "dev"

    def note(self, kind: Kind, place: Place, what: str, advice: str, apt: tuple[str, ...] = ()) -> None:
        """Notes something for the plan."""
        note = Note(kind, place, redact(what), advice, apt)
        if note not in self.notes:
            self.notes.append(note)

    def line(self, line: Line, group: str = "", platform: str = "") -> None:
        """Takes a line of a requirement file, other than one that names another file."""
        if line.option == "--editable" or not line.option:
            for option in line.dropped:
                if option == "--hash":
                    self.note("dropped", Place(line.place.path), "hashes", _HASHES)
                else:
                    self.note(
                        "decide",
                        line.place,
                        f"{option} of {line.value}",
                        _IGNORED.get(option, "uv has no such option."),
                    )
            self.requirement(line, group, platform)
        else:
            self.option(line)

    def requirement(self, line: Line, group: str, platform: str) -> None:
        """Takes a requirement, from an index, a repository, a URL or a folder."""
        if "${" in line.value or re.match(r".*%\w+%", line.value):
            self.note(
                "decide",
                line.place,
                line.value,
                "pyproject.toml knows no variables: write the value, or add it by hand.",
            )
            return
        found = wanted(line.value, editable=bool(line.option))
        if found is None:
            self.note(
                "decide", line.place, line.value, "It is no requirement that PEP 508 knows; add it with `uv add`."
            )
            return
        if found.path and not (found := self._local(found, line)):
            return
        if found.guessed:
            self.note("decide", line.place, line.value, f"The name {found.name} is taken from the address; check it.")
        self.add(found, line.place, group, platform, line.comment)

    def _local(self, found: Wanted, line: Line) -> Wanted | None:
        path = os.path.normpath(found.path.removeprefix("file://"))
        folder = self.root / path
        relative = os.path.relpath(folder, self.root).replace(os.sep, "/")
        if relative == ".":
            extras = re.match(r"\[([^\]]*)\]", found.spec)
            self.itself += [one.strip() for one in extras[1].split(",")] if extras else [""]
            return None
        name = found.name or declared(folder).name
        if not name:
            self.note("decide", line.place, line.value, "Its name cannot be read from there; add it with `uv add`.")
            return None
        table: dict[str, str | bool] = {**found.table, "path": relative}
        spec = found.spec if found.name else f"{name}{found.spec}"
        return Wanted(name, spec, tuple(table.items()))

    def add(self, found: Wanted, place: Place, group: str = "", platform: str = "", comment: str = "") -> None:
        """Adds a requirement to a group, the project's own for an empty name."""
        on = {platform} if platform else set(self.everywhere)
        items = self.items.setdefault((group, found.name), [])
        same = next((item for item in items if item.spec == found.spec), None)
        if same:
            same.platforms |= on
        else:
            items.append(_Item(found.spec, place, on, comment))
        if found.source:
            sources = self.sources.setdefault(found.name, {})
            folder = found.table.get("path")
            twin = next((one for one in sources if folder and dict(one).get("path") == folder), found.source)
            platforms = sources.pop(twin, set[str]()) | on
            sources[max(twin, found.source, key=len)] = platforms

    def option(self, line: Line) -> None:
        """Takes an option of pip that stands on a line of its own."""
        option, value = line.option, line.value
        if option == "--index-url":
            self.index(value, line.place, default=True)
        elif option == "--extra-index-url":
            self.index(value, line.place)
        elif option == "--find-links":
            self._append("find-links", self._plain(value, line.place))
        elif option == "--trusted-host":
            self._append("allow-insecure-host", value)
        elif option == "--pre":
            self.settings["prerelease"] = "allow"
        elif option == "--no-index":
            self.settings["no-index"] = True
        elif option in ("--no-binary", "--only-binary"):
            one, every = (
                ("no-binary-package", "no-binary") if option == "--no-binary" else ("no-build-package", "no-build")
            )
            for name in filter(None, (part.strip() for part in value.split(","))):
                if name == ":all:":
                    self.settings[every] = True
                elif name != ":none:":
                    self._append(one, normalised(name))
        else:
            kind: Kind = "dropped" if option in _QUIET else "decide"
            self.note(kind, line.place, f"{option} {value}".strip(), _IGNORED.get(option, "uv has no such option."))

    def _append(self, key: str, value: str) -> None:
        before = self.settings.get(key, ())
        if isinstance(before, tuple) and value not in before:
            self.settings[key] = (*(one for one in before if isinstance(one, str)), value)

    def index(self, url: str, place: Place, *, default: bool = False) -> None:
        """Takes the address of an index."""
        plain = self._plain(url, place).rstrip("/")
        if not re.match(r"^(?:https?|file)://", plain):
            self.note("decide", place, url, "It is no address; write the index into [[tool.uv.index]].")
            return
        if any(one.default and plain == one.index.rstrip("/") for one in registries()):
            return
        torch = next((one for one in registries() if one.name == "PyTorch" and plain.startswith(one.index)), None)
        name = f"pytorch-{plain.rpartition('/')[2]}" if torch else valid_name(urlsplit(plain).hostname or "index")
        known = self.indexes.get(name)
        if known and known["url"] != plain:
            name = f"{name}-{len(self.indexes)}"
        table: dict[str, str | bool] = {"name": name, "url": plain}
        if default:
            table["default"] = True
        elif torch:
            table["explicit"] = True
        else:
            advice = "uv asks it first, for any name: write `explicit = true` and its packages in tool.uv.sources."
            self.note("decide", place, plain, advice)
        self.indexes[name] = table

    def _plain(self, url: str, place: Place) -> str:
        """Returns an address without user and password; where there were some, the plan says how to give them."""
        parts = urlsplit(url)
        if "@" not in parts.netloc:
            if "${" in url:
                self.note("decide", place, url, "pyproject.toml knows no variables: write the address.")
            return url
        host = parts.netloc.rpartition("@")[2]
        name = re.sub(r"[^A-Z0-9]+", "_", valid_name(host.partition(":")[0]).upper())
        advice = (
            f"Give user and password as UV_INDEX_{name}_USERNAME and UV_INDEX_{name}_PASSWORD, or with `uv auth login`."
        )
        self.note("decide", place, f"the user and password of {host}", advice)
        return urlunsplit(parts._replace(netloc=host))

    def draft(self, project: Mapping[str, object]) -> Draft:
        """Returns what was gathered, with the values of ``[project]`` that are given."""
        dependencies = tuple(self._settled("", declared_names=()))
        base = {name for group, name in self.items if not group}
        names = list(dict.fromkeys([*(group for group, _ in self.items if group), *self.groups]))
        groups: dict[str, tuple[Entry, ...]] = {}
        for group in names:
            included: list[Entry] = [{"include-group": one} for one in dict.fromkeys(self.groups.get(group, []))]
            groups[group] = (*included, *self._settled(group, declared_names=base))
        self._torch()
        return Draft(
            project,
            dependencies,
            groups=groups,
            sources={name: tuple(self._tables(entries)) for name, entries in sorted(self.sources.items())},
            indexes=tuple(self.indexes.values()),
            settings=self.settings,
            comments={
                spec: item.comment
                for items in self.items.values()
                for item in items
                if item.comment
                for spec in [self._spec(item)]
            },
            notes=tuple(self.notes),
        )

    def _spec(self, item: _Item) -> str:
        return with_marker(item.spec, marker(item.platforms, self.everywhere))

    def _settled(self, group: str, declared_names: Iterable[str]) -> list[str]:
        """Returns the requirements of a group, less those of which the project's own say the same."""
        found: list[str] = []
        for (owner, name), items in sorted(self.items.items()):
            if owner != group:
                continue
            kept = self._without_weaker(name, items)
            specs = [self._spec(item) for item in kept]
            if name in set(declared_names):
                own = {self._spec(item) for item in self.items["", name]}
                bare = {spec for spec in specs if re.fullmatch(r"[\w.-]+", spec)}
                specs = [spec for spec in specs if spec not in own and spec not in bare]
            found += specs
        return found

    def _without_weaker(self, name: str, items: list[_Item]) -> list[_Item]:
        """Drops what another says, too, in whatever spelling; notes two that say different things of one platform."""
        kept: list[_Item] = []
        for at, item in enumerate(items):
            if not any(
                item.platforms <= other.platforms and _covers(other, item, first=n < at)
                for n, other in enumerate(items)
                if n != at
            ):
                kept.append(item)
        for at, item in enumerate(kept):
            for other in kept[:at]:
                shared = not self.everywhere or item.platforms & other.platforms
                if shared and " ; " not in item.spec and " ; " not in other.spec:
                    advice = f"{other.place} says {other.spec}, too: uv tells whether they agree."
                    self.note("decide", item.place, item.spec, advice)
        return kept

    def _torch(self) -> None:
        """Ties the packages that PyTorch's index has to it, where no source does."""
        index = next((table for table in self.indexes.values() if str(table["name"]).startswith("pytorch-")), None)
        if index is None or not index.get("explicit"):
            return
        wanted_names = {name for _, name in self.items}
        for name in TORCH:
            if name in wanted_names and name not in self.sources:
                cuda = re.search(r"/cu\d+$", str(index["url"]))
                table: dict[str, str | bool] = {"index": str(index["name"])}
                if cuda:
                    table["marker"] = "sys_platform == 'linux' or sys_platform == 'win32'"
                self.sources[name] = {tuple(table.items()): set(self.everywhere)}

    def _tables(self, entries: Mapping[tuple[tuple[str, str | bool], ...], set[str]]) -> list[Mapping[str, str | bool]]:
        tables: list[Mapping[str, str | bool]] = []
        for source, platforms in entries.items():
            where = marker(platforms, self.everywhere) if self.everywhere else ""
            table = dict(source)
            if where and "marker" not in table:
                table["marker"] = where
            tables.append(table)
        return tables


def _covers(other: _Item, item: _Item, *, first: bool) -> bool:
    """Tells whether a requirement of the same name, that stands first or not, makes another one superfluous."""
    same = _NAME.sub("", other.spec) == _NAME.sub("", item.spec)
    return (first or other.platforms > item.platforms) if same else _NAME.fullmatch(item.spec) is not None


_NAME = re.compile(r"^[\w.-]+")
