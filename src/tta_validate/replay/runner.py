"""Replays test sets, one after the other, and yields the results as they come."""

import fnmatch
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.config import Loaded
from tta_validate.errors import InputError
from tta_validate.recordings.model import CaseSet
from tta_validate.replay.found import Found, found_sets, read, sets_at
from tta_validate.replay.result import Result, Unused, left_out, skipped, unjudged
from tta_validate.replay.settings import Settings, settings_for
from tta_validate.replay.stage import Stage


@dataclass(slots=True)
class SetRun:
    """One test set to be replayed. ``unused`` and ``notes`` are there once its results have been taken.

    ``wanted`` holds the positions of the cases to be replayed, None for all of them.
    """

    recorded: CaseSet
    settings: Settings
    wanted: frozenset[int] | None = None
    unused: list[Unused] = field(default_factory=list[Unused])
    notes: list[str] = field(default_factory=list[str])

    @property
    def count(self) -> int:
        """How many results there will be."""
        return len(self.recorded.cases) + len(self.recorded.skipped) if self.wanted is None else len(self.wanted)

    def results(self) -> Generator[Result]:
        """Yields what cannot be replayed, then the result of each case; the app ends with the iteration."""
        cases = self.recorded.cases
        if self.wanted is None:
            yield from (skipped(self.recorded.name, one) for one in self.recorded.skipped)
        with Stage(self.recorded, self.settings) as stage:
            for at, case in enumerate(cases):
                if self.wanted is not None and at not in self.wanted:
                    continue
                reason = self.settings.skips(case.set_name, case.name)
                if reason:
                    yield left_out(case, reason)
                elif self.settings.missing:
                    yield unjudged(case, self.settings.missing)
                else:
                    yield stage.run(at)
            self.unused += stage.unused()
            self.notes += stage.notes


def planned(
    root: Path, loaded: Loaded, leaves_out: Callable[[str], bool], folder: Path | None, select: Sequence[str] = ()
) -> list[SetRun]:
    """Returns the test sets to replay: those of a folder, else every one below the root.

    ``select`` holds patterns of ``set/case`` or of the name of a case. Raises InputError where there is nothing to
    replay, or nothing says how.
    """
    runs = set_runs(root, loaded, leaves_out, folder, select)
    if not runs:
        raise InputError(f"{folder or root}: there are no Keploy recordings: no test set with cases below it")
    chosen = [run for run in runs if run.wanted is None or run.wanted]
    if not chosen:
        raise InputError(f"--select: no recorded case is called {' or '.join(select)}")
    missing = [run.settings.missing for run in chosen]
    if all(missing):
        raise InputError(missing[0])
    return chosen


def set_runs(
    root: Path,
    loaded: Loaded,
    leaves_out: Callable[[str], bool],
    folder: Path | None = None,
    select: Sequence[str] = (),
) -> list[SetRun]:
    """Returns the test sets of a folder, or all below the root; raises InputError for settings that cannot be used."""
    found = sets_at(folder) if folder is not None else found_sets(root, leaves_out, loaded.config.replay.folders)
    return [_run(one, root, loaded, select) for one in found]


def _run(found: Found, root: Path, loaded: Loaded, select: Sequence[str]) -> SetRun:
    recorded = read(found, root)
    settings = settings_for(found.keploy_folder, root, loaded)
    if not select:
        return SetRun(recorded, settings)
    wanted = [
        at
        for at, case in enumerate(recorded.cases)
        if any(fnmatch.fnmatchcase(case.name, one) or fnmatch.fnmatchcase(case.key, one) for one in select)
    ]
    return SetRun(recorded, settings, frozenset(wanted))
