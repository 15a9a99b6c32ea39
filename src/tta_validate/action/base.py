"""Which revision the code is compared with, and how it gets here."""

import base64
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tta_validate import git
from tta_validate.action.event import Event
from tta_validate.action.inputs import AUTO, NONE

_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/@{}^~-]*")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Base:
    """The commit to compare with, empty for none, and a note about what is not as wished."""

    revision: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where missing commits come from: the server's address and a token for it, either may be empty."""

    server: str = ""
    token: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Remote":
        """Returns what a job's environment says."""
        return cls(environment.get("GITHUB_SERVER_URL", ""), environment.get("TTA_TOKEN", ""))


def find(folder: Path, wanted: str, event: Event, remote: Remote) -> Base:
    """Returns the base of a comparison; ``wanted`` is ``auto``, ``none`` or a revision.

    ``auto`` is what a pull request or a merge queue goes into; every other event has no base. A revision that is
    named and cannot be had is returned as it is, so that whoever uses it says so.
    """
    if wanted == NONE:
        return Base()
    if wanted != AUTO:
        return Base(_named(folder, wanted, remote) or wanted)
    if not event.base:
        return Base()
    revision = _merged_into(folder, event) or event.base
    if git.commit_of(folder, revision) is None:
        _fetch(folder, revision, remote)
    if git.commit_of(folder, revision) is None:
        return Base(
            note=f"the base of the pull request, {revision[:12]}, is not here and cannot be fetched, so all findings "
            "count and not only new ones; `fetch-depth: 0` of actions/checkout brings it"
        )
    return Base(_fork_point(folder, revision, event) or revision)


def _merged_into(folder: Path, event: Event) -> str:
    """Returns the first parent of the merge commit that GitHub makes of a pull request and checks out.

    It is newer than the base that the event names, where the base branch has moved on since.
    """
    parents = git.parents(folder, "HEAD")
    return parents[0] if len(parents) == 2 and parents[1] == event.head else ""


def _fork_point(folder: Path, revision: str, event: Event) -> str:
    """Returns where the branch left its base, for a checkout of the branch itself and not of the merge."""
    head = git.commit_of(folder, "HEAD")
    return git.merge_base(folder, revision, "HEAD") if head is not None and head == event.head else ""


def _named(folder: Path, wanted: str, remote: Remote) -> str | None:
    if not _REVISION.fullmatch(wanted):
        return None
    for name in (wanted, f"origin/{wanted}"):
        if (found := git.commit_of(folder, name)) is not None:
            return found
    return git.commit_of(folder, "FETCH_HEAD") if _fetch(folder, wanted, remote) else None


def _fetch(folder: Path, revision: str, remote: Remote) -> bool:
    """Brings one commit from ``origin``, first with the credentials of the checkout, then with the token.

    Two headers of authorisation are refused by GitHub, so the token is no help where the checkout left its own.
    """
    if _runs(folder, revision, {}):
        return True
    if not remote.token or not remote.server:
        return False
    secret = base64.b64encode(f"x-access-token:{remote.token}".encode()).decode()
    header = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{remote.server.rstrip('/')}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {secret}",
    }
    return _runs(folder, revision, header)


def _runs(folder: Path, revision: str, settings: Mapping[str, str]) -> bool:
    depth = ("--depth=1",) if git.is_shallow(folder) else ()
    command: Sequence[str] = ("git", *git.SAFE, "fetch", "--quiet", "--no-tags", *depth, "origin", revision)
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", **settings}
    environment.pop("TTA_TOKEN", None)
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
