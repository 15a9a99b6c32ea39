"""Troubles with the table ``[dependency-groups]`` (PEP 735) and what stands in its place or refers to it.

Source: Dependency Groups specification (packaging.python.org); the library of its author decides what is valid.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from tta_validate.findings import FixRequest
from tta_validate.hygiene.declared import DEV, Declared, Table
from tta_validate.hygiene.repairs import extra_moved, legacy_moved, merged
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock_model import normalised

_TABLE = "dependency-groups"


def invalid(view: View) -> Iterator[Trouble]:
    """Yields what the specification does not allow, but for doubled names, cycles and unknown includes."""
    for manifest in view.manifests:
        value = manifest.values.get(_TABLE)
        if value is None:
            continue
        if not isinstance(value, dict):
            yield _at(manifest, "dependency-groups is no table; each key in it is a group, a list", (_TABLE,), _TABLE)
            continue
        found = [one for name, items in cast("Table", value).items() for one in _items(manifest, name, items)]
        found += [one for name in cast("Table", value) for one in _name(manifest, name)]
        yield from found
        plain = all(one.written and _PLAIN.fullmatch(one.text) for one in manifest.requirements if one.kind == "group")
        if not found and not plain and not _shape(manifest):
            yield from _refused(manifest)


def _name(manifest: Declared, name: str) -> Iterator[Trouble]:
    """Yields a name that is none: uv refuses it, and so the whole file."""
    if not _NAME.fullmatch(name):
        why = f"{name!r} is no name of a group: letters, digits, and . _ - between them"
        yield _at(manifest, why, (_TABLE, name), name)


def _items(manifest: Declared, name: str, items: object) -> Iterator[Trouble]:
    if not isinstance(items, list):
        yield _at(manifest, f"group {name} is no list of requirements", (_TABLE, name), name)
        return
    for at, item in enumerate(cast("list[object]", items)):
        place = (_TABLE, name, at)
        if isinstance(item, str):
            if why := _flaw(item):
                yield _at(manifest, f"{item!r} in group {name} is no requirement: {why}", place, f"{name} {item}")
        elif not isinstance(item, dict):
            yield _at(manifest, f"group {name} has an item that is neither a text nor an include", place, name)
        elif list(cast("Table", item)) != ["include-group"]:
            keys = ", ".join(cast("Table", item)) or "nothing"
            why = f"group {name} has a table with {keys}; the only one allowed is {{include-group = NAME}}"
            yield _at(manifest, why, place, name)
        elif not isinstance(cast("Table", item)["include-group"], str):
            yield _at(manifest, f"group {name} includes what is no name", place, name)


_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_PLAIN = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9]+(?:, ?[A-Za-z0-9]+)*\])?"
    r"(?: ?(?:>=|==|<|<=|>|!=) ?\d+(?:\.\d+){0,3}(?:, ?(?:>=|==|<|<=|>|!=) ?\d+(?:\.\d+){0,3}){0,3})?"
)
"""Requirements that are valid at first sight: most are, and the parser of the library takes long to import."""


def _flaw(text: str) -> str:
    """Returns what keeps a text from being a requirement, empty for one that is."""
    if _PLAIN.fullmatch(text):
        return ""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(text)
    except InvalidRequirement as error:
        return str(error).partition("\n")[0]
    return ""


def _shape(manifest: Declared) -> bool:
    """Tells whether the other rules have something to say of the table."""
    return any(True for one in (doubled, circles, unknown_includes) for _ in one(_Only(manifest)))


class _Only:
    """A view of one manifest."""

    def __init__(self, manifest: Declared) -> None:
        self.manifests = (manifest,)


def _refused(manifest: Declared) -> Iterator[Trouble]:
    """Yields what the library refuses besides."""
    from dependency_groups import DependencyGroupResolver

    try:
        resolver = DependencyGroupResolver(cast("Mapping[str, list[str | Mapping[str, str]]]", manifest.table(_TABLE)))
        for name in manifest.groups.values():
            resolver.resolve(name)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        yield _at(manifest, f"the table of groups cannot be used: {error}", (_TABLE,), _TABLE)


def doubled(view: "View | _Only") -> Iterator[Trouble]:
    """Yields groups, and extras, whose names are equal once normalised."""
    for manifest in view.manifests:
        for place in ((_TABLE,), ("project", "optional-dependencies")):
            seen: dict[str, str] = {}
            for name in manifest.table(*place):
                key = normalised(name)
                if key in seen:
                    what = "group" if len(place) == 1 else "extra"
                    why = f"{what} {name} and {what} {seen[key]} are one name to every tool; merge them"
                    yield _at(manifest, why, (*place, name), name, merged(manifest, place, seen[key], name))
                seen.setdefault(key, name)


def circles(view: "View | _Only") -> Iterator[Trouble]:
    """Yields the groups that include each other in a circle, each circle once."""
    for manifest in view.manifests:
        told: set[frozenset[str]] = set()
        for key, name in manifest.groups.items():
            way = _circle(manifest.includes, key)
            if way and frozenset(way) not in told:
                told.add(frozenset(way))
                around = " -> ".join((*way, key))
                place = next((at for at, item in _includes(manifest, name) if normalised(item) == (*way, key)[1]), 0)
                why = f"groups include each other in a circle: {around}"
                yield _at(manifest, why, (_TABLE, name, place), " ".join(sorted(way)))


def _circle(includes: Mapping[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    """Returns the shortest way from a group back to itself, empty where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in ways:
        for inner in includes.get(way[-1], ()):
            if inner == start:
                return way
            if inner not in seen:
                seen.add(inner)
                ways.append((*way, inner))
    return ()


