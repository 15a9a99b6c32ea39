"""Decides whether a lock is fresh, as ``uv lock --check`` would, without uv, an interpreter or the network."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tta_validate.lock.case import Case
from tta_validate.lock.check_declarations import check_declarations
from tta_validate.lock.check_members import check_members
from tta_validate.lock.check_packages import check_packages
from tta_validate.lock.check_settings import check_settings
from tta_validate.lock.groups import flat_groups
from tta_validate.lock.lowering import mapped_extras
from tta_validate.lock.markers import MarkerError
from tta_validate.lock.needs import NeedError
from tta_validate.lock.places import Place
from tta_validate.lock.profiles import choose_profile, overlays
from tta_validate.lock.reasons import Freshness, Profile, Reason, Verdict, undecided
from tta_validate.lock.refusals import refuse_unreadable
from tta_validate.lock.scripts import load_script
from tta_validate.lock.settings import Effective, effective_settings
from tta_validate.lock.versions import VersionError
from tta_validate.lockfile import LockError, read_lock
from tta_validate.manifests import ManifestError
from tta_validate.toml_files import is_there
from tta_validate.workspaces import UvWorkspace, load_workspace

_CHECKS: tuple[Callable[[Case], Iterator[Reason]], ...] = (
    check_settings,
    check_members,
    check_declarations,
    check_packages,
)


def check_freshness(root: Path, profile: Profile | None = None, *, script: str = "") -> Freshness:
    """Returns the verdict on the uv.lock of the workspace whose root is a folder, or of a script in that folder.

    The rules are those of uv's ``Lock::satisfies``. Only files of the project count: settings of the user, the system
    and the environment are not looked at. ``profile`` is chosen from what the project pins where it is None.
    """
    return check_place(Place(root, script), root.absolute(), profile)


def check_place(place: Place, top: Path, profile: Profile | None = None) -> Freshness:
    """Returns the verdict on the lock of a place, as `check_freshness` does; paths are shown from ``top``."""
    place = place._replace(folder=Path(os.path.normpath(place.folder.absolute())))
    found = _checked(place, top, profile)
    where = Path(os.path.relpath(place.folder, top)).as_posix()
    own = Path(where, place.script).as_posix()
    fix = f"uv lock --script {own}" if place.script else "uv lock" if where == "." else f"uv lock --project {where}"
    return replace(found, path=Path(os.path.relpath(place.lock, top)).as_posix(), fix=fix)


def _checked(place: Place, top: Path, profile: Profile | None) -> Freshness:
    try:
        workspace = load_script(place.manifest, top) if place.script else load_workspace(place.folder, None, top)
        settings = effective_settings(workspace)
        _check_inputs(workspace, settings)
    except ManifestError as error:
        reason = Reason("lock-undecided", "configuration", error.why, error.path, error.line)
        return Freshness(Verdict.ERROR, profile or Profile.CURRENT, (reason,))
    chosen = profile or choose_profile(workspace, settings)
    path = place.lock
    if not is_there(path):
        at = (workspace.manifest.path, 1)
        run = f"uv lock --script {workspace.manifest.path}" if place.script else "uv lock"
        reason = Reason("lock-missing", "missing", f"there is no {path.name}; run `{run}`", *at)
        return Freshness(Verdict.MISSING, chosen, (reason,))
    try:
        lockfile = read_lock(path, workspace.shown(path))
        refuse_unreadable(lockfile)
    except LockError as error:
        reason = Reason("lock-unreadable", "unreadable", error.why, error.path, error.line)
        return Freshness(Verdict.ERROR, chosen, (reason,))
    found = judge(Case(workspace, settings, lockfile), chosen)
    told = tuple(f"{path}:{line}: sets {name}, which is not looked at here" for path, line, name in overlays(workspace))
    return replace(found, notes=(*found.notes, *told))


def judge(case: Case, profile: Profile) -> Freshness:
    """Returns the verdict on a case that could be read."""
    reasons: list[Reason] = []
    for check in _CHECKS:
        try:
            reasons += check(case)
        except ManifestError as error:
            reason = Reason("lock-undecided", "configuration", error.why, error.path, error.line)
            return Freshness(Verdict.ERROR, profile, (reason, *reasons), packages=len(case.lock.packages))
        except (NeedError, MarkerError, VersionError) as error:
            known = error.at if isinstance(error, NeedError) else None
            at = known or (case.workspace.manifest.path, 1)
            reasons.append(undecided("unreadable requirement", str(error), at))
    notes = tuple(f"{reason.path}:{reason.line}: {reason.message}" for reason in reasons if not reason.rule)
    kept = tuple(reason for reason in reasons if reason.rule and profile in reason.profiles)
    verdict = _verdict(reasons, profile)
    other = _verdict(reasons, next(one for one in Profile if one is not profile))
    return Freshness(verdict, profile, kept, None if other is verdict else other, notes, len(case.lock.packages))


def _verdict(reasons: list[Reason], profile: Profile) -> Verdict:
    rules = {reason.rule for reason in reasons if profile in reason.profiles}
    if "lock-stale" in rules:
        return Verdict.STALE
    return Verdict.UNDECIDED if "lock-undecided" in rules else Verdict.FRESH


def _check_inputs(workspace: UvWorkspace, settings: Effective) -> None:
    """Raises ManifestError for what uv refuses before it looks at the lock."""
    for manifest in (workspace.manifest, *workspace.members.values()):
        flat_groups(manifest)
        mapped_extras(manifest)
    _ = workspace.required
    for at, link in enumerate(settings.values.find_links):
        parts = urlsplit(link)
        if parts.scheme in ("", "file") and not (workspace.root / unquote(parts.path)).is_dir():
            line = settings.line("find-links", at)
            raise ManifestError(settings.path, line, f"the find-links folder {link} does not exist")
