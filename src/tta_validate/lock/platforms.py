"""Which platforms a lock can be installed on: by wheel, by building an sdist, or not at all."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from itertools import combinations
from typing import NamedTuple

from tta_validate.lock.graph import roots, sections, targets
from tta_validate.lock.markers import Any, Marker, MarkerError, Test, both, can_hold, extras_of, parse_marker
from tta_validate.lock.versions import EVERY, Set, VersionError, bounding, intersection, python_range
from tta_validate.lock.view import Flaw, LockView
from tta_validate.lock_model import Files, Lock
from tta_validate.lockfile import Lockfile


class Served(StrEnum):
    """How a package can be installed on a target."""

    WHEEL = "wheel"
    SDIST = "sdist"
    NONE = "none"


class Target(NamedTuple):
    """A platform: its name, and the values of the marker variables that tell it from others."""

    name: str
    system: str
    machine: str

    @property
    def marker(self) -> Marker:
        """The marker that holds on this platform."""
        os_name = "nt" if self.system == "win32" else "posix"
        values = (("sys_platform", self.system), ("platform_machine", self.machine), ("os_name", os_name))
        result: Marker = True
        for variable, value in values:
            result = both(result, Test(variable, value=value))
        return result


TARGETS = {
    target.name: target
    for target in (
        Target("linux-x86_64", "linux", "x86_64"),
        Target("linux-aarch64", "linux", "aarch64"),
        Target("macos-arm64", "darwin", "arm64"),
        Target("macos-x86_64", "darwin", "x86_64"),
        Target("windows-x86_64", "win32", "AMD64"),
        Target("windows-arm64", "win32", "ARM64"),
        Target("musllinux-x86_64", "linux", "x86_64"),
        Target("musllinux-aarch64", "linux", "aarch64"),
    )
}
"""Every target that can be asked for, by name."""

DEFAULT_TARGETS = ("linux-x86_64", "linux-aarch64", "macos-arm64", "macos-x86_64", "windows-x86_64")

_PYTHONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


class Gap(NamedTuple):
    """A package that a target and Python cannot install from a wheel."""

    at: int
    target: str
    pythons: tuple[str, ...]
    served: Served


def pythons_of(lockfile: Lockfile) -> tuple[str, ...]:
    """Returns the Python releases in the lock's range."""
    versions = _range(lockfile)
    return tuple(text for text in _PYTHONS if _minor(text, versions))


def _minor(text: str, versions: Set) -> Set:
    return intersection(python_range(f"=={text}.*"), versions)


def _range(lockfile: Lockfile) -> Set:
    try:
        return bounding(python_range(lockfile.lock.requires_python)) if lockfile.lock.requires_python else EVERY
    except VersionError:
        return EVERY


def chosen_targets(lockfile: Lockfile, names: Iterable[str] = ()) -> tuple[Target, ...]:
    """Returns the targets asked for by name, or the default ones that the lock's ``environments`` let in."""
    asked = tuple(TARGETS[name] for name in names if name in TARGETS)
    if asked:
        return asked
    supported = [_marker(text) for text in lockfile.lock.supported_markers]
    every = tuple(TARGETS[name] for name in DEFAULT_TARGETS)
    return tuple(one for one in every if not supported or any(_can_hold(both(text, one.marker)) for text in supported))


def gaps(lockfile: Lockfile, chosen: Iterable[Target]) -> Iterator[Gap]:
    """Yields each package and target that no wheel serves, with the Pythons concerned.

    A package counts on a target only where the markers on the way to it can hold there.
    """
    pythons = pythons_of(lockfile)
    for target in chosen:
        missing: dict[tuple[int, Served], list[str]] = {}
        for python in pythons:
            for at in sorted(needed(lockfile, target, python)):
                package, files = lockfile.lock.packages[at], lockfile.files[at]
                if package.source.kind not in ("registry", "url", "path"):
                    continue
                how = served(files, target, python)
                if how is not Served.WHEEL:
                    missing.setdefault((at, how), []).append(python)
        for (at, how), found in sorted(missing.items()):
            yield Gap(at, target.name, tuple(found), how)


def needed(lockfile: Lockfile, target: Target, python: str) -> set[int]:
    """Returns the packages that a target and Python can need, extras and groups included."""
    here = _minor(python, _range(lockfile))
    apart = conflicts_of(lockfile.lock)
    seen = set(roots(lockfile.lock))
    waiting = list(seen)
    while waiting:
        for section in sections(lockfile.lock.packages[waiting.pop()]):
            for edge in section.edges:
                if _holds(edge.marker or "", target, here, apart):
                    for at in targets(lockfile, edge):
                        forks = lockfile.lock.packages[at].resolution_markers
                        if at not in seen and (not forks or any(_holds(text, target, here, apart) for text in forks)):
                            seen.add(at)
                            waiting.append(at)
    return seen


