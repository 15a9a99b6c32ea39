"""Makes a uv project of a Poetry project."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from tta_validate.documents import Document, parse_toml
from tta_validate.errors import InputError
from tta_validate.lock_model import normalised
from tta_validate.migrate.collect import Collector
from tta_validate.migrate.declared import valid_name
from tta_validate.migrate.model import Draft, Entry, Place, Setting
from tta_validate.migrate.poetry_build import build_tables
from tta_validate.migrate.poetry_dependencies import Translated, requires_python, translate
from tta_validate.migrate.poetry_project import project_values
from tta_validate.migrate.requirement_lines import Wanted
from tta_validate.migrate.texts import read
from tta_validate.registries import default_registry

FILE = "pyproject.toml"
_HANDLED = frozenset(
    {
        *("name", "version", "description", "license", "authors", "maintainers", "readme", "homepage", "repository"),
        *("documentation", "keywords", "classifiers", "packages", "include", "exclude", "dependencies", "group"),
        *("dev-dependencies", "extras", "scripts", "plugins", "urls", "source", "package-mode", "build"),
        *("requires-poetry", "requires-plugins"),
    }
)


@dataclass(slots=True)
class _Found:
    document: Document
    collector: Collector
    optional: dict[str, list[Translated]] = field(default_factory=dict[str, list[Translated]])
    itself: str = ""
    prereleases: list[str] = field(default_factory=list[str])


def migrate_poetry(root: Path) -> Draft:
    """Returns the project that the table ``[tool.poetry]`` of the root's pyproject.toml describes.

    Raises InputError without that table, and for a part of it that has another shape than Poetry takes.
    """
    document = parse_toml(read(root / FILE, FILE), FILE)
    table = document.table("tool", "poetry")
    if table is None:
        raise InputError(f"{FILE}:1: has no [tool.poetry]: there is nothing to migrate")
    name = (document.table("project") or {}).get("name") or table.get("name") or ""
    found = _Found(document, Collector(root), itself=normalised(str(name)))
    _refuse_other_shapes(found, table)
    _unhandled(found, table)
    extras = _main(found, table)
    groups, defaults = _groups(found, table)
    _indexes(found, table)
    project = project_values(found.collector, document, table)
    _python(found, table, project)
    draft = found.collector.draft(project)
    settings: dict[str, Setting] = dict(draft.settings)
    if defaults:
        settings["default-groups"] = defaults
    if found.prereleases:
        settings["prerelease-package"] = dict.fromkeys(sorted(set(found.prereleases)), "allow")
    if table.get("package-mode") is False:
        settings["package"] = False
    return replace(
        draft,
        extras=extras,
        groups={name: (*groups.get(name, ()), *draft.groups.get(name, ())) for name in {**groups, **draft.groups}},
        settings=settings,
        tables=build_tables(found.collector, document, table),
        preferred=_locked(root),
        replaced=("poetry.lock",) if (root / "poetry.lock").is_file() else (),
        notes=tuple(found.collector.notes),
    )


def kept_keys(root: Path) -> Mapping[str, object]:
    """Returns the keys of ``[tool.poetry]`` that stay: unknown ones, and how to build where a script does it."""
    table = parse_toml(read(root / FILE, FILE), FILE).table("tool", "poetry") or {}
    build = ("build", "packages", "include", "exclude") if "build" in table else ()
    return {key: value for key, value in table.items() if key not in _HANDLED or key in build}


def _place(found: _Found, *keys: str) -> Place:
    return Place(FILE, found.document.line("tool", "poetry", *keys))


def _refuse_other_shapes(found: _Found, table: Mapping[str, object]) -> None:
    for key in ("dependencies", "dev-dependencies", "group", "extras", "scripts", "plugins", "urls"):
        if not isinstance(table.get(key, {}), Mapping):
            raise InputError(f"{_place(found, key)}: tool.poetry.{key} is no table; make it one, or delete it")
    if not isinstance(table.get("source", []), list):
        raise InputError(f"{_place(found, 'source')}: tool.poetry.source is no array of tables; write [[...]]")


def _unhandled(found: _Found, table: Mapping[str, object]) -> None:
    for key in table:
        if key not in _HANDLED:
            found.collector.note(
                "decide", _place(found, key), f"tool.poetry.{key}", "It has no counterpart that is known here."
            )
    for key in found.document.table("tool") or {}:
        if key.startswith("poetry-"):
            place = Place(FILE, found.document.line("tool", key))
            found.collector.note("decide", place, f"tool.{key}", "It is for a plugin of Poetry, of which uv has none.")
    for key in ("requires-poetry", "requires-plugins"):
        if key in table:
            found.collector.note("dropped", _place(found, key), f"tool.poetry.{key}", "It is about Poetry itself.")


def tables_of(value: object) -> Mapping[str, object]:
    """Returns a value that is a table, an empty one for anything else."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _take(found: _Found, name: str, value: object, keys: tuple[str, ...], group: str = "") -> list[Translated]:
    """Adds a dependency to a group and notes what cannot be said; returns the optional ones, which it does not add."""
    place = _place(found, *keys, name)
    optional: list[Translated] = []
    if normalised(name) == found.itself:
        value = _itself(found, place, name, value)
        if value is None:
            return []
    own = {normalised(str(one)) for one in _project_list(found.document, "dependencies")}
    for one in translate(name, value):
        for what, advice in one.problems:
            found.collector.note("decide", place, what, advice)
        if one.prerelease:
            found.prereleases.append(one.name)
        if one.source:
            entries = found.collector.sources.setdefault(one.name, {})
            entries.setdefault(tuple(one.source.items()), set())
        if one.optional:
            optional.append(one)
        elif group or one.name not in own:
            found.collector.add(Wanted(one.name, one.spec), place, group)
    return optional


