"""Integrity: the edges between the packages of a lock, and the requirements that they stand for."""

from collections.abc import Iterator, Sequence

from tta_validate.lock.graph import Section, reached, roots, sections, targets
from tta_validate.lock.markers import Any, Marker, MarkerError, Test, can_hold, extras_of, parse_marker, regions
from tta_validate.lock.versions import EVERY, Set, VersionError, bounding, python_range
from tta_validate.lock.view import Flaw, LockView
from tta_validate.lock_model import Lock, LockedExclude, LockedRequirement, Package, normalised
from tta_validate.lockfile import Lockfile


def orphans(view: LockView) -> Iterator[Flaw]:
    """Yields the packages that nothing of the project leads to."""
    lockfile = view.lockfile
    if lockfile is None or not roots(lockfile.lock):
        return
    seen = reached(lockfile)
    for at, package in enumerate(lockfile.lock.packages):
        if at not in seen:
            message = f"{package.label} is in the lock, but nothing requires it"
            yield Flaw(message, lockfile.path, lockfile.line("package", at), package.name)


def dangling(view: LockView) -> Iterator[Flaw]:
    """Yields the edges to packages that the lock does not hold."""
    lockfile = view.lockfile
    for at, package in enumerate(lockfile.lock.packages) if lockfile else ():
        for section in sections(package):
            for number, edge in enumerate(section.edges):
                if lockfile and not targets(lockfile, edge):
                    wanted = f"{edge.name} {edge.version or ''}".strip()
                    message = f"{package.label} requires {wanted}, which the lock does not hold"
                    line = lockfile.line("package", at, *section.place, number)
                    yield Flaw(message, lockfile.path, line, f"{package.name} {wanted}")


def unmatched(view: LockView) -> Iterator[Flaw]:
    """Yields the recorded requirements of local packages without an edge, and their edges without a requirement."""
    lockfile = view.lockfile
    if lockfile is None:
        return
    skipped = _rewritten(lockfile.lock)
    python = _python(lockfile.lock)
    members = roots(lockfile.lock)
    for at, package in enumerate(lockfile.lock.packages):
        if package.metadata is None or package.source.kind not in ("virtual", "editable", "directory"):
            continue
        for section in sections(package):
            yield from _compared(lockfile, at, section, skipped | {package.name}, python)
        # The groups of a local package that is no member are recorded, but never installed.
        recorded = {normalised(name) for name in package.metadata.requires_dev} if at in members else set[str]()
        for name in recorded - {normalised(group) for group in package.dev_dependencies}:
            section = Section("group", name, ())
            yield from _compared(lockfile, at, section, skipped | {package.name}, python)


def _compared(lockfile: Lockfile, at: int, section: Section, skipped: set[str], python: Set) -> Iterator[Flaw]:
    package = lockfile.lock.packages[at]
    where = f"{section.kind} {section.name} of {package.name}" if section.name else package.name
    edges = {edge.name for edge in section.edges}
    needs = _recorded(package, section)
    for need in needs:
        name = normalised(need.name)
        if name not in edges | skipped and _applies(need, section, python):
            message = f"{where} requires {name}, but the lock has no edge to it"
            yield Flaw(message, lockfile.path, lockfile.line("package", at), f"{where} {name}")
    # An extra that asks for another of its own package has the edges of that one too.
    any_ = section.kind == "extra"
    named = {normalised(need.name) for need in needs if any_ or _may_apply(need, section, python)}
    for number, edge in enumerate(section.edges):
        if edge.name not in named | skipped:
            message = f"{where} has an edge to {edge.name}, which it does not require"
            yield Flaw(
                message, lockfile.path, lockfile.line("package", at, *section.place, number), f"{where} {edge.name}"
            )


def _recorded(package: Package, section: Section) -> Sequence[LockedRequirement]:
    if package.metadata is None:
        return ()
    if section.kind == "group":
        recorded = package.metadata.requires_dev
        return next((needs for name, needs in recorded.items() if normalised(name) == normalised(section.name)), ())
    return package.metadata.requires_dist


def _applies(need: LockedRequirement, section: Section, python: Set) -> bool:
    """Whether the requirement must have an edge in a section.

    An extra's needs one where only the extra asks for it: what applies without it stands among the plain dependencies.
    """
    try:
        with_, without = _held(need, section, python)
    except (MarkerError, VersionError):
        return False
    return with_ and not (section.kind == "extra" and without)


def _may_apply(need: LockedRequirement, section: Section, python: Set) -> bool:
    """Whether the requirement can be behind an edge of a section; one that cannot be read may be."""
    try:
        return _held(need, section, python)[0]
    except (MarkerError, VersionError):
        return True


def _held(need: LockedRequirement, section: Section, python: Set) -> tuple[bool, bool]:
    """Returns whether the requirement can hold where the section is asked for, and where nothing is."""
    marker = parse_marker(need.marker or "")
    if section.kind == "group":
        return can_hold(marker, python), False
    extra = Test(f"extra {normalised(section.name)}") if section.kind == "extra" else None
    held = [(on, held) for held, on, others in _alone(marker, extra, python) if not others]
    without = any(held for on, held in held if not on)
    return (any(held for on, held in held if on) if extra else without), without


def _alone(marker: Marker, extra: Test | None, python: Set) -> Iterator[tuple[bool, bool, bool]]:
    """Yields whether the marker holds, whether the extra is asked for, and whether any other one is."""
    others = tuple(test for test in extras_of(marker) if extra is None or test.variable != extra.variable)
    for values in regions((marker, extra or False, Any(others) if others else False), python):
        yield values[0], values[1], values[2]


def _rewritten(lock: Lock) -> set[str]:
    """Returns the names that overrides or excludes change on the way from requirement to edge."""
    names = {normalised(one.name) for one in lock.manifest.overrides if one.name}
    for one in lock.manifest.overrides:
        names |= {normalised(need.name) for need in one.dependencies}
    for one in lock.manifest.excludes:
        names |= {normalised(name) for name in (one.dependencies if isinstance(one, LockedExclude) else (one,))}
    return names


def _python(lock: Lock) -> Set:
    try:
        return bounding(python_range(lock.requires_python)) if lock.requires_python else EVERY
    except VersionError:
        return EVERY
