"""Recorded cases as items: one for each case, under the file that holds it."""

import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tta_validate.plain_text import clean
from tta_validate.pytest_plugin.items import Rejected, Verdict, failure
from tta_validate.pytest_plugin.staging import Staging
from tta_validate.recordings.model import Place
from tta_validate.replay.runner import SetRun
from tta_validate.report import Case

_Node = TypeVar("_Node", bound=pytest.File | pytest.Item)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Slot:
    """A case of a set: its position, or None for one that is skipped with a ``reason``."""

    run: SetRun
    name: str
    place: Place
    at: int | None
    reason: str = ""

    @property
    def title(self) -> str:
        """The name of the item: ``METHOD /path [name]``, without what would end a node id or leave its folder."""
        head = ""
        if self.at is not None:
            request = self.run.recorded.cases[self.at].request
            path = re.sub(r"^\w+://[^/?#]*", "", request.url).partition("?")[0].partition("#")[0] or "/"
            head = f"{request.method} {path} "
        plain = clean(f"{head[:_LONGEST]}[{self.name[:_LONGEST]}]")
        return re.sub(r"\.\.(?=[/\\])", ".", re.sub(r":[: ]*:", ":", plain))


def slots(run: SetRun) -> Iterator[Slot]:
    """Yields the cases of a set in the order of replay, then what cannot be replayed.

    Where nothing says how to get at the app, that is one slot for the whole set.
    """
    if run.settings.missing and run.recorded.cases:
        count = len(run.recorded.cases)
        reason = f"{count} recorded case{'' if count == 1 else 's'}: {run.settings.missing}"
        yield Slot(run, run.recorded.name, run.recorded.cases[0].place, None, reason)
        return
    for at, case in enumerate(run.recorded.cases):
        reason = run.settings.skips(case.set_name, case.name)
        yield Slot(run, case.name, case.place, at, reason)
    for one in run.recorded.skipped:
        yield Slot(run, one.name, one.place, None, one.reason)


