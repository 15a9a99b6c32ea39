"""The process that judges: opens the projects, analyses each at most once, shows and writes the reports."""

import os
import sys
import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pytest

from tta_validate import baseline, run
from tta_validate.errors import InputError
from tta_validate.formats import terminal
from tta_validate.project import find_root
from tta_validate.pytest_plugin import recorded
from tta_validate.pytest_plugin.items import CASES, KEY, Listed, Received, Verdict
from tta_validate.pytest_plugin.listing import listed
from tta_validate.pytest_plugin.recorded import Told
from tta_validate.pytest_plugin.verdicts import Judge, confession
from tta_validate.report import Report, View
from tta_validate.selection import select


class Checked:
    """A project that this process judges, at the first verdict that is asked for."""

    def __init__(self, root: Path, flags: Mapping[str, object], config: pytest.Config) -> None:
        self.path = root / "pyproject.toml"
        self.project = run.open_project(run.Request(root=str(root), flags=flags))
        # The items of recorded cases replay, so that the rules about a replay have looked.
        self.project.replayed = ()
        self._here = config.invocation_params.dir
        self._all = _verbosity(config) > 1
        selection = select(self.project.loaded)
        if self.project.config.baseline is not None:
            baseline.read(self.project.root / self.project.config.baseline, self.project.config.baseline)
        self.items: Sequence[Listed] = listed(self.project, selection)

    @property
    def report(self) -> Report | None:
        """The report, if the project has been analysed and no bug of ours came in between."""
        judge = self.__dict__.get("_judge")
        return judge.report if isinstance(judge, Judge) else None

    @cached_property
    def _judge(self) -> Judge | Verdict:
        try:
            with _undisturbed():
                return Judge(run.check(self.project), self.items, self._here, everything=self._all)
        except InputError as error:
            return Verdict("failed", str(error), str(error), str(self.path))
        except Exception as error:
            return self._bug(error)

    def _bug(self, error: Exception) -> Verdict:
        text = confession(error)
        return Verdict("failed", text.partition("\n")[0], text, str(self.path))

    def verdict(self, name: str) -> Verdict:
        """Returns how the item of that name ends."""
        try:
            return self._judge.verdict(name) if isinstance(self._judge, Judge) else self._judge
        except Exception as error:
            return self._bug(error)

    def received(self) -> Received:
        """Returns the project with all its verdicts."""
        return Received(self.path, tuple(self.items), {item.name: self.verdict(item.name) for item in self.items})


@contextmanager
def _undisturbed() -> Generator[None]:
    """Keeps warnings about the analysed code from failing items under ``-W error``, and the recursion limit."""
    limit = sys.getrecursionlimit()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.setrecursionlimit(limit)