def _includes(manifest: Declared, name: str) -> Iterator[tuple[int, str]]:
    items = manifest.get(_TABLE, name)
    for at, item in enumerate(cast("list[object]", items) if isinstance(items, list) else ()):
        if isinstance(item, dict) and isinstance(cast("Table", item).get("include-group"), str):
            yield at, cast("str", cast("Table", item)["include-group"])


def unknown_includes(view: "View | _Only") -> Iterator[Trouble]:
    """Yields the includes of groups that do not exist."""
    for manifest in view.manifests:
        for name in manifest.groups.values():
            for at, inner in _includes(manifest, name):
                if normalised(inner) not in manifest.groups:
                    legacy = normalised(inner) == DEV and manifest.get("tool", "uv", "dev-dependencies") is not None
                    hint = (
                        "; `tool.uv.dev-dependencies` cannot be included" if legacy else _near(inner, manifest.groups)
                    )
                    why = f"group {name} includes {inner}, which is no group{hint}"
                    yield _at(manifest, why, (_TABLE, name, at), f"{name} {inner}")


def unknown_settings(view: View) -> Iterator[Trouble]:
    """Yields what ``tool.uv`` says of groups and extras that do not exist."""
    for manifest in view.manifests:
        legacy = {DEV} if manifest.get("tool", "uv", "dev-dependencies") is not None else set[str]()
        known = {*manifest.groups, *legacy}
        for at, name in enumerate(manifest.strings("tool", "uv", "default-groups")):
            if normalised(name) not in known and normalised(name) != DEV:
                why = f"default-groups names {name}, which is no group{_near(name, manifest.groups)}"
                yield _at(manifest, why, ("tool", "uv", "default-groups", at), name)
        for name in manifest.table("tool", "uv", _TABLE):
            if normalised(name) not in manifest.groups:
                why = f"{name} has settings and is no group{_near(name, manifest.groups)}"
                yield _at(manifest, why, ("tool", "uv", _TABLE, name), name)
        yield from _conflicts(view, manifest, known)


def _conflicts(view: View, manifest: Declared, known: set[str]) -> Iterator[Trouble]:
    sets = manifest.get("tool", "uv", "conflicts")
    for at, entries in enumerate(cast("list[object]", sets) if isinstance(sets, list) else ()):
        for inner, entry in enumerate(cast("list[object]", entries) if isinstance(entries, list) else ()):
            if not isinstance(entry, dict):
                continue
            table = cast("Table", entry)
            package = table.get("package")
            about = view.projects.by_name.get(normalised(package)) if isinstance(package, str) else manifest
            for kind in ("group", "extra"):
                name = table.get(kind)
                if about is None or not isinstance(name, str):
                    continue
                if kind == "extra" and "optional-dependencies" in about.strings("project", "dynamic"):
                    continue
                names = about.extras if kind == "extra" else about.groups if about is not manifest else known
                if normalised(name) not in names:
                    why = f"conflicts names the {kind} {name}, which does not exist"
                    yield _at(manifest, why, ("tool", "uv", "conflicts", at, inner), name)


