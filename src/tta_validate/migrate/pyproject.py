"""Puts a draft into pyproject.toml, a new one or the one that is there."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from tta_validate.documents import Document, parse_toml
from tta_validate.errors import InputError
from tta_validate.leftovers.conda_names import is_tool
from tta_validate.lock_model import normalised
from tta_validate.migrate.model import Draft, Entry, Note, Place
from tta_validate.migrate.texts import read
from tta_validate.plain_text import clean
from tta_validate.toml_edits import edited, render, without_tables

FILE = "pyproject.toml"
_KEYS = (
    *("name", "version", "description", "readme", "requires-python", "license", "authors", "maintainers", "keywords"),
    *("classifiers", "dynamic", "dependencies", "optional-dependencies", "scripts", "entry-points", "urls"),
)


def with_draft(root: Path, draft: Draft) -> tuple[str, Draft]:
    """Returns the text of the project's pyproject.toml with the draft in it, and the draft with further notes.

    Raises InputError where there is one that cannot be added to.
    """
    path = root / FILE
    if not path.exists():
        head = "".join(f"{clean(line)}\n" for line in draft.head)
        return head + ("\n" if head else "") + render(_tables(draft), draft.comments), draft
    text = read(path, FILE)
    own = {line.strip() for line in text.split("\n")}
    lost = [line for line in draft.head if clean(line) not in own]
    draft = draft.noting(
        *(Note("dropped", Place(draft.replaced[0]), line, "A comment of the whole file.") for line in lost)
    )
    document = parse_toml(text, FILE)
    if document.table("tool", "poetry") is not None:
        line = document.line("tool", "poetry")
        raise InputError(f"{FILE}:{line}: is a Poetry project: run `tta-validate migrate poetry` first")
    text, document, draft = _static(text, document, draft)
    draft = _fitted(document, draft)
    return edited(text, _tables(draft), FILE, draft.comments), draft


def without_poetry(root: Path, draft: Draft, kept: Mapping[str, object]) -> tuple[str, Draft]:
    """Returns the text of the project's pyproject.toml with the draft in the place of ``[tool.poetry]``.

    ``kept`` are the keys of that table that stay. Comments that stood in it are notes of the draft, but for those
    beside a dependency.
    """
    text = read(root / FILE, FILE)
    document = parse_toml(text, FILE)
    cut: list[tuple[str, ...]] = [("tool", "poetry")]
    if ("build-system",) in draft.tables:
        cut.append(("build-system",))
    rest, gone = without_tables(text, tuple(cut))
    draft = _with_comments(draft, gone)
    tables = _tables(draft)
    if kept:
        tables.setdefault("tool", {})["poetry"] = dict(kept)
    result = edited(rest + "\n", tables, FILE, draft.comments)
    if document.table("project") is None and parse_toml(result, FILE).table("project") is None:
        raise InputError(f"{FILE}:1: says too little for a [project] table")
    return result, draft


def _with_comments(draft: Draft, gone: list[tuple[int, str]]) -> Draft:
    """Keeps the comments of lines that are gone: beside a dependency, where it is one, else in the plan."""
    specs = [*draft.dependencies, *(one for group in draft.groups.values() for one in group if isinstance(one, str))]
    by_name: dict[str, list[str]] = {}
    for spec in specs:
        if name := re.match(r"[\w.-]+", spec):
            by_name.setdefault(normalised(name[0]), []).append(spec)
    comments = dict(draft.comments)
    notes: list[Note] = []
    for number, line in gone:
        found = re.match(r"""^\s*(?:["']?([\w.-]+)["']?\s*=)?.*?(?:^|[\s\]"'}])#\s*(.+?)\s*$""", line)
        if not found or _in_string(line):
            continue
        names = by_name.get(normalised(found[1] or ""), [])
        if names:
            comments.update(dict.fromkeys(names, found[2]))
        else:
            notes.append(Note("dropped", Place(FILE, number), f"# {found[2]}", "A comment in a table that is gone."))
    return replace(draft, comments=comments, notes=(*draft.notes, *notes))


def _in_string(line: str) -> bool:
    """Whether the last ``#`` of a line stands between quotes."""
    before = re.sub(r"\"[^\"]*\"|'[^']*'", "", line)
    return "#" not in before


def _tables(draft: Draft) -> dict[str, Any]:
    project: dict[str, Any] = dict(draft.project)
    if project or draft.dependencies:
        project["dependencies"] = list(draft.dependencies)
    if draft.extras:
        project["optional-dependencies"] = {name: list(specs) for name, specs in draft.extras.items()}
    ordered = {key: project[key] for key in (*_KEYS, *project) if key in project}
    tables: dict[str, Any] = {"project": ordered} if ordered else {}
    if draft.groups:
        tables["dependency-groups"] = {name: [_plain(one) for one in entries] for name, entries in draft.groups.items()}
    for keys, value in draft.tables.items():
        _put(tables, keys, value)
    uv: dict[str, Any] = {key: _plain(value) for key, value in draft.settings.items()}
    if draft.sources:
        uv["sources"] = {name: _one_or_more(entries) for name, entries in draft.sources.items()}
    if draft.indexes:
        uv["index"] = [dict(one) for one in draft.indexes]
    if uv:
        _put(tables, ("tool", "uv"), uv)
    return tables


def _plain(value: object) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in cast("tuple[object, ...]", value)]
    return dict(cast("Mapping[str, object]", value)) if isinstance(value, Mapping) else value


