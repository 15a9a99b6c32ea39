"""Requests to repair what the rules of the families ``groups`` and ``workspace`` find."""

import re
from collections.abc import Iterable, Sequence

from tta_validate.findings import FixRequest, Location
from tta_validate.fixes import (
    Operation,
    ranges,
    toml,
    toml_append,
    toml_fold,
    toml_move,
    toml_remove,
    toml_set,
    toml_transfer,
)
from tta_validate.hygiene.commands import Command
from tta_validate.hygiene.declared import Declared, Requirement, Table, items
from tta_validate.hygiene.view import View
from tta_validate.lock_model import normalised

_GROUPS = "dependency-groups"
_DEPENDENCIES = ("project", "dependencies")


def dropped(manifest: Declared, one: Requirement, *, safe: bool = True) -> FixRequest:
    """Returns the request to take a requirement out of its list."""
    return toml(toml_remove(one.place), path=manifest.path, safe=safe)


def folded(manifest: Declared, one: Requirement, into: Requirement) -> FixRequest:
    """Returns the request to take a requirement out of its list that another one repeats, which gets its comment."""
    return toml(toml_fold(one.place, into.place), path=manifest.path)


def moved(manifest: Declared, one: Requirement, group: str) -> FixRequest:
    """Returns the request to move a requirement to a group, which is made where there is none of that name."""
    name = manifest.groups.get(group, group)
    there = {other.name for other in manifest.requirements if other.kind == "group" and other.holder == group}
    done = toml_remove(one.place) if one.name in there else toml_transfer(one.place, (_GROUPS, name))
    return toml(done, path=manifest.path, safe=False)


def added(manifest: Declared, requirement: str) -> FixRequest | None:
    """Returns the request to add a runtime requirement, None where the project has no table or a build names them."""
    if not manifest.is_project or manifest.is_dynamic:
        return None
    return toml(toml_append(_DEPENDENCIES, requirement), path=manifest.path, safe=False)


def legacy_moved(manifest: Declared, place: tuple[str, ...], *, safe: bool) -> FixRequest | None:
    """Returns the request to move a list for development to the group dev; None for what is no list of texts."""
    listed = manifest.strings(*place)
    if not listed or len(listed) != len(items(manifest.get(*place))):
        return None
    if "dev" not in manifest.groups:
        return toml(toml_move(place, (_GROUPS, "dev")), path=manifest.path, safe=safe)
    adding = [toml_transfer((*place, 0), (_GROUPS, manifest.groups["dev"]))] * len(listed)
    return toml(*adding, toml_remove(place), path=manifest.path, safe=safe)


def merged(manifest: Declared, place: tuple[str, ...], first: str, second: str) -> FixRequest | None:
    """Returns the request to add what one list has to another of the same table, and to remove it."""
    if not all(isinstance(manifest.get(*place, name), list) for name in (first, second)):
        return None
    adding = [toml_transfer((*place, second, 0), (*place, first))] * len(items(manifest.get(*place, second)))
    return toml(*adding, toml_remove((*place, second)), path=manifest.path)


def extra_moved(manifest: Declared, name: str) -> FixRequest | None:
    """Returns the request to make a group of an extra; None where something names the extra or a group has its name."""
    own = re.compile(rf"^\s*{re.escape(manifest.name).replace('-', '[-_.]')}\s*\[", re.IGNORECASE)
    key = normalised(name)
    if key in manifest.groups or any(own.search(one.text) for one in manifest.requirements):
        return None
    place = ("project", "optional-dependencies", name)
    return toml(toml_move(place, (_GROUPS, name)), path=manifest.path, safe=False)


def from_workspace(manifest: Declared, name: str, entries: Sequence[Table] = ()) -> FixRequest | None:
    """Returns the request to take a sibling from the workspace; None where it has several sources."""
    place = ("tool", "uv", "sources", name)
    if len(entries) > 1 or isinstance(manifest.get(*place), list):
        return None
    given: Table = entries[0] if entries else {}
    entry = {key: value for key, value in given.items() if key != "path"}
    return toml(toml_set(place, {"workspace": True, **entry}), path=manifest.path)


def removed(manifest: Declared, *places: tuple[str | int, ...], safe: bool = True) -> FixRequest:
    """Returns the request to remove values of a pyproject.toml; of one list, name the last place first."""
    return toml(*map(toml_remove, places), path=manifest.path, safe=safe)


def changed(manifest: Declared, place: tuple[str | int, ...], value: object, *, safe: bool = True) -> FixRequest:
    """Returns the request to give a key of a pyproject.toml a value."""
    operation: Operation = toml_set(place, value)
    return toml(operation, path=manifest.path, safe=safe)


def flagged(view: View, commands: Iterable[Command], flag: str, *, safe: bool = True) -> FixRequest | None:
    """Returns the request to give commands of uv a flag, right after their subcommand.

    None where none of them stands on its line as it is run: a variable or a list may hold it.
    """
    found: dict[tuple[str, int, int], tuple[Location, str]] = {}
    for one in commands:
        lines = (view.given.text(one.path) or "").split("\n")
        text = lines[one.line - 1] if one.line <= len(lines) else ""
        hits = list(re.finditer(rf"\buv\s+{re.escape(one.words[1])}(?=\s|$)", text))
        if len(hits) == 1:
            column = hits[0].end() + 1
            place = Location(one.path, one.line, column, one.line, column)
            found[one.path, one.line, column] = (place, f" {flag}")
    return ranges(found.values(), safe=safe) if found else None


def through_uv(view: View, commands: Iterable[Command]) -> FixRequest | None:
    """Returns the request to run commands by ``uv run``; None where one of them is not found once on its line."""
    found: list[tuple[Location, str]] = []
    for one in commands:
        lines = (view.given.text(one.path) or "").split("\n")
        text = lines[one.line - 1] if one.line <= len(lines) else ""
        hits = list(re.finditer(rf"(?<![\w./-]){re.escape(one.words[0])}(?![\w./-])", text))
        if len(hits) != 1:
            return None
        column = hits[0].start() + 1
        found.append((Location(one.path, one.line, column, one.line, column), "uv run "))
    return ranges(found, safe=False) if found else None