class CaseItem(pytest.Item):
    """One recorded case."""

    def __init__(self, *, slot: Slot, root: Path, staging: Staging, **rest: Any) -> None:
        super().__init__(**rest)  # pyright: ignore[reportUnknownMemberType]
        self.slot = slot
        self.result: Case | None = None
        self._root = root
        self._staging = staging
        self.add_marker("tta")
        self.add_marker("keploy")
        if slot.reason or slot.at is None:
            self.add_marker(pytest.mark.skip(reason=clean(slot.reason)))
        if self.config.pluginmanager.hasplugin("xdist"):
            # Only a hint: a case that another worker gets is right there too, after its own predecessors.
            self.add_marker(pytest.mark.xdist_group(f"{slot.run.recorded.keploy_folder}/{slot.run.recorded.name}"))

    def setup(self) -> None:
        """Starts the app where it does not run yet, and replays the cases that this one needs."""
        if self.slot.at is not None and not self.config.getoption("setupplan", False):
            self._staging.prepare(self.slot.run, self.slot.at)

    def runtest(self) -> None:
        """Fails where the case does not go as recorded."""
        assert self.slot.at is not None
        case = self.result = self._staging.run(self.slot.run, self.slot.at)
        self.user_properties += [
            ("keploy_set", clean(case.group)),
            ("keploy_case", clean(case.name)),
            ("keploy_verdict", case.verdict),
            ("keploy_seconds", case.seconds),
            ("keploy_differences", len(case.differences)),
            ("keploy_replayed_before", len(case.before)),
        ]
        if case.verdict in ("failed", "error"):
            raise Rejected(case.reason)

    def told(self, report: pytest.TestReport) -> Case | None:
        """Returns what a report of pytest tells of the case, None where another report of it does."""
        if report.when == "call":
            return self.result
        if report.when == "setup" and report.skipped:
            slot = self.slot
            place = slot.place
            set_name = slot.run.recorded.name
            return Case(
                set=set_name, name=slot.name, verdict="skipped", reason=slot.reason, path=place.path, line=place.line
            )
        return None

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Returns the request and what differs; a traceback for anything unforeseen."""
        case = self.result
        if isinstance(excinfo.value, Rejected) and case is not None:
            path = str(self._root / case.path)
            return failure(Verdict("failed", case.reason, case.text, path, case.line))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple["os.PathLike[str] | str", int | None, str]:
        """Returns the file, the line counted from 0, and the name."""
        return self.path, self.slot.place.line - 1, self.name


class CaseFile(pytest.File):
    """A file with recorded cases."""

    def __init__(self, *, held: Sequence[Slot], root: Path, staging: Staging, **rest: Any) -> None:
        super().__init__(**rest)
        self._held = held
        self._root = root
        self._staging = staging

    def collect(self) -> Iterator[CaseItem]:
        """Yields the cases of the file."""
        seen: dict[str, int] = {}
        for slot in self._held:
            count = seen[slot.title] = seen.get(slot.title, 0) + 1
            name = slot.title if count == 1 else f"{slot.title} #{count}"
            nodeid = (
                f"{self.nodeid}::{name}"  # As text: from pytest 9.2 on, only that is equal to what --lf reads back.
            )
            yield _node(CaseItem, self, name=name, nodeid=nodeid, slot=slot, root=self._root, staging=self._staging)


class Cases:
    """Adds the files to the collection, keeps each set in its order, and sends what a replay found along.

    ``tops`` are the paths that the user named, None where none was.
    """

    def __init__(self, root: Path, runs: Iterable[SetRun], staging: Staging, tops: Sequence[Path] | None) -> None:
        self._root = root
        self._staging = staging
        self._tops = tops
        self._files: dict[Path, list[Slot]] = {}
        self._folders: dict[Path, Path] = {}
        self._order: dict[int, int] = {}
        for at, run in enumerate(runs):
            self._order[id(run)] = at
            for slot in slots(run):
                path = root / slot.place.path
                self._files.setdefault(path, []).append(slot)
                self._folders[path] = Path(run.recorded.keploy_folder)
        self._added: set[Path] = set()

    def _is_named(self, path: Path) -> bool:
        """Whether an argument is the file, or a folder of recordings with it inside."""
        folder = self._folders[path]
        inside = [top for top in self._tops or () if top == folder or folder in top.parents]
        return any(top == path or top in path.parents for top in inside)

    def _is_around(self, path: Path) -> bool:
        """Whether the file belongs to the run without being named: no argument is given, or one around its folder."""
        return self._tops is None or any(top in self._folders[path].parents for top in self._tops)

    @pytest.hookimpl
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> CaseFile | None:
        """Collects a file of cases that the command line names, itself or by its folder."""
        path = self._root / os.path.relpath(file_path.resolve(), self._root) if file_path.suffix else file_path
        if path not in self._files or not self._is_named(path):
            return None
        return self._file(path, parent)

    def _file(self, path: Path, parent: pytest.Collector) -> CaseFile:
        self._added.add(path)
        rootpath = parent.config.rootpath
        shown = path.relative_to(rootpath) if path.is_relative_to(rootpath) else path.relative_to(self._root)
        nodeid = re.sub(r":[: ]*:", ":", clean(shown.as_posix()))
        held = self._files[path]
        return _node(CaseFile, parent, path=path, nodeid=nodeid, held=held, root=self._root, staging=self._staging)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Adds the other files after what pytest collects by itself: `testpaths` may well leave them out."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            found = [
                self._file(path, collector)
                for path in self._files
                if path not in self._added
                and not self._is_named(path)
                and self._is_around(path)
                and not _left_out(path, self._root, collector.config)
            ]
            report.result = [*(report.result or ()), *found]
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Puts the cases of every set in the order in which they were recorded, where cases stand."""
        own = [item for item in items if isinstance(item, CaseItem) and id(item.slot.run) in self._order]
        ordered = iter(sorted(own, key=self._position))
        mine = set(own)
        items[:] = [next(ordered) if item in mine else item for item in items]

    def _position(self, item: CaseItem) -> tuple[int, int]:
        slot = item.slot
        return self._order[id(slot.run)], len(slot.run.recorded.cases) if slot.at is None else slot.at

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Sends what the replay found along with the report of the item, to the process that shows it."""
        report = yield
        if isinstance(item, CaseItem) and id(item.slot.run) in self._order:
            case = item.told(report)
            told: Mapping[str, object] = {
                "root": str(self._root),
                "case": case.model_dump(mode="json", by_alias=True) if case else None,
                **(self._staging.taken() if report.when == "teardown" else {}),
            }
            report.tta_replayed = told  # pyright: ignore[reportAttributeAccessIssue]
        return report

    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Ends the app after the last case of its set."""
        following = nextitem.slot.run if isinstance(nextitem, CaseItem) else None
        if isinstance(item, CaseItem) and id(item.slot.run) in self._order and following is not item.slot.run:
            self._staging.leave()

    def pytest_unconfigure(self) -> None:
        """Ends whatever still runs."""
        self._staging.close()


def _left_out(path: Path, root: Path, config: pytest.Config) -> bool:
    """Whether pytest is told to leave a file out, or a folder around it: by --ignore, norecursedirs, a conftest."""
    below = [path, *(folder for folder in path.parents if root in folder.parents)]
    return any(config.hook.pytest_ignore_collect(collection_path=each, config=config) for each in below)


def _node(kind: Callable[..., _Node] | type[_Node], parent: pytest.Collector, **rest: Any) -> _Node:
    return kind.from_parent(parent, **rest)  # pyright: ignore