class Session:
    """The projects of a test session, in the order of the arguments that they belong to."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ran = False
        self._problems: list[str] = []
        self._flags = flags = _flags(config)
        self._cases: dict[str, int] = {}
        self._told: dict[str, Told] = {}
        try:
            self._sinks = _sinks(config)
            self.projects = [Checked(root, flags, config) for root in _roots(config)]
        except InputError as error:
            raise pytest.UsageError(_own_names(str(error))) from None
        if self._sinks and len(self.projects) > 1:
            roots = ", ".join(project.project.root.as_posix() for project in self.projects)
            raise pytest.UsageError(f"--tta-output writes the report of one project; the arguments belong to: {roots}")

    def activate_cases(self) -> None:
        """Adds the recorded cases of the projects to the collection."""
        self._cases = recorded.activate(self._config, *self._whose())

    def _whose(self) -> tuple[list[str], list[str] | None, dict[str, object]]:
        """Returns the roots of the projects, the paths that the user named, and the flags."""
        named = None
        if self._config.args_source is pytest.Config.ArgsSource.ARGS:
            here = self._config.invocation_params.dir
            named = [str((here / text.partition("::")[0]).resolve()) for text in self._config.args]
        return [str(each.project.root) for each in self.projects], named, self._flags

    def pytest_report_header(self) -> list[str]:
        """Returns a line for each project, and one for recorded cases."""
        lines = [
            f"tta-validate: {len(each.items)} items for {each.project.name}, {each.project.root.as_posix()}"
            for each in self.projects
        ]
        count = sum(self._cases.values())
        return [*lines, *([f"tta-validate: recorded cases: {count}"] if count else [])]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Gives a worker of pytest-xdist the verdicts; they are made before the first one starts."""
        node.workerinput[KEY] = [each.received().pack() for each in self.projects]
        _, tops, flags = self._whose()
        node.workerinput[CASES] = {"roots": [*self._cases], "tops": tops, "flags": flags}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes that an item of ours ran, here or in a worker."""
        self._ran = self._ran or any(name.startswith("tta_") for name, _ in report.user_properties)
        replayed: Mapping[str, Any] | None = getattr(report, "tta_replayed", None)
        if replayed is not None:
            self._told.setdefault(replayed["root"], Told()).add(replayed)

    def _report(self, each: Checked) -> Report | None:
        """Returns what is known of a project: what its rules found and how its cases went."""
        report = each.report if self._ran else None
        told = self._told.get(str(each.project.root))
        return report if told is None else told.merged(each.project, report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Writes the files that were asked for."""
        if session.config.getoption("collectonly"):
            return
        report = self._report(self.projects[0]) if self._sinks else None
        for sink, path in self._sinks:
            if report is None:
                self._problems.append(f"{path.as_posix()}:1: not written, for no item of tta-validate has been judged")
                continue
            try:
                run.write(path, run.render(report, sink, View()))
            except InputError as error:
                self._problems.append(_own_names(str(error)))
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Prints what the command line prints below its findings, for each project that was judged."""
        writer = self._config.get_terminal_writer()
        asked = _verbosity(self._config)
        view = View(writer.fullwidth, writer.hasmarkup, -1 if asked < 0 else int(asked > 1))
        reports = [each.report for each in self.projects if each.report is not None] if self._ran else []
        for report in reports:
            name = f": {terminal.plain(report.project.name)}" if len(self.projects) > 1 else ""
            terminalreporter.write_sep("=", f"tta-validate{name}")
            for line in terminal.render_summary(report, view).splitlines():
                terminalreporter.write_line(line)
        for told in self._told.values():
            # What an option asked for is shown whatever else is not.
            lines = [*told.asked_for(), *(told.lines() if asked >= 0 else ())]
            if lines:
                terminalreporter.write_sep("=", "tta-validate: replay")
            for line in lines:
                terminalreporter.write_line(line)
        for problem in self._problems:
            terminalreporter.write_line(f"tta-validate: {problem}", red=True)


def _verbosity(config: pytest.Config) -> int:
    """Returns how often -v was given, less -q; the option comes with pytest's terminal plugin, which may be off."""
    return cast("int", config.getoption("verbose", 0))


def _flags(config: pytest.Config) -> dict[str, object]:
    given: dict[str, object] = {}
    for key in ("select", "ignore"):
        texts = cast("list[str]", config.getoption(f"tta_{key}"))
        if texts:
            given[key] = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    if (severity := config.getoption("tta_fail_on")) is not None:
        given["fail-on"] = severity
    return given


def _sinks(config: pytest.Config) -> list[tuple[str, Path]]:
    outputs = cast("list[str]", config.getoption("tta_output"))
    for output in outputs:
        if "=" not in output:
            raise InputError(f"--output: {output!r} names no file; write FORMAT=FILE")
    here = config.invocation_params.dir
    return [(sink.format, here / sink.path) for sink in run.sinks(outputs) if sink.path is not None]


def _own_names(message: str) -> str:
    """Returns the message with the name that an option of the command line has in pytest."""
    return f"--tta-{message[2:]}" if message.startswith("--") else message


def _roots(config: pytest.Config) -> list[Path]:
    """Returns the root of each project that an argument belongs to; of the working folder where none is a path."""
    here = config.invocation_params.dir
    paths: list[Path] = []
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        paths = [Path(os.path.abspath(here / text.partition("::")[0])) for text in config.args]
    starts = [path for path in paths if path.exists()] or [here]
    return list({root.resolve(): root for root in map(find_root, reversed(starts))}.values())[::-1]