def _near(name: str, names: Mapping[str, str]) -> str:
    import difflib

    near = difflib.get_close_matches(normalised(name), list(names), n=1, cutoff=0.7)
    return f"; did you mean {names[near[0]]}?" if near else ""


def legacy(view: View) -> Iterator[Trouble]:
    """Yields tables of development dependencies that came before ``[dependency-groups]``."""
    for manifest in view.manifests:
        for place, how in _LEGACY.items():
            if manifest.get(*place) not in (None, {}, []):
                repair = legacy_moved(manifest, place, safe=place[1] == "uv")
                yield _at(manifest, f"{'.'.join(place)} {how}", place, ".".join(place), repair)
        poetry = manifest.table("tool", "poetry", "group")
        if poetry and manifest.is_project:
            how = "is read by Poetry alone; move each group to [dependency-groups]"
            yield _at(manifest, f"tool.poetry.group {how}", ("tool", "poetry", "group", next(iter(poetry))), "group")
        if manifest.uses_uv and manifest.is_project and manifest.table("tool", "poetry", "dependencies"):
            how = "is not read by uv; project.dependencies and tool.uv.sources say the same"
            yield _at(manifest, f"tool.poetry.dependencies {how}", ("tool", "poetry", "dependencies"), "dependencies")


_LEGACY = {
    (
        "tool",
        "uv",
        "dev-dependencies",
    ): "is deprecated; move the list to dev in [dependency-groups], which leaves uv.lock fresh",
    ("tool", "poetry", "dev-dependencies"): "is read by Poetry alone; move it to dev in [dependency-groups]",
    ("tool", "pdm", "dev-dependencies"): "is read by PDM alone; move each list to [dependency-groups]",
    (
        "tool",
        "rye",
        "dev-dependencies",
    ): "is read by Rye alone, which uv replaced; move the list to dev in [dependency-groups]",
}


def empty(view: View) -> Iterator[Trouble]:
    """Yields the groups of which some included one requires a Python that the project never runs on."""
    from tta_validate.lock.versions import VersionError, intersection, python_range

    for manifest in view.manifests:
        own = manifest.get("project", "requires-python")
        for name, table in manifest.table("tool", "uv", _TABLE).items():
            wanted = cast("Table", table).get("requires-python") if isinstance(table, dict) else None
            if not isinstance(own, str) or not isinstance(wanted, str):
                continue
            try:
                both = intersection(python_range(own), python_range(wanted))
            except VersionError:
                continue
            if not both:
                why = f"group {name} requires Python {wanted}, which the project's {own} rules out"
                yield _at(manifest, why, ("tool", "uv", _TABLE, name), name)


def test_extras(view: View) -> Iterator[Trouble]:
    """Yields the extras that hold only what those who work on the project need."""
    from tta_validate.hygiene.known import is_known_as

    for manifest in view.manifests:
        for key, name in manifest.extras.items():
            held = [one for one in manifest.requirements if one.kind == "extra" and one.holder == key]
            tools = [one for one in held if is_known_as(one.name, "development tools") or one.name == manifest.name]
            if key in _TEST_EXTRAS and held and len(tools) * 2 > len(held):
                why = (
                    f"extra {name} holds tools and is published with the package; a group of that name is not: "
                    "move the list to [dependency-groups]"
                )
                repair = extra_moved(manifest, name)
                yield _at(manifest, why, ("project", "optional-dependencies", name), name, repair)


_TEST_EXTRAS = frozenset(
    {
        "dev",
        "develop",
        "development",
        "test",
        "tests",
        "testing",
        "lint",
        "linting",
        "format",
        "docs",
        "doc",
        "typing",
        "mypy",
    }
)


def _at(
    manifest: Declared, why: str, place: tuple[str | int, ...], subject: str, repair: FixRequest | None = None
) -> Trouble:
    return Trouble(why, manifest.path, manifest.line(*place), subject, fix=repair)
