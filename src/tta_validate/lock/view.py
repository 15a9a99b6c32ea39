"""What the lock rules look at, loaded at first use."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tta_validate import git
from tta_validate.findings import FixRequest, Severity
from tta_validate.lock.bases import Found
from tta_validate.lock.case import Case
from tta_validate.lock.freshness import check_place
from tta_validate.lock.places import NAME, Place
from tta_validate.lock.reasons import Freshness
from tta_validate.lock.scripts import load_script
from tta_validate.lock.settings import Effective, effective_settings
from tta_validate.lockfile import LockError, Lockfile, read_lock
from tta_validate.manifests import ManifestError
from tta_validate.toml_files import is_there
from tta_validate.workspaces import UvWorkspace, load_workspace


class Flaw(NamedTuple):
    """Something wrong at a line; ``subject`` tells two flaws of one line apart; ``severity`` is the rule's if None."""

    message: str
    path: str
    line: int
    subject: str = ""
    severity: Severity | None = None
    fix: FixRequest | None = None


@dataclass(frozen=True)
class Policy:
    """What a project asks of its lock.

    ``hosts`` maps the host of an index to further hosts of its files. Ages are in days.
    """

    base: str | None = None
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    deny: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    max_jump: str | None = None
    min_age: int | None = None
    max_age: int | None = 365
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class LockView:
    """The lock of a folder, or of a script in it, with all that is known about it.

    ``given`` are a base and a head to look at instead. Messages show paths from ``top``, the folder by default.
    """

    root: Path
    policy: Policy = field(default_factory=Policy)
    given: tuple[Found, Found] | None = None
    script: str = ""
    top: Path | None = None
    name: str = NAME
    memo: dict[str, object] = field(default_factory=dict[str, object], compare=False)

    @property
    def place(self) -> Place:
        """Where the lock is."""
        return Place(self.root, self.script, self.name)

    @cached_property
    def path(self) -> str:
        """The path of the lock as messages show it."""
        if self.given is not None:
            return self.given[1].lockfile.path
        return Path(os.path.relpath(self.place.lock, self.top or self.root)).as_posix()

    @property
    def exists(self) -> bool:
        """Whether there is a lock."""
        return self.given is not None or is_there(self.place.lock)

    @cached_property
    def read(self) -> Lockfile | LockError:
        """The lock, or why it cannot be read."""
        if self.given is not None:
            return self.given[1].lockfile
        try:
            return read_lock(self.place.lock, self.path)
        except LockError as error:
            return error

    @property
    def lockfile(self) -> Lockfile | None:
        """The lock, None for one that cannot be read."""
        return self.read if isinstance(self.read, Lockfile) else None

    @cached_property
    def freshness(self) -> Freshness:
        """The verdict on the lock."""
        return check_place(self.place, self.top or self.root)

    @cached_property
    def workspace(self) -> UvWorkspace | None:
        """The workspace of the root, None where its manifests cannot be used."""
        try:
            if self.script:
                return load_script(self.place.manifest, self.top or self.root)
            return load_workspace(self.root, None, self.top)
        except ManifestError:
            return None

    @cached_property
    def settings(self) -> Effective | None:
        """The settings of uv in force, None where they cannot be read."""
        try:
            return effective_settings(self.workspace) if self.workspace else None
        except ManifestError:
            return None

    @cached_property
    def case(self) -> Case | None:
        """The lock with its workspace and settings, None where one of them cannot be read."""
        if self.workspace is None or self.settings is None or self.lockfile is None:
            return None
        return Case(self.workspace, self.settings, self.lockfile)

    @property
    def uses_uv(self) -> bool:
        """Whether the root is a project of uv: it has a lock, or a ``[tool.uv]`` table."""
        if self.exists:
            return True
        try:
            return "tool.uv" in (self.root / "pyproject.toml").read_text("utf-8", "replace")
        except OSError:
            return False

    def reasons(self, rule: str) -> Iterator[Flaw]:
        """Yields the reasons of the verdict that belong to a rule."""
        for reason in self.freshness.reasons:
            if reason.rule == rule:
                yield Flaw(reason.message, reason.path, reason.line, f"{reason.package} {reason.kind}".strip())

    @cached_property
    def committed(self) -> datetime | None:
        """When the lock was last committed, None where git does not tell or it has changed since."""
        if self.given is not None:
            return self.given[1].committed
        return git.committed_at(self.root, self.place.lock.name)
