"""Troubles with the members of a workspace and how they find each other.

Source: uv's documentation of workspaces and of dependency sources, and its behaviour.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from tta_validate.findings import Location, Related, Severity
from tta_validate.hygiene.declared import Declared, Table
from tta_validate.hygiene.repairs import from_workspace, removed
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock_model import normalised

_WORKSPACE = ("tool", "uv", "workspace")


def without_pyproject(view: View) -> Iterator[Trouble]:
    """Yields the folders that a pattern of members names and that hold no pyproject.toml."""
    top = view.projects.top
    for folder in view.projects.member_folders if top else ():
        if not (view.given.root / folder / "pyproject.toml").is_file():
            pattern = next(one for one in view.projects.patterns if folder in one.folders)
            why = f"{folder} is a member by {pattern.text!r} and has no pyproject.toml; add one, or exclude it"
            yield Trouble(why, "pyproject.toml", top.line(*_WORKSPACE, "members", pattern.index) if top else 1, folder)


def invalid_members(view: View) -> Iterator[Trouble]:
    """Yields members that uv refuses: without a project, with the name of another, or with a workspace of their own."""
    seen: dict[str, Declared] = {}
    for folder in ("", *view.projects.member_folders):
        one = view.projects.at(folder)
        if one is None or one.get("tool", "uv", "managed") is False:
            continue
        if folder and not one.is_project:
            yield Trouble(
                f"{one.path} is of a member and has no [project] table: uv refuses to run", one.path, 1, folder
            )
        if folder and one.get(*_WORKSPACE) is not None:
            line = one.line(*_WORKSPACE)
            yield Trouble(
                f"{folder} is a member and a workspace itself, which uv does not support", one.path, line, folder
            )
        if one.name and one.name in seen:
            first = seen[one.name]
            more = (Related(Location(first.path, first.line("project", "name")), "the other one"),)
            why = f"{one.name} is the name of two members: {first.path} has it too"
            yield Trouble(why, one.path, one.line("project", "name"), one.name, None, more)
        elif one.name:
            seen[one.name] = one


def siblings_without_source(view: View) -> Iterator[Trouble]:
    """Yields requirements of another member that no source says to take from the workspace."""
    if len(view.members) < 2 or view.projects.top is None:
        return
    for member in view.members:
        for one in member.requirements:
            other = view.projects.by_name.get(one.name)
            if other is None or other is member or one.name == member.name or (one.written and one.written.url):
                continue
            if not _entries(view, member, one.name) and not _apart(view, member):
                why = (
                    f"{one.name} is a member of the workspace, and no source says so: uv refuses to lock; add "
                    f"`{one.name} = {{ workspace = true }}` to [tool.uv.sources]"
                )
                repair = from_workspace(member, one.name)
                yield Trouble(why, member.path, one.line, one.name, fix=repair)


def siblings_by_path(view: View) -> Iterator[Trouble]:
    """Yields sources that lead to a member by its path."""
    for member in view.manifests:
        for name, entries in member.sources.items():
            other = view.projects.by_name.get(normalised(name))
            for entry in entries:
                path = entry.get("path")
                if other is not None and isinstance(path, str) and _is(view, member, path, other):
                    why = f"{name} is a member of the workspace; `{{ workspace = true }}` finds it wherever it moves"
                    line, repair = member.line("tool", "uv", "sources", name), from_workspace(member, name, entries)
                    yield Trouble(why, member.path, line, name, fix=repair)


def _is(view: View, member: Declared, path: str, other: Declared) -> bool:
    return os.path.normpath(view.given.root / member.folder / path) == os.path.normpath(view.given.root / other.folder)


def _entries(view: View, member: Declared, name: str) -> tuple[Table, ...]:
    for home in (member, view.projects.top):
        for key, entries in home.sources.items() if home else ():
            if normalised(key) == name:
                return entries
    return ()


def _apart(view: View, member: Declared) -> bool:
    """Tells whether a pyproject.toml between a member and the root makes the member a project of its own."""
    return bool(_between(view, member.folder))


def _between(view: View, folder: str) -> str:
    parts = folder.split("/")
    for end in range(len(parts) - 1, 0, -1):
        inner = "/".join(parts[:end])
        if (view.given.root / inner / "pyproject.toml").is_file():
            return inner
    return ""


def between(view: View) -> Iterator[Trouble]:
    """Yields pyproject.toml files between the root and a member, which hide the workspace from commands below."""
    told: set[str] = set()
    for member in view.members:
        inner = _between(view, member.folder) if member.folder else ""
        if inner and inner not in told:
            told.add(inner)
            why = (
                f"{inner}/pyproject.toml stands between the root and its member {member.folder}: uv run there sees no "
                "workspace and no uv.lock of it"
            )
            yield Trouble(why, f"{inner}/pyproject.toml", 1, inner)


def dead_patterns(view: View) -> Iterator[Trouble]:
    """Yields patterns of members and exclusions that name nothing, or only what another one names already."""
    top = view.projects.top
    if top is None or top.get(*_WORKSPACE) is None:
        return
    for key, patterns in (("members", view.projects.patterns), ("exclude", view.projects.excludes)):
        for at, one in enumerate(patterns):
            line = top.line(*_WORKSPACE, key, one.index)
            if not one.folders and not _up(one.text):
                repair = removed(top, (*_WORKSPACE, key, one.index))
                yield Trouble(f"{one.text!r} in {key} names no folder", top.path, line, one.text, fix=repair)
            elif key == "exclude":
                yield from _idle_exclusion(view, top, at, line)


def _up(pattern: str) -> bool:
    return os.path.normpath(pattern).startswith("..") or os.path.isabs(pattern)


def _idle_exclusion(view: View, top: Declared, at: int, line: int) -> Iterator[Trouble]:
    one = view.projects.excludes[at]
    repair = removed(top, (*_WORKSPACE, "exclude", one.index))
    named = frozenset[str]().union(*(pattern.folders for pattern in view.projects.patterns))
    before = frozenset[str]().union(*(pattern.folders for pattern in view.projects.excludes[:at]))
    if one.folders and one.folders <= before:
        yield Trouble(f"{one.text!r} excludes what is excluded above already", top.path, line, one.text, fix=repair)
    elif not one.folders & named and not any(_up(pattern.text) for pattern in view.projects.patterns):
        below = any(folder.startswith(f"{out}/") for folder in named for out in one.folders)
        if not below:
            yield Trouble(
                f"{one.text!r} excludes what no pattern of members names", top.path, line, one.text, fix=repair
            )


def orphans(view: View) -> Iterator[Trouble]:
    """Yields projects below the root of a workspace that are neither members nor excluded."""
    top = view.projects.top
    if top is None or top.get(*_WORKSPACE) is None:
        return
    out = frozenset[str]().union(*(one.folders for one in view.projects.excludes))
    nested = {folder for folder in view.projects.others if (view.given.root / folder / "uv.lock").is_file()}
    for folder in view.projects.others:
        one = view.projects.at(folder)
        excluded = any(folder == place or folder.startswith(f"{place}/") for place in (*out, *nested))
        if one is None or not one.is_project or excluded or _aside(folder):
            continue
        if one.get(*_WORKSPACE) is None and one.get("tool", "uv", "managed") is not False:
            why = f"{folder} is a project below a workspace, and no member nor excluded: uv run there resolves anew"
            yield Trouble(why, one.path, one.line("project"), folder)


def _aside(folder: str) -> bool:
    names = {"tests", "test", "fixtures", "templates", "template", "testing", "testdata", "data", "cookiecutter"}
    return any(part in names or "{{" in part for part in folder.split("/"))


def nested_locks(view: View) -> Iterator[Trouble]:
    """Yields locks in members, which uv never reads."""
    for member in view.members:
        path = f"{member.folder}/uv.lock"
        locks = (path, "uv.lock")
        if not member.folder or _apart(view, member) or not all((view.given.root / one).is_file() for one in locks):
            continue
        if not view.given.skips(path, "uv.lock", False):
            why = f"{member.folder} is a member: uv reads the uv.lock of the root and never this one; delete it"
            yield Trouble(why, path, 1, member.folder)


def editable_and_not(view: View) -> Iterator[Trouble]:
    """Yields sources that make a member editable where another one makes it not."""
    seen: dict[str, tuple[bool, Declared, str]] = {}
    for member in view.manifests:
        for name, entries in member.sources.items():
            for entry in entries:
                editable = entry.get("editable")
                if entry.get("workspace") is not True or not isinstance(editable, bool):
                    continue
                first = seen.setdefault(normalised(name), (editable, member, name))
                if first[0] != editable:
                    place = Location(first[1].path, first[1].line("tool", "uv", "sources", first[2]))
                    why = f"{name} is editable = {str(editable).lower()} here and the opposite in {first[1].path}"
                    line = member.line("tool", "uv", "sources", name)
                    yield Trouble(why, member.path, line, name, None, (Related(place, "the other one"),))


def idle_sources(view: View) -> Iterator[Trouble]:
    """Yields sources of packages that nothing requires."""
    top = view.projects.top
    everywhere = {one.name for manifest in view.manifests for one in manifest.requirements}
    for manifest in view.manifests:
        names = everywhere if manifest is top else {one.name for one in manifest.requirements}
        if manifest.is_dynamic and manifest.is_project:
            continue
        extra = " ".join(
            (
                *_listed(manifest, "override-dependencies"),
                *_listed(manifest, "constraint-dependencies"),
                *_listed(manifest, "build-constraint-dependencies"),
                *manifest.strings("build-system", "requires"),
                repr(manifest.get("tool", "uv", "extra-build-dependencies")),
            )
        )
        for name in manifest.sources:
            if normalised(name) not in names and name not in extra and not _locked(view, normalised(name)):
                line = manifest.line("tool", "uv", "sources", name)
                why, repair = (
                    f"nothing requires {name}, for which this is a source",
                    removed(manifest, ("tool", "uv", "sources", name)),
                )
                yield Trouble(why, manifest.path, line, name, fix=repair)


def _listed(manifest: Declared, key: str) -> tuple[str, ...]:
    value = manifest.get("tool", "uv", key)
    return tuple(str(one) for one in cast("list[object]", value)) if isinstance(value, list) else ()


def _locked(view: View, name: str) -> bool:
    """Tells whether the lock has a package from elsewhere than an index: a source can be for what others need."""
    lockfile = view.given.locked.lockfile
    return bool(lockfile and any(package.source.kind != "registry" for package in lockfile.named(name)))


_ROOT_ONLY = (
    *(
        "override-dependencies",
        "constraint-dependencies",
        "exclude-dependencies",
        "environments",
        "required-environments",
    ),
    *(
        "resolution",
        "prerelease",
        "fork-strategy",
        "exclude-newer",
        "index-strategy",
        "dependency-metadata",
        "workspace",
    ),
    *("required-version", "build-constraint-dependencies", "index-url", "extra-index-url", "find-links", "no-index"),
)


def idle_settings(view: View) -> Iterator[Trouble]:
    """Yields settings that uv does not read where they stand: of members, and of a root with a uv.toml."""
    for member in view.members:
        if not member.folder or _apart(view, member):
            continue
        top = view.projects.top
        keys = [key for key in _ROOT_ONLY if key != "workspace" and member.get("tool", "uv", key) is not None]
        same = [key for key in keys if top is not None and top.get("tool", "uv", key) == member.get("tool", "uv", key)]
        for told, severity in ((same, Severity.INFO), ([key for key in keys if key not in same], None)):
            if told:
                first, *rest = sorted((member.line("tool", "uv", key), key) for key in told)
                how = "which says the same: remove it" if severity else "move it there"
                names = " and ".join(key for _, key in (first, *rest))
                why = f"uv reads {names} from the root of the workspace only{', ' if severity else '; '}{how}"
                more = tuple(Related(Location(member.path, line), "and here") for line, _ in rest)
                repair = removed(member, *(("tool", "uv", key) for key in told)) if severity else None
                yield Trouble(why, member.path, first[0], names, severity, more, repair)
    top = view.projects.top
    if top is not None and (view.given.root / "uv.toml").is_file():
        for key in top.table("tool", "uv"):
            if (key in _ROOT_ONLY and key not in _STILL_READ) or key == "index":
                why = f"uv.toml beside this file replaces its settings: {key} counts no more; keep one of the two"
                yield Trouble(why, top.path, top.line("tool", "uv", key), key)


_STILL_READ = (
    *(
        "override-dependencies",
        "constraint-dependencies",
        "exclude-dependencies",
        "environments",
        "required-environments",
    ),
    *("workspace", "build-constraint-dependencies"),
)


def unbuildable(view: View) -> Iterator[Trouble]:
    """Yields build systems without a package, and programs of projects that are never installed."""
    for member in view.manifests:
        system = "build-system" in member.values
        if (
            system
            and not member.is_project
            and member.get("tool", "poetry") is None
            and not (view.given.root / member.folder / "setup.py").is_file()
            and not (view.given.root / member.folder / "setup.cfg").is_file()
        ):
            why = "[build-system] stands in a pyproject.toml that is no project; it builds nothing: remove it"
            yield Trouble(why, member.path, member.line("build-system"), "build-system")
        elif system and member.is_project and _nothing_to_build(view, member):
            module = member.name.replace("-", "_")
            why = (
                f"[build-system] makes {member.name} a package, and there is no module {module} to build: `uv sync` "
                "fails; remove the table, or set tool.uv.package = false"
            )
            yield Trouble(why, member.path, member.line("build-system"), "build-system")


def _nothing_to_build(view: View, member: Declared) -> bool:
    """Tells whether a backend that looks for a module of the project's name finds no Python at all."""
    if member.get("tool", "uv", "package") is False:
        return False
    backend = member.get("build-system", "build-backend")
    tables = {"hatchling.build": "hatch", "uv_build": "uv", "flit_core.buildapi": "flit"}
    if not isinstance(backend, str) or backend not in tables:
        return False
    own = member.get("tool", tables[backend], "build" if backend != "uv_build" else "build-backend")
    if own is not None or member.get("tool", "flit", "module") is not None:
        return False
    folder = view.given.root / member.folder
    module = member.name.replace("-", "_")
    places = (folder, folder / "src")
    return not any(_has_module(place, module) for place in places)


def _has_module(place: Path, module: str) -> bool:
    """Tells whether a folder holds the module, or a namespace that could stand for it."""
    if (place / f"{module}.py").is_file() or (place / module).is_dir():
        return True
    try:
        return any(entry.is_dir() and module.startswith(f"{entry.name}_") for entry in os.scandir(place))
    except OSError:
        return False


def idle_scripts(view: View) -> Iterator[Trouble]:
    """Yields programs that are never installed, as their project is no package."""
    for member in view.manifests:
        if not member.is_project or (member.folder and _apart(view, member)):
            continue
        off = member.get("tool", "uv", "package") is False
        if ("build-system" in member.values and not off) or member.get("tool", "uv", "package") is True:
            continue
        if not view.uses_uv or (view.given.root / member.folder / "setup.py").is_file():
            continue
        for key in ("scripts", "gui-scripts", "entry-points"):
            if member.table("project", key):
                what = "tool.uv.package = false" if off else "no [build-system]"
                why = f"project.{key} is skipped by uv, for {member.name} has {what}"
                yield Trouble(why, member.path, member.line("project", key), key, Severity.WARNING)
