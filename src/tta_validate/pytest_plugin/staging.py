"""Runs the apps of the test sets, one at a time, for the items of one process."""

from collections.abc import Mapping
from pathlib import Path

from tta_validate import replay_report
from tta_validate.errors import InputError
from tta_validate.replay.app import AppDown
from tta_validate.replay.learn import learn, write_noise
from tta_validate.replay.result import Result, unjudged
from tta_validate.replay.runner import SetRun
from tta_validate.replay.stage import Stage
from tta_validate.replay.update import accept
from tta_validate.report import Case


class Staging:
    """The stage of the set whose cases run now; ``update`` and ``learn`` are the options of that name."""

    def __init__(self, root: Path, *, update: bool, learn: bool) -> None:
        self._root = root
        self._update = update
        self._learn = learn
        self._run: SetRun | None = None
        self._stage: Stage | None = None
        self._before: tuple[int, tuple[str, ...] | AppDown] | None = None
        self._results: dict[int, Result] = {}
        self._taken: dict[str, object] = {}
        self._told: dict[str, object] = {}

    def prepare(self, run: SetRun, at: int) -> None:
        """Starts the app of a set where it does not run, and replays the cases before a position."""
        if self._run is not run:
            self.leave()
            self._run, self._stage = run, Stage(run.recorded, run.settings)
        assert self._stage is not None
        try:
            self._before = at, self._stage.prepare(at)
        except AppDown as error:
            self._before = at, error
        except InputError as error:
            self._before = at, AppDown(str(error))

    def run(self, run: SetRun, at: int) -> Case:
        """Returns how a case goes, with its answer as the new expectation where updates are asked for."""
        if self._run is not run or self._before is None or self._before[0] != at:
            self.prepare(run, at)
        assert self._stage is not None
        assert self._before is not None
        before, self._before = self._before[1], None
        case = run.recorded.cases[at]
        if isinstance(before, AppDown):
            result = unjudged(case, before.reason, before.tail)
        else:
            result = self._stage.run(at, before)
        self._results[at] = result
        if self._update and result.acceptable and not self._learn:
            self._told = {"updated": f"{result.text}\n  updated: {result.place}"}
            result = accept(run.recorded, result, self._root, run.settings.rules.fail_on)
        return replay_report.case_of(result)

    def leave(self) -> None:
        """Ends the app, and looks for noise where that is asked for."""
        if self._stage is None or self._run is None:
            return
        run, stage = self._run, self._stage
        self._taken["unused"] = [
            [one.set_name, one.name, one.place.path, one.place.line, one.call] for one in stage.unused()
        ]
        self._taken["notes"] = list(stage.notes)
        stage.close()
        if self._learn and self._results:
            again = SetRun(run.recorded, run.settings, frozenset(self._results))
            found = learn(again, list(self._results.values()))
            self._taken["noise"] = [f"{one.place} {one.case}: {', '.join(one.entries)}" for one in found]
            if self._update:
                try:
                    write_noise(found, self._root)
                except InputError as error:
                    self._taken["notes"] = [*stage.notes, str(error)]
        self._run = self._stage = None
        self._results = {}

    def taken(self) -> Mapping[str, object]:
        """Returns once what there is to tell of the case and of a set that is over."""
        told = {**self._taken, **self._told}
        self._taken, self._told = {}, {}
        return told

    def close(self) -> None:
        """Ends the app; may be called twice."""
        if self._stage is not None:
            self._stage.close()
        self._run = self._stage = None
