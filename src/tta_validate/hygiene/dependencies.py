"""Troubles with dependencies: unused, undeclared, only transitive, only in a group, tools."""

from collections.abc import Iterator

from tta_validate.findings import FixRequest, Location, Related, Severity
from tta_validate.hygiene.code import FOR_DEVELOPMENT
from tta_validate.hygiene.declared import Requirement
from tta_validate.hygiene.imports import LOCAL
from tta_validate.hygiene.known import is_known_as
from tta_validate.hygiene.repairs import added, dropped, moved
from tta_validate.hygiene.usage import Usage, Wanted, standard
from tta_validate.hygiene.view import Trouble, View

_MAX_RELATED = 5
_SCRIPT = "# /// script"


def _wanted(view: View, state: str) -> Iterator[tuple[Usage, Wanted]]:
    """Yields what is wanted in a state, without the files that carry their own metadata (PEP 723)."""
    for usage in view.usages:
        for one in usage.wanted:
            if one.state == state:
                places = tuple(place for place in one.places if _SCRIPT not in (view.given.text(place.path) or ""))
                if places:
                    yield usage, Wanted(one.name, one.module, one.state, places, one.by)


def _trouble(usage: Usage, wanted: Wanted, message: str, told: Severity, repair: FixRequest | None = None) -> Trouble:
    """Returns the trouble at the first import, of those that run unasked if there is any; else it is an info."""
    places = sorted(wanted.places, key=usage.is_late)
    first, *rest = places
    related = tuple(
        Related(Location(place.path, place.seen.line), "imported here too") for place in rest[:_MAX_RELATED]
    )
    count = f"here and in {len(rest)} more places" if len(rest) > 1 else "here and in one more place" if rest else ""
    inside = "inside of a function" if first.seen.flags & LOCAL else ""
    about = ", ".join(part for part in (inside, count) if part)
    severity = Severity.INFO if usage.is_late(first) else told
    text = message.replace("{more}", f" ({about})" if about else "")
    return Trouble(text, first.path, first.seen.line, wanted.name or wanted.module, severity, related, repair)


def missing(view: View) -> Iterator[Trouble]:
    """Yields the imports of what nothing declares, and of members of the workspace that are not declared."""
    for usage, one in _wanted(view, "missing"):
        if one.name and one.name != one.module:
            given = f"{one.module}{{more}} comes from {one.name}"
        else:
            given = f"{one.module} is imported{{more}}"
        how = (
            f"{_add(one.name, usage)} does" if one.name else f"{_add(one.module, usage)} does, if it goes by that name"
        )
        repair = added(usage.member, one.name) if one.name else None
        why = f"{given}, which {usage.member.path} does not declare; {how}"
        yield _trouble(usage, one, why, Severity.ERROR, repair)
    for usage in view.usages:
        for name, place in sorted(usage.sibling_imports.items()):
            declared = {one.name for one in usage.member.requirements}
            if name in declared or name in usage.reached.names or not usage.member.name:
                continue
            seen = Wanted(name, place.seen.module, "missing", (place,))
            message = (
                f"{name}, a member of the workspace, is imported{{more}}, and {usage.member.path} does not declare it"
            )
            yield _trouble(usage, seen, message, Severity.WARNING)


def _add(name: str, usage: Usage) -> str:
    package = f" --package {usage.member.name}" if usage.member.folder and usage.member.name else ""
    return f"`uv add{package} {name}`"


def transitive(view: View) -> Iterator[Trouble]:
    """Yields the imports of what other dependencies bring along."""
    for usage, one in _wanted(view, "transitive"):
        bringing = usage.reached.through(one.name, usage.runtime) or one.by[:1]
        near = (name for name in bringing if is_known_as(f"{name}>{one.name}", "comes with"))
        by = next(near, bringing[0] if bringing else "")
        told = f"is there only because {_needing(by, bringing)} it" if by else "is there only by way of other packages"
        same = one.module.replace("_", "-").lower() == one.name
        what = f"{one.name} is imported{{more}} and" if same else f"{one.module}{{more}} comes from {one.name}, which"
        severity = Severity.INFO if by and is_known_as(f"{by}>{one.name}", "comes with") else Severity.WARNING
        repair = added(usage.member, one.name + _lower_bound(view, one.name))
        yield _trouble(usage, one, f"{what} {told}; {_add(one.name, usage)} declares it", severity, repair)


def _lower_bound(view: View, name: str) -> str:
    """Returns the locked version as a lower bound, empty where the lock has none or several."""
    lockfile = view.given.locked.lockfile
    versions = {package.version for package in lockfile.named(name)} if lockfile else set[str | None]()
    version = versions.pop() if len(versions) == 1 else None
    return f">={version}" if version and "+" not in version else ""


def _needing(first: str, bringing: tuple[str, ...]) -> str:
    """Returns who needs something, as the start of a clause: the first by name, and how many others do."""
    others = [name for name in bringing if name != first]
    if not others:
        return f"{first} needs"
    return f"{first} and {others[0] if len(others) == 1 else f'{len(others)} others'} need"