def _one_or_more(entries: tuple[Mapping[str, str | bool], ...]) -> Any:
    return dict(entries[0]) if len(entries) == 1 else [dict(one) for one in entries]


def _put(tables: dict[str, Any], keys: tuple[str, ...], value: Mapping[str, Any]) -> None:
    for key in keys:
        tables = tables.setdefault(key, {})
    tables.update(value)


def _static(text: str, document: Document, draft: Draft) -> tuple[str, Document, Draft]:
    """Makes dependencies that setuptools reads from the migrated files stand in pyproject.toml themselves."""
    import tomlkit

    project = document.table("project") or {}
    dynamic = cast("list[object]", project.get("dynamic") or [])
    if "dependencies" not in dynamic:
        return text, document, draft
    line = document.line("project", "dynamic")
    source = document.table("tool", "setuptools", "dynamic", "dependencies") or {}
    files = source.get("file")
    names = {files} if isinstance(files, str) else {str(one) for one in cast("list[object]", files or [])}
    if not names or not names <= set(draft.replaced):
        raise InputError(
            f"{FILE}:{line}: the dependencies are dynamic, and not read from the migrated files: make them static"
        )
    edited_document: Any = tomlkit.parse(text)
    edited_document["project"]["dynamic"].remove("dependencies")
    if not edited_document["project"]["dynamic"]:
        del edited_document["project"]["dynamic"]
    settings = edited_document["tool"]["setuptools"]
    del settings["dynamic"]["dependencies"]
    if not settings["dynamic"]:
        del settings["dynamic"]
    if not settings:
        del edited_document["tool"]["setuptools"]
    text = tomlkit.dumps(edited_document)  # pyright: ignore[reportUnknownMemberType]
    notes = [Note("changed", Place(FILE, line), "dynamic dependencies", "They stand in pyproject.toml now.")]
    if "optional-dependencies" in dynamic:
        place = Place(FILE, document.line("tool", "setuptools", "dynamic", "optional-dependencies"))
        advice = (
            "Where setuptools reads them from files, write them into [project.optional-dependencies] before these go."
        )
        notes.append(Note("decide", place, "dynamic optional-dependencies", advice))
    return text, parse_toml(text, FILE), draft.noting(*notes)


def _names(entries: object) -> dict[str, str]:
    """Returns the requirements of a list by their normalised names."""
    found: dict[str, str] = {}
    for one in cast("list[object]", entries) if isinstance(entries, list) else []:
        if isinstance(one, str) and (name := re.match(r"[\w.-]+", one)):
            key = normalised(name[0])
            found[key] = f"{found[key]}\n{one}" if key in found else one
    return found


def _fitted(document: Document, draft: Draft) -> Draft:
    """Returns the draft less what the project says already; what both say in different ways is noted."""
    project = document.table("project")
    notes: list[Note] = []
    groups = dict(draft.groups)
    dependencies = draft.dependencies
    preferred = list(draft.preferred)
    moved: tuple[str, ...] = ()
    if project is not None and "dependencies" in project:
        own = _names(project["dependencies"])
        place = Place(FILE, document.line("project", "dependencies"))
        new = _new(draft.dependencies, own, place, notes, preferred)
        dependencies = ()
        if new and own:
            groups["dev"] = (*groups.get("dev", ()), *new)
            moved = tuple(name for name in _names(list(new)) if not is_tool(name))
            advice = "The project declares its dependencies already: these go to the group dev. Move what it runs."
            notes.append(Note("decide", place, ", ".join(sorted(_names(list(new)))), advice))
        else:
            dependencies = new
    declared = document.table("dependency-groups") or {}
    for name, entries in groups.items():
        own = _names(declared.get(name))
        place = Place(FILE, document.line("dependency-groups", name))
        texts = _new(tuple(one for one in entries if isinstance(one, str)), own, place, notes, preferred)
        included: tuple[Entry, ...] = tuple(one for one in entries if not isinstance(one, str))
        groups[name] = (*included, *texts)
    tables = {keys: value for keys, value in draft.tables.items() if document.table(*keys) is None}
    missing = {key: value for key, value in draft.project.items() if project is None or key not in project}
    if project is not None:
        missing.pop("dynamic", None)
        missing.pop("version", None)
        missing.pop("description", None)
        missing.pop("readme", None)
        tables.pop(("build-system",), None)
    return replace(
        draft,
        project=missing,
        dependencies=dependencies,
        groups={name: entries for name, entries in groups.items() if entries or name not in declared},
        tables=tables,
        preferred=tuple(preferred),
        moved=moved,
        notes=(*draft.notes, *notes),
    )


def _new(
    specs: tuple[str, ...], own: Mapping[str, str], place: Place, notes: list[Note], preferred: list[str]
) -> tuple[str, ...]:
    """Returns the requirements that are not there yet. A pin beside a wider requirement becomes a preference."""
    new: list[str] = []
    for spec in specs:
        name = next(iter(_names([spec])), "")
        if name not in own:
            new.append(spec)
        elif _tight(spec) in map(_tight, own[name].split("\n")) or re.fullmatch(r"[\w.-]+", spec):
            continue
        elif re.fullmatch(r"[\w.-]+==[\w.+!]+", spec):
            preferred.append(spec)
        else:
            said = " and ".join(own[name].split("\n"))
            notes.append(Note("decide", place, spec, f"The project says {said} already, which stays."))
    return tuple(new)


def _tight(spec: str) -> str:
    return "".join(spec.split())