def _itself(found: _Found, place: Place, name: str, value: object) -> object:
    """Returns what is asked of the project itself: its extras. None where nothing is: it is installed anyway."""
    extras = tables_of(value).get("extras")
    if extras:
        return {"version": "*", "extras": extras}
    found.collector.note("dropped", place, f"{name} itself", "`uv sync` installs the project anyway.")
    return None


def _project_list(document: Document, key: str) -> Iterator[str]:
    value = (document.table("project") or {}).get(key)
    for one in cast("list[object]", value) if isinstance(value, list) else []:
        if isinstance(one, str) and (name := re.match(r"[\w.-]+", one)):
            yield name[0]


def _main(found: _Found, table: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    optional: dict[str, list[Translated]] = {}
    required: dict[str, list[Translated]] = {}
    for name, value in tables_of(table.get("dependencies")).items():
        if name == "python":
            continue
        left = _take(found, name, value, ("dependencies",))
        if normalised(name) != found.itself:
            (optional if left else required)[normalised(name)] = left or list(translate(name, value))
    extras: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    for extra, names in tables_of(table.get("extras")).items():
        specs: list[str] = []
        for one in cast("list[object]", names) if isinstance(names, list) else []:
            key = normalised(re.split(r"[\[\s<>=(]", str(one))[0])
            known = optional.get(key) or required.get(key)
            if not known:
                place = _place(found, "extras", extra)
                found.collector.note(
                    "decide", place, f"{one} in the extra {extra}", "It is no dependency of the project."
                )
                continue
            used.add(key)
            specs += [each.spec for each in known]
        extras[valid_name(extra)] = tuple(specs)
    for name, left in optional.items():
        if name not in used:
            advice = f"It is in no extra, so that nothing installs it: it stands in the new extra {name}."
            found.collector.note("decide", _place(found, "dependencies", name), name, advice)
            extras[name] = tuple(each.spec for each in left)
    return extras


def _groups(found: _Found, table: Mapping[str, object]) -> tuple[dict[str, tuple[Entry, ...]], tuple[str, ...]]:
    """Returns what groups include, and the groups that are installed by default where that is not ``dev`` alone."""
    includes: dict[str, tuple[Entry, ...]] = {}
    defaults: list[str] = []
    for name, value in tables_of(table.get("dev-dependencies")).items():
        _take(found, name, value, ("dev-dependencies",), "dev")
    if "dev-dependencies" in table:
        defaults.append("dev")
        includes.setdefault("dev", ())
    for title, value in tables_of(table.get("group")).items():
        group, name = tables_of(value), valid_name(title)
        includes.setdefault(name, ())
        for package, dependency in tables_of(group.get("dependencies")).items():
            _take(found, package, dependency, ("group", title, "dependencies"), name)
        included = cast("list[object]", group.get("include-groups") or [])
        includes[name] = tuple({"include-group": valid_name(str(one))} for one in included)
        if group.get("optional") is not True and name not in defaults:
            defaults.append(name)
        for key in group:
            if key not in ("dependencies", "optional", "include-groups"):
                place = _place(found, "group", title, key)
                found.collector.note(
                    "decide", place, f"{key} of the group {title}", "Poetry's documentation has no such key."
                )
    is_usual = set(defaults) <= {"dev"} and ("dev" in defaults or "dev" not in includes)
    return includes, () if is_usual else tuple(defaults)


def _indexes(found: _Found, table: Mapping[str, object]) -> None:
    sources = [tables_of(one) for one in cast("list[object]", table.get("source") or [])]
    has_pypi = any(_is_pypi(one) for one in sources)
    for at, one in enumerate(sources):
        place = _place(found, "source", str(at))
        if _is_pypi(one):
            continue
        name, url = normalised(str(one.get("name", ""))), str(one.get("url", ""))
        priority = str(one.get("priority") or ("default" if one.get("default") else "primary")).lower()
        index: dict[str, str | bool] = {"name": name, "url": url}
        if priority in ("explicit", "supplemental", "secondary") or one.get("secondary"):
            index["explicit"] = True
        elif priority == "default" or not has_pypi:
            index["default"] = True
        if priority in ("supplemental", "secondary"):
            advice = (
                "uv has no index that is asked after PyPI: this one serves only what tool.uv.sources takes from it."
            )
            found.collector.note("decide", place, f"the source {name} is {priority}", advice)
        elif priority == "primary" and has_pypi:
            advice = (
                "uv asks this index before PyPI, for every name: write `explicit = true` if it has some packages only."
            )
            found.collector.note("decide", place, f"the source {name}", advice)
        unknown = set(one) - {"name", "url", "priority", "default", "secondary"}
        for key in sorted(unknown):
            found.collector.note(
                "decide", place, f"{key} of the source {name}", "Poetry's documentation has no such key."
            )
        found.collector.indexes[name] = index


def _is_pypi(one: Mapping[str, object]) -> bool:
    url = str(one.get("url") or "").rstrip("/")
    return url == default_registry().index or (not url and str(one.get("name", "")).lower() == "pypi")


def _python(found: _Found, table: Mapping[str, object], project: dict[str, object]) -> None:
    value = tables_of(table.get("dependencies")).get("python")
    if not isinstance(value, str):
        if "requires-python" not in (found.document.table("project") or {}) and "requires-python" not in project:
            place = _place(found)
            found.collector.note("decide", place, "requires-python", "Nothing says which Python this runs on.")
        return
    specifier, whole = requires_python(value)
    place = _place(found, "dependencies", "python")
    if not whole:
        found.collector.note(
            "decide", place, f"python = {value!r}", f"No specifier says all of it: {specifier!r} is written down."
        )
    if specifier:
        project["requires-python"] = specifier


def _locked(root: Path) -> tuple[str, ...]:
    path = root / "poetry.lock"
    if not path.is_file():
        return ()
    try:
        document = parse_toml(read(path, "poetry.lock"), "poetry.lock")
    except InputError:
        return ()
    pins: list[str] = []
    seen: set[str] = set()
    for one in cast("list[object]", document.values.get("package") or []):
        package = tables_of(one)
        name, version = package.get("name"), package.get("version")
        if isinstance(name, str) and isinstance(version, str) and "source" not in package:
            pins += [f"{normalised(name)}=={version}"]
            seen.add(name)
    # A package with several versions has none that is preferred everywhere.
    counts = [pin.partition("==")[0] for pin in pins]
    return tuple(pin for pin in pins if counts.count(pin.partition("==")[0]) == 1)
