"""Troubles with the Python that a workspace asks for."""

import re
from collections.abc import Iterator

from tta_validate.findings import Location, Related, Severity
from tta_validate.hygiene.declared import Declared
from tta_validate.hygiene.repairs import changed
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.versions import LOWEST, Set, VersionError, clauses, intersection, python_range

_REQUIRES = ("project", "requires-python")
_IMAGE = re.compile(r"(?:^|/)python:(\d+\.\d+)(?:[.\w-]*)|(?:^|[/:-])python(\d+\.\d+)(?:-|$)")
_PIN = re.compile(r"(?:cpython[-@])?(\d+\.\d+)(?:\.\d+)?$")


def _range(manifest: Declared) -> Set | None:
    value = manifest.get(*_REQUIRES)
    try:
        return python_range(value) if isinstance(value, str) else None
    except VersionError:
        return None


def missing(view: View) -> Iterator[Trouble]:
    """Yields projects that do not say which Python they need."""
    dynamic = (one for one in view.members if "requires-python" not in one.strings("project", "dynamic"))
    for member in dynamic:
        if member.get(*_REQUIRES) is None and not any(isinstance(one.get(*_REQUIRES), str) for one in view.members):
            why = "requires-python is missing: uv takes the Python of the machine that locks, and the lock hangs on it"
            locked = view.given.locked.lockfile.lock.requires_python if view.given.locked.lockfile else None
            repair = changed(member, _REQUIRES, locked) if locked else None
            yield Trouble(why, member.path, member.line("project"), member.name, fix=repair)
        elif member.get(*_REQUIRES) is None:
            why = f"requires-python of {member.name} is missing; that of other members decides what it is tested with"
            yield Trouble(why, member.path, member.line("project"), member.name, Severity.INFO)


def unbounded(view: View) -> Iterator[Trouble]:
    """Yields requirements of Python without a lower bound, and exact ones that leave patch releases out."""
    for member in view.members:
        value = member.get(*_REQUIRES)
        if not isinstance(value, str):
            continue
        line = member.line(*_REQUIRES)
        try:
            versions, parts = python_range(value), clauses(value)
        except VersionError as error:
            yield Trouble(f"requires-python cannot be read: {error}", member.path, line, value, Severity.ERROR)
            continue
        exact = next((text for operator, text, star in parts if operator == "==" and not star), "")
        if exact and exact.count(".") < 2:
            why = f"=={exact} is Python {exact}.0 alone; =={exact}.* is what all its patch releases are"
            repair = changed(member, _REQUIRES, value.replace(exact, f"{exact}.*"))
            yield Trouble(why, member.path, line, value, fix=repair)
        elif not versions:
            yield Trouble(f"requires-python {value!r} accepts no Python", member.path, line, value, Severity.ERROR)
        elif versions[0][0] == LOWEST:
            why = f"requires-python {value!r} has no lower bound: uv resolves for Pythons that ended years ago"
            yield Trouble(why, member.path, line, value)


def disagreeing(view: View) -> Iterator[Trouble]:
    """Yields members, pins and images whose Python another one rules out."""
    ranges = [(one, found) for one in view.members if (found := _range(one))]
    for at, (member, found) in enumerate(ranges):
        for other, before in ranges[:at]:
            if not intersection(found, before):
                why = f"no Python is in the ranges of {member.name} and {other.name}: uv cannot lock the workspace"
                more = (Related(Location(other.path, other.line(*_REQUIRES)), "the other one"),)
                line = member.line(*_REQUIRES)
                yield Trouble(why, member.path, line, f"{member.name} {other.name}", Severity.ERROR, more)
    yield from _narrower(ranges)
    yield from _pins(view, ranges)
    yield from _images(view, ranges)


def _narrower(ranges: list[tuple[Declared, Set]]) -> Iterator[Trouble]:
    """Yields members that start at another Python than the highest of what they need of the workspace."""
    by_name = {one.name: (one, found) for one, found in ranges}
    for member, found in ranges:
        for name in dict.fromkeys(one.name for one in member.requirements if one.kind == "runtime"):
            other = by_name.get(name)
            if other is None or other[0] is member or not intersection(found, other[1]):
                continue
            if found[0][0] < other[1][0][0]:
                value, needed = member.get(*_REQUIRES), other[0].get(*_REQUIRES)
                why = f"{member.name} says {value}, but needs its sibling {name}, which says {needed}"
                more = (Related(Location(other[0].path, other[0].line(*_REQUIRES)), "the sibling"),)
                yield Trouble(why, member.path, member.line(*_REQUIRES), f"{member.name} {name}", None, more)


def _pins(view: View, ranges: list[tuple[Declared, Set]]) -> Iterator[Trouble]:
    for member, found in ranges:
        path = f"{member.folder}/.python-version".lstrip("/")
        text = view.given.text(path) if (view.given.root / path).is_file() else None
        lines = enumerate((text or "").split("\n"), 1)
        pins = [(number, match[1]) for number, line in lines if (match := _PIN.fullmatch(line.strip()))]
        for number, pin in pins[:1]:
            if not intersection(found, python_range(f"=={pin}.*")):
                why = f"pins Python {pin}, which requires-python {member.get(*_REQUIRES)} of {member.name} rules out"
                yield Trouble(why, path, number, pin)


def _images(view: View, ranges: list[tuple[Declared, Set]]) -> Iterator[Trouble]:
    """Yields images of a Python that no member runs on; only where there is one project may it be meant."""
    if len(view.members) != 1 or not ranges:
        return
    member, found = ranges[0]
    for path, instructions in view.written.images.items():
        if not any(command.path == path and command.program == "uv" for command in view.written.commands):
            continue
        for one in instructions:
            match = _IMAGE.search(one.image) if one.name == "FROM" else None
            version = (match[1] or match[2]) if match else ""
            if version and not intersection(found, python_range(f"=={version}.*")):
                why = f"the image has Python {version}, which requires-python {member.get(*_REQUIRES)} rules out"
                yield Trouble(why, path, one.line, version)