def in_group(view: View) -> Iterator[Trouble]:
    """Yields the imports in production code of what only a group declares."""
    for usage, one in _wanted(view, "group"):
        if usage.eager is not None and all(usage.is_late(place) for place in one.places):
            continue
        if all(FOR_DEVELOPMENT.search(usage.code.inner(usage.member, place.path)) for place in one.places):
            continue
        holders = " and ".join(dict.fromkeys(one.by))
        package = f" --package {usage.member.name}" if usage.member.folder and usage.member.name else ""
        by = usage.reached.by(one.name) if one.name in usage.reached.installed else ()
        left = f"an installation has it because {by[-1]} needs it" if by else "an installation leaves it out"
        if usage.reached.lockfile is None:
            left = "an installation has it only where another package brings it"
        message = (
            f"{one.name} is imported{{more}}, and declared in the group {holders} alone: {left}; "
            f"`uv add{package} {one.name}` declares it for all"
        )
        text = next((own.text for own in usage.member.requirements if own.name == one.name), one.name)
        yield _trouble(usage, one, message, Severity.WARNING, added(usage.member, text))


def unused(view: View) -> Iterator[Trouble]:
    """Yields the requirements that nothing imports, names, runs or loads."""
    tools = {(usage.member.path, one.place) for usage, one in _tools(view)}
    for usage, one in view.unused:
        if (usage.member.path, one.place) in tools or standard(one.name):
            continue
        brought = usage.reached.needed_by(one.name)
        severity = Severity.INFO if brought or one.kind == "extra" else None
        if brought:
            meant = "; a bound on it belongs in tool.uv.constraint-dependencies"
            if "build-system" in usage.member.values:
                # Constraints are for the workspace alone: they do not reach those who install the package.
                meant = ", unless its bound is meant for all who install the package"
            why = f"{one.name} is not imported, and {_needing(brought[0], brought)} it anyway: remove it{meant}"
        else:
            why = f"nothing imports {one.name}, names it or runs it; remove it"
        repair = dropped(usage.member, one, safe=False)
        yield Trouble(why, usage.member.path, one.line, one.name, severity, fix=repair)


def only_tested(view: View) -> Iterator[Trouble]:
    """Yields the runtime requirements that only tests, documents and tools import."""
    for usage in view.usages:
        found = [
            one
            for one in usage.member.requirements
            if one.kind == "runtime"
            and usage.used.get(one.name) is False
            and not usage.plugs_in(one.name)
            and not usage.adds_on(one.name)
            and one.name not in usage.settings.used
            and not is_known_as(one.name, "development tools")
        ]
        named = view.mentioned({one.name for one in found})
        for one in found:
            if one.name not in named and not usage.reached.needed_by(one.name):
                why = f"only tests, examples or scripts import {one.name}; move it to a group"
                group = "test" if "test" in usage.member.groups else "dev"
                repair = moved(usage.member, one, group)
                yield Trouble(why, usage.member.path, one.line, one.name, fix=repair)


def standard_names(view: View) -> Iterator[Trouble]:
    """Yields the requirements that have the name of a module of the standard library."""
    for manifest in view.manifests:
        for one in manifest.requirements:
            if one.written and standard(one.name) and not one.written.marker and not one.written.url:
                why = f"{one.name} is part of Python; the package of that name is another or an old one: remove it"
                repair = dropped(manifest, one, safe=False)
                yield Trouble(why, manifest.path, one.line, one.name, fix=repair)


def tools_at_runtime(view: View) -> Iterator[Trouble]:
    """Yields the tools in ``project.dependencies`` that production code does not use."""
    tools = _tools(view)
    named = view.mentioned_in_code({one.name for _, one in tools})
    for usage, one in tools:
        if one.name not in named:
            group = "lint" if is_known_as(one.name, "development tools") and "pytest" not in one.name else "test"
            why = (
                f"{one.name} is a tool for those who work on {usage.member.name or 'the project'}, and everyone who "
                f"installs it gets it; move it: `uv remove {one.name} && uv add --group {group} {one.name}`"
            )
            repair = moved(usage.member, one, group)
            yield Trouble(why, usage.member.path, one.line, one.name, fix=repair)


def _tools(view: View) -> list[tuple[Usage, Requirement]]:
    return [
        (usage, one)
        for usage in view.usages
        for one in usage.member.requirements
        if one.kind == "runtime" and is_known_as(one.name, "development tools") and not _needs_tool(usage, one.name)
    ]


def _needs_tool(usage: Usage, name: str) -> bool:
    """Tells whether production code uses a tool, or the project extends it."""
    if usage.used.get(name) or name in usage.settings.used:
        return True
    own = usage.member.name.split("-")
    points = usage.member.table("project", "entry-points")
    return name.split("-")[0] in own or any(name.split("-")[0] in point for point in points)
