"""The items that ``pytest --tta-validate`` adds, whoever judges them: this process or pytest-xdist's controller."""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, cast

import pytest

_Node = TypeVar("_Node", bound=pytest.File | pytest.Item)

KEY = "tta_validate"
"""Where the controller of pytest-xdist puts its verdicts for the workers, in ``workerinput``."""


CASES = "tta_validate_cases"
"""Where it tells them whose recorded cases there are."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The name of an item, and the line of pyproject.toml that it is about."""

    name: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an item ends; ``message`` is one line, ``text`` what a reader needs, ``path`` the absolute place of it."""

    outcome: Literal["passed", "failed", "skipped"]
    message: str = ""
    text: str = ""
    path: str = ""
    line: int = 1
    counts: Mapping[str, int | float | str] | None = None


class Source(Protocol):
    """One project: its pyproject.toml, its items, and what becomes of each."""

    @property
    def path(self) -> Path:
        """The absolute path of the pyproject.toml, whether there is one or not."""
        ...

    @property
    def items(self) -> Sequence[Listed]:
        """The items, found out without an analysis."""
        ...

    def verdict(self, name: str) -> Verdict:
        """Returns how the item of that name ends."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A project that the controller has judged."""

    path: Path
    items: tuple[Listed, ...]
    verdicts: Mapping[str, Verdict]

    def verdict(self, name: str) -> Verdict:
        """Returns how the item of that name ends."""
        return self.verdicts[name]

    def pack(self) -> dict[str, Any]:
        """Returns the same as plain data, which pytest-xdist can send."""
        verdicts = {
            name: [each.outcome, each.message, each.text, each.path, each.line, dict(each.counts or {})]
            for name, each in self.verdicts.items()
        }
        return {"path": str(self.path), "items": [[each.name, each.line] for each in self.items], "verdicts": verdicts}

    @classmethod
    def unpack(cls, data: Mapping[str, Any]) -> "Received":
        """Returns what `pack` made plain data of."""
        items = tuple(Listed(*each) for each in data["items"])
        return cls(Path(data["path"]), items, {name: Verdict(*each) for name, each in data["verdicts"].items()})


def activate(config: pytest.Config, sources: Sequence[Source]) -> None:
    """Adds the items of these projects to the collection."""
    config.pluginmanager.register(_Items(config, sources), "tta-validate-items")


def received(config: pytest.Config) -> list[Received] | None:
    """Returns what the controller sent, in a worker of pytest-xdist; None elsewhere."""
    given = cast("Mapping[str, Any]", getattr(config, "workerinput", {})).get(KEY)
    return None if given is None else [Received.unpack(each) for each in given]


def received_cases(config: pytest.Config) -> Mapping[str, Any]:
    """Returns what the controller sent of recorded cases: ``roots``, the named paths as ``tops``, and ``flags``."""
    return cast("Mapping[str, Any]", getattr(config, "workerinput", {}))[CASES]


class Rejected(Exception):
    """An item failed, as its verdict says."""


class Item(pytest.Item):
    """One rule, or one metric of the project or of a member."""

    def __init__(self, *, listed: Listed, source: Source, **rest: Any) -> None:
        super().__init__(**rest)  # pyright: ignore[reportUnknownMemberType]
        self._listed = listed
        self._source = source
        self._verdict: Verdict | None = None
        self.add_marker("tta")

    @property
    def verdict(self) -> Verdict:
        """How this item ends; the first one that is asked makes its process analyse the project."""
        if self._verdict is None:
            self._verdict = self._source.verdict(self._listed.name)
            self.user_properties += [(f"tta_{name}", value) for name, value in (self._verdict.counts or {}).items()]
        return self._verdict

    def runtest(self) -> None:
        """Fails where there is a finding that counts, or a missed target."""
        if self.verdict.outcome == "failed":
            raise Rejected(self.verdict.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Returns the places and what to do about them; a traceback for anything unforeseen."""
        if isinstance(excinfo.value, Rejected):
            return failure(self.verdict)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple["os.PathLike[str] | str", int | None, str]:
        """Returns the file, the line counted from 0, and the name."""
        return self.path, self._listed.line - 1, self.name


class File(pytest.File):
    """The pyproject.toml of a project, as the parent of the project's items."""

    def __init__(self, *, source: Source, **rest: Any) -> None:
        super().__init__(**rest)
        self._source = source

    def collect(self) -> Iterator[Item]:
        """Yields the items of the project."""
        for listed in self._source.items:
            # As text: from pytest 9.2 on, only that is equal to what --lf reads back for a name with brackets.
            nodeid = f"{self.nodeid}::{listed.name}"
            yield _node(Item, self, name=listed.name, nodeid=nodeid, listed=listed, source=self._source)


class _Items:
    """Adds the files to the collection, and skips items that do not apply."""

    def __init__(self, config: pytest.Config, sources: Sequence[Source]) -> None:
        self._sources = {source.path: source for source in sources}
        self._named = named_files(config) & self._sources.keys()

    @pytest.hookimpl
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> File | None:
        """Collects a pyproject.toml that the command line names, as in ``pytest pyproject.toml::lock-stale``."""
        if file_path not in self._named:
            return None
        return _node(File, parent, path=file_path, source=self._sources[file_path])

    # Innermost, so that --lf sorts and filters these files as it does others.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Adds the other files after what pytest collects by itself: `testpaths` may well leave the root out."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            unnamed = [source for path, source in self._sources.items() if path not in self._named]
            found = [_node(File, collector, path=source.path, source=source) for source in unnamed]
            report.result = [*(report.result or ()), *found]
        return report

    # A mark, and not pytest.skip() in the item, makes pytest report pyproject.toml as the place.
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Marks an item that does not apply as skipped, before pytest looks at the marks."""
        if isinstance(item, Item) and item.verdict.outcome == "skipped":
            item.add_marker(pytest.mark.skip(reason=item.verdict.message))
        return (yield)


def named_files(config: pytest.Config) -> set[Path]:
    """Returns the absolute paths of the pyproject.toml files among the arguments."""
    here = config.invocation_params.dir
    paths = {Path(os.path.abspath(here / text.partition("::")[0])) for text in config.args}
    return {path for path in paths if path.name == "pyproject.toml"}


def _node(kind: type[_Node], parent: pytest.Collector, **rest: Any) -> _Node:
    return kind.from_parent(parent, **rest)  # pyright: ignore[reportUnknownMemberType]


def failure(verdict: Verdict) -> Any:
    """Returns the failure as pytest shows its own: with a one-line message and a place for summaries and JUnit.

    The classes are private to pytest; without them the plain text is all there is.
    """
    try:
        from _pytest._code.code import ExceptionChainRepr, ReprEntryNative, ReprFileLocation, ReprTraceback

        place = ReprFileLocation(verdict.path, verdict.line, verdict.message)
        trace = ReprTraceback([ReprEntryNative([f"{verdict.text}\n"])], None, "native")
        return ExceptionChainRepr([(trace, place, None)])
    except (ImportError, TypeError):
        return verdict.text
