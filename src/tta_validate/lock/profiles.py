"""Which uv a project uses, as far as its files tell."""

import re
from collections.abc import Iterator

from tta_validate.lock.reasons import Profile
from tta_validate.lock.settings import Effective
from tta_validate.lock.versions import Set, VersionError, accepted, contains, intersection, parse_version
from tta_validate.workspaces import UvWorkspace

_FIRST_CURRENT = "0.12.24"
_PIN = re.compile(r"(?:astral-sh/uv:|\buv(?:_VERSION)?\s*[=:]=?\s*[\"']?v?)(\d+\.\d+\.\d+)\b", re.IGNORECASE)
_SETUP = re.compile(r"astral-sh/setup-uv@[^\n]*\n(?:[^\n]*\n){0,6}?\s*version:\s*[\"']?v?(\d+\.\d+\.\d+)")
_MAX_BYTES = 200_000


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


def _pins(workspace: UvWorkspace) -> Iterator[str]:
    top = workspace.top or workspace.root
    workflows = top / ".github" / "workflows"
    files = [*sorted(workflows.glob("*.y*ml")), workspace.root / "Dockerfile", top / ".gitlab-ci.yml"]
    for path in files:
        try:
            with path.open("rb") as stream:
                text = stream.read(_MAX_BYTES).decode("utf-8", errors="replace")
        except OSError:
            continue
        yield from _PIN.findall(text)
        yield from _SETUP.findall(text)