@cache
def _holds(marker: str, target: Target, python: Set, apart: tuple[frozenset[str], ...]) -> bool:
    if not marker:
        return True
    read = both(_marker(marker), target.marker)
    tests = {test.variable for test in extras_of(read)}
    for one in apart:
        for left, right in combinations(sorted(one & tests), 2):
            read = both(read, Any((Test(left, holds=False), Test(right, holds=False))))
    return _can_hold(read, python)


def _can_hold(marker: Marker, python: Set = EVERY) -> bool:
    """Whether the marker can hold; one that is too large to be decided may."""
    try:
        return can_hold(marker, python)
    except MarkerError:
        return True


def conflicts_of(lock: Lock) -> tuple[frozenset[str], ...]:
    """Returns the sets of extras and groups that never go together, as the markers of the lock spell them.

    uv writes them with the length of the package's name, ``extra-4-demo-gpu`` for ``demo[gpu]``.
    """
    return tuple(
        frozenset(
            f"extra {'extra' if item.extra else 'group'}-{len(item.package)}-{item.package}-{item.extra or item.group}"
            for item in one
            if item.extra or item.group
        )
        for one in lock.conflicts
    )


@cache
def _marker(text: str) -> Marker:
    try:
        return parse_marker(text)
    except MarkerError:
        return True


def served(files: Files, target: Target, python: str) -> Served:
    """Returns how a release can be installed on a target with a Python such as ``3.12``."""
    if any(wheel_fits(wheel.name, target, python) for wheel in files.wheels):
        return Served.WHEEL
    return Served.SDIST if files.sdist else Served.NONE


@cache
def wheel_fits(name: str, target: Target, python: str) -> bool:
    """Whether a wheel can be installed on a target with a Python, by the tags in its name (PEP 425, 600, 656)."""
    parts = name.removesuffix(".whl").split("-")
    if len(parts) not in (5, 6):
        return False
    tags, abis, systems = (part.split(".") for part in parts[-3:])
    return any(_python_fits(tag, abi, python) for tag in tags for abi in abis) and any(
        _system_fits(system, target) for system in systems
    )


def python_fits(name: str, python: str) -> bool:
    """Whether a wheel can be installed with a Python on some platform, by the tags in its name."""
    parts = name.removesuffix(".whl").split("-")
    if len(parts) not in (5, 6):
        return True
    return any(_python_fits(tag, abi, python) for tag in parts[-3].split(".") for abi in parts[-2].split("."))


def _python_fits(tag: str, abi: str, python: str) -> bool:
    major, minor = (int(part) for part in python.split("."))
    found = re.fullmatch(r"(py|cp|pp)(\d)(\d*)", tag)
    if found is None or int(found[2]) != major:
        return False
    lower = int(found[3]) if found[3] else 0
    if found[1] == "py":
        return abi == "none" and lower <= minor
    if found[1] == "pp":
        return False
    if abi in ("abi3", "none"):
        return lower <= minor if abi == "abi3" else lower == minor or not found[3]
    return lower == minor and abi.removesuffix("m") == f"cp{major}{minor}"


def _system_fits(system: str, target: Target) -> bool:
    if system == "any":
        return True
    musl = target.name.startswith("musllinux")
    if target.system == "linux":
        prefixes = ("musllinux_",) if musl else ("manylinux", "linux_")
        return system.startswith(prefixes) and system.endswith(f"_{target.machine}")
    if target.system == "darwin":
        machines = (
            target.machine,
            "universal2",
            *(("intel", "fat64", "universal") if target.machine == "x86_64" else ()),
        )
        return system.startswith("macosx_") and system.endswith(machines)
    return system == {"AMD64": "win_amd64", "ARM64": "win_arm64"}[target.machine]


def unserved(view: LockView) -> Iterator[Flaw]:
    """Yields the packages that neither a wheel nor an sdist brings to some target, with where that is."""
    lockfile = view.lockfile
    if lockfile is None:
        return
    missing: dict[int, list[str]] = {}
    for gap in gaps(lockfile, chosen_targets(lockfile, view.policy.targets)):
        if gap.served is Served.NONE:
            missing.setdefault(gap.at, []).append(f"{gap.target} (Python {', '.join(gap.pythons)})")
    for at, places in sorted(missing.items()):
        package = lockfile.lock.packages[at]
        message = f"{package.label} has no wheel for {', '.join(places)}, and no sdist"
        yield Flaw(message, view.path, lockfile.line("package", at), package.name)
