"""Which uv a project uses, as far as its files tell."""

import re
from collections.abc import Iterator
from pathlib import Path

from tta_validate.lock.reasons import Profile
from tta_validate.lock.settings import Effective
from tta_validate.lock.versions import Set, VersionError, accepted, contains, intersection, parse_version
from tta_validate.workspaces import UvWorkspace

_FIRST_CURRENT = "0.12.24"
_PIN = re.compile(r"(?:astral-sh/uv:|\buv(?:_VERSION)?\s*[=:]=?\s*[\"']?v?)(\d+\.\d+\.\d+)\b", re.IGNORECASE)
_SETUP = re.compile(r"astral-sh/setup-uv@[^\n]*\n(?:[^\n]*\n){0,6}?\s*version:\s*[\"']?v?(\d+\.\d+\.\d+)")
_MAX_BYTES = 200_000
_OVERLAY = re.compile(
    r"^[ \t]*(?:-[ \t]+|ENV[ \t]+|ARG[ \t]+|export[ \t]+)?"
    r"(UV_(?:DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|INDEX_STRATEGY|EXCLUDE_NEWER|RESOLUTION|PRERELEASE"
    r"|FORK_STRATEGY|NO_SOURCES|FIND_LINKS))[ \t]*[:=]",
    re.MULTILINE,
)


def choose_profile(workspace: UvWorkspace, settings: Effective) -> Profile:
    """Returns the classic profile where ``required-version`` or every pin in CI and Docker is old, else the current."""
    required = settings.values.required_version
    if required is not None:
        text = required if re.match(r"\s*[~=!<>]", required) else f"=={required}"
        try:
            return Profile.CURRENT if _reaches(accepted(text)) else Profile.CLASSIC
        except VersionError:
            return Profile.CURRENT
    pins = [parse_version(pin) for pin in _pins(workspace)]
    first = parse_version(_FIRST_CURRENT)
    return Profile.CLASSIC if pins and all(pin < first for pin in pins) else Profile.CURRENT


def _reaches(versions: Set) -> bool:
    newer = accepted(f">={_FIRST_CURRENT}")
    return bool(intersection(versions, newer)) or contains(versions, parse_version(_FIRST_CURRENT))


def overlays(workspace: UvWorkspace) -> Iterator[tuple[str, int, str]]:
    """Yields the variables by which CI and Docker change what uv locks, with the path and line of each.

    They go before the files of the project, which are all that is looked at.
    """
    for path, text in _files(workspace):
        for found in _OVERLAY.finditer(text):
            yield workspace.shown(path), text.count("\n", 0, found.start(1)) + 1, found[1]


def _pins(workspace: UvWorkspace) -> Iterator[str]:
    for _, text in _files(workspace):
        yield from _PIN.findall(text)
        yield from _SETUP.findall(text)


def _files(workspace: UvWorkspace) -> Iterator[tuple[Path, str]]:
    top = workspace.top or workspace.root
    workflows = top / ".github" / "workflows"
    files = [*sorted(workflows.glob("*.y*ml")), workspace.root / "Dockerfile", top / ".gitlab-ci.yml"]
    for path in files:
        try:
            with path.open("rb") as stream:
                text = stream.read(_MAX_BYTES).decode("utf-8", errors="replace")
        except OSError:
            continue
        yield path, text
