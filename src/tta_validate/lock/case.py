"""What the checks of freshness look at."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tta_validate.findings import redact
from tta_validate.lock.equality import Difference, differences
from tta_validate.lock.lowering import Lowering
from tta_validate.lock.needs import Need, locked_need
from tta_validate.lock.reasons import BOTH, CLASSIC, Reason
from tta_validate.lock.settings import Effective
from tta_validate.lock.versions import EVERY, Set, bounding, python_range
from tta_validate.lock_model import Lock, LockedRequirement
from tta_validate.lockfile import Lockfile
from tta_validate.workspaces import UvWorkspace


@dataclass(frozen=True)
class Case:
    """A workspace with its settings and its lock."""

    workspace: UvWorkspace
    settings: Effective
    lockfile: Lockfile

    @property
    def lock(self) -> Lock:
        """The values of the lock."""
        return self.lockfile.lock

    @cached_property
    def python(self) -> Set:
        """The range of Pythons that the lock was made for."""
        return bounding(python_range(self.lock.requires_python)) if self.lock.requires_python else EVERY

    @cached_property
    def lowering(self) -> Lowering:
        """What gives requirements their sources."""
        return Lowering(self.workspace, self.settings)

    def setting(self, *path: str | int) -> tuple[str, int]:
        """Returns the place of a setting that a uv.toml would replace."""
        return self.settings.path, self.settings.line(*path)

    def declared(self, *path: str | int) -> tuple[str, int]:
        """Returns the place of a value in the root's pyproject.toml."""
        return self.workspace.manifest.path, self.workspace.manifest.line(*path)

    def uv(self, *path: str | int) -> tuple[str, int]:
        """Returns the place of a value of ``[tool.uv]`` in the root's pyproject.toml."""
        return self.declared("tool", "uv", *path)

    def locked(self, requirements: Iterable[LockedRequirement]) -> list[Need]:
        """Returns requirements of the lock in comparable form; raises NeedError."""
        return [locked_need(requirement, self.workspace.root) for requirement in requirements]

    def compare(
        self, kind: str, declared: list[Need], locked: list[Need], missing_at: tuple[str, int], package: str = ""
    ) -> list[Reason]:
        """Returns a reason for each name on which the declarations and the lock differ."""
        found = differences(declared, locked, self.python)
        return [self._reason(kind, difference, missing_at, package) for difference in found]

    def _reason(self, kind: str, difference: Difference, missing_at: tuple[str, int], package: str) -> Reason:
        declared = [self._shown(need) for need in difference.declared]
        expected = redact(", ".join(sorted(set(declared))))
        found = redact(", ".join(sorted({need.text for need in difference.locked})))
        texts = {need.text for need in difference.locked}
        changed = next(
            (need for need, text in zip(difference.declared, declared, strict=True) if text not in texts), None
        )
        need = changed or next(iter(difference.declared), None)
        at = (need.path, self._line(need)) if need else missing_at
        if not found:
            message = f"{expected} is not in the lock"
        elif not expected:
            message = f"the lock has {found}, which is no longer declared"
        else:
            message = f"{expected} is declared, the lock has {found}"
        profiles = CLASSIC if difference.older else BOTH
        return Reason("lock-stale", kind, message, *at, package, expected, found, profiles)

    def _shown(self, need: Need) -> str:
        """Returns a declared requirement as a person would write it, with its source as `needs.shown` has it."""
        kind, *rest = need.origin
        where = str(rest[0]) if rest else ""
        if not where or " @ " in need.text or "(" in need.text:
            return need.text
        if kind in ("directory", "path"):
            where = Path(os.path.relpath(where, self.workspace.root)).as_posix()
        name = {"registry": "index", "directory": "editable" if True in rest[1:2] else "directory"}.get(str(kind), kind)
        requirement, mark, marker = need.text.partition(";")
        return f"{requirement.rstrip()} ({name} {where}){f' ;{marker}' if mark else ''}"

    def _line(self, need: Need) -> int:
        folders = (*self.workspace.members.values(), self.workspace.manifest, *self.workspace.cache.values())
        manifest = next((one for one in folders if one is not None and one.path == need.path), None)
        return manifest.line(*need.place) if manifest else 1
