"""One test set on stage: its app, its mock servers and its clock, started at the first case that needs them."""

import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from tta_validate.errors import InputError
from tta_validate.recordings.mocks import MockEntry, load_mock, mock_entries
from tta_validate.recordings.model import Case, CaseSet, Mock, Request, Response
from tta_validate.replay import app_request
from tta_validate.replay.app import App, AppDown, AppSettings, NoAnswer, start
from tta_validate.replay.clock import Clock, libfaketime
from tta_validate.replay.judge import Tried, answered, response_of, unanswered
from tta_validate.replay.mock import Ledger
from tta_validate.replay.mock_listeners import Listeners, known_kinds
from tta_validate.replay.plan import Plan
from tta_validate.replay.result import Result, Unused, unjudged
from tta_validate.replay.settings import Settings, with_ports
from tta_validate.replay.values import Flow

MOST_STARTS = 10
"""How often the app of one set is started anew before its remaining cases are given up."""


@dataclass(slots=True)
class _Live:
    """What runs: ``at`` is the position of the next case of the set."""

    app: App
    plan: Plan
    started: float
    ledger: Ledger
    listeners: Listeners | None
    clock: Clock
    flow: Flow
    at: int = 0


class Stage:
    """Replays cases of one set, each after the cases that were recorded before it. Closing it ends the app.

    ``notes`` says what of the set could not be used, and where its clock is not the recorded one.
    """

    def __init__(self, recorded: CaseSet, settings: Settings) -> None:
        self.recorded = recorded
        self.notes: list[str] = []
        self._settings = settings
        self._app: AppSettings = with_ports(settings, recorded)
        self._rules = settings.rules_for(recorded.name)
        self._live: _Live | None = None
        self._stack = contextlib.ExitStack()
        self._starts = 0
        self._down: AppDown | None = None
        self._broken: set[int] = set()
        self._played: set[int] = set()
        self._used: set[tuple[int, int]] = set()
        self._failed = False
        self._answerable: dict[tuple[int, int], tuple[Mock, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the app and the mock servers; may be called twice."""
        self._leave()

    def unused(self) -> list[Unused]:
        """Returns the mocks that answered no call, once every case of the set has been played; before, none."""
        self._tally()
        if len(self._played) < len(self.recorded.cases):
            return []
        idle = [(mock, call) for order, (mock, call) in self._answerable.items() if order not in self._used]
        return [Unused(self.recorded.name, mock.name, mock.place, call) for mock, call in idle]

    def prepare(self, at: int) -> tuple[str, ...]:
        """Starts the app where it does not run, and replays the cases before the one at a position of the set.

        Returns the names of those that were replayed. A case that broke the app is not replayed for others again.
        Raises AppDown when the app does not start.
        """
        if self._live is not None and (self._live.at > at or not self._live.app.alive()):
            self._leave()
        cases = self.recorded.cases
        played: dict[int, None] = {}
        while True:
            begin = self._live.at if self._live is not None else 0
            position = next((one for one in range(begin, at) if one not in self._broken), None)
            live = self._started(cases[at if position is None else position])
            if position is None:
                live.at = at
                return tuple(cases[one].name for one in played)
            played[position] = None
            self._play(position, ())

    def run(self, at: int, before: Sequence[str] | None = None) -> Result:
        """Returns how the case at a position of the set goes; ``before`` is what `prepare` returned for it."""
        case = self.recorded.cases[at]
        try:
            set_up = tuple(before) if before is not None else self.prepare(at)
            return self._play(at, set_up)
        except AppDown as error:
            return unjudged(case, error.reason, error.tail)
        except InputError as error:
            return unjudged(case, str(error))

    def _play(self, at: int, before: tuple[str, ...]) -> Result:
        case, live = self.recorded.cases[at], self._started(self.recorded.cases[at])
        prepared = live.flow.prepare(case)
        live.at = at + 1
        self._played.add(at)
        live.ledger.begin(case.name)
        moment = live.clock.set(case.request.at, _texts(prepared.case.request))
        started = time.perf_counter()
        reason = tail = ""
        answer = None
        try:
            sending = app_request.sending(prepared.case.request, self.recorded.keploy_folder)
            answer = live.app.send(sending, self._settings.timeout)
        except app_request.Unsendable as error:
            live.ledger.finish()
            return unjudged(case, str(error), before=before)
        except AppDown as error:
            reason, tail = error.reason, error.tail
        except NoAnswer as error:
            reason = str(error)
            tail = live.app.printed() if error.kind in ("closed", "garbage") else ""
        tried = Tried(case, prepared, live.ledger.finish(), time.perf_counter() - started, before)
        if answer is None:
            self._broken.add(at)
            if not self._app.base_url:
                # A request that got no answer may still be running; what comes next gets an app without it.
                self._leave()
            return unanswered(tried, reason, tail)
        return self._judged(live, tried, response_of(answer, moment or time.time_ns()))

    def _judged(self, live: _Live, tried: Tried, answer: Response) -> Result:
        settled = live.flow.settle(tried.prepared.case, answer)
        rules = replace(self._rules, replayed_at=answer.at)
        result = answered(tried, answer, settled, rules)
        live.flow = live.flow.learn(tried.prepared.case, answer)
        self._failed = self._failed or result.failed
        if live.listeners is not None and live.listeners.errors:
            reason = f"a mock server failed, which is a bug of ours: {live.listeners.errors.pop(0)}"
            return unjudged(tried.case, reason, before=tried.before)
        return result

    def _started(self, first: Case) -> _Live:
        if self._live is not None:
            return self._live
        if self._down is not None:
            raise AppDown(f"the app did not start: {self._down.reason.partition(chr(10))[0]}")
        if self._starts >= MOST_STARTS:
            raise AppDown(f"the app of {self.recorded.name} had to be started {MOST_STARTS} times, which is enough")
        self._starts += 1
        try:
            self._live = self._open(first)
        except AppDown as error:
            self._down = error
            raise
        return self._live

    def _open(self, first: Case) -> _Live:
        settings, recorded = self._settings, self.recorded
        mappings = recorded.mappings if settings.keploy is None or settings.keploy.use_mappings else None
        ledger = Ledger(self._mocks, recorded.cases, mappings)
        with contextlib.ExitStack() as stack:
            listeners = stack.enter_context(Listeners(ledger, settings.options)) if settings.mocks else None
            recorded_clock = settings.clock == "recorded"
            wiring = listeners.wiring if listeners is not None else None
            plan = stack.enter_context(Plan(wiring, clock=recorded_clock, libfaketime=libfaketime()))
            clock = Clock(plan, "real" if self._app.base_url else settings.clock)
            clock.set(first.request.at)
            started = time.time()
            app = stack.enter_context(start(self._app, plan))
            clock.started()
            if clock.reason and clock.reason not in self.notes:
                self.notes.append(clock.reason)
            self._stack = stack.pop_all()
        flow = Flow.of(recorded.config.template, recorded.config.secret)
        return _Live(app, plan, started, ledger, listeners, clock, flow)

    def _leave(self) -> None:
        self._tally()
        self._live = None
        self._stack.close()

    def _tally(self) -> None:
        if self._live is None:
            return
        if self._failed:
            self._tell_what_stays(self._live)
        for entry in self._live.ledger.entries:
            if entry.counts:
                at = entry.order, entry.part
                self._answerable[at] = (entry.mock, entry.label)
                if entry.uses:
                    self._used.add(at)

    def _tell_what_stays(self, live: _Live) -> None:
        """Notes the databases of the project that the app wrote: this replay may have begun with another's rows."""
        root = self._settings.root.resolve()
        for path in live.plan.opened():
            if path.is_relative_to(root) and _written_since(live.started, path):
                shown = path.relative_to(root).as_posix()
                named = os.path.relpath(path, self._app.folder)
                note = f'{shown} was written, and keeps that; state-files = ["{named}"] gives it back after each set'
                self.notes += [note] if note not in self.notes else []

    @cached_property
    def _mocks(self) -> list[Mock]:
        """The mocks that a server answers with; others are not even parsed."""
        known = known_kinds()
        others: dict[str, None] = {}
        found: list[Mock] = []
        for path in self.recorded.mock_files if self._settings.mocks else ():
            for entry in mock_entries(Path(path), _shown(path, self._settings.root)):
                if isinstance(entry, MockEntry) and entry.kind and entry.kind.lower() not in known:
                    others[entry.kind] = None
                    continue
                one = load_mock(entry) if isinstance(entry, MockEntry) else entry
                if isinstance(one, Mock):
                    found.append(one)
                else:
                    self.notes.append(f"{one.place}: mock {one.name} {one.reason}")
        if others:
            self.notes.append(f"{self.recorded.name}: mocks of these kinds are not answered: {', '.join(others)}")
        return found


def _written_since(moment: float, path: Path) -> bool:
    files = (path, path.with_name(f"{path.name}-wal"))
    return any(file.exists() and file.stat().st_mtime >= moment for file in files)


def _shown(path: str, root: Path) -> str:
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else path


def _texts(request: Request) -> tuple[str, ...]:
    body = request.body if isinstance(request.body, str) else request.body.decode("utf-8", "replace")
    return (request.url, *(value for _, value in request.headers), body)
