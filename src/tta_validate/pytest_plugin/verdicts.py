"""How each item of a project ends, out of its report."""

import os
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tta_validate import __version__
from tta_validate.formats import terminal
from tta_validate.metrics import BY_PRIMITIVE, PREFIX
from tta_validate.project import find_root
from tta_validate.pytest_plugin.items import Listed, Verdict
from tta_validate.pytest_plugin.listing import SKIPPED_FILES, item_name
from tta_validate.report import CallSiteEntry, Metric, Report, ReportedFinding
from tta_validate.sites import State

MOST_LINES = 20
"""How many places a failure shows, unless more are asked for."""

MOST_SITES = 5
"""How many call sites a missed target shows; the rules show them all."""


class Judge:
    """Tells how each item of one project ends; shown paths are relative to ``here``."""

    def __init__(self, report: Report, items: Sequence[Listed], here: Path, *, everything: bool) -> None:
        self.report = report
        self._root = Path(report.project.root)
        self._here = here
        self._everything = everything
        self._lines = {item.name: item.line for item in items}
        self._rules = {rule.id: rule for rule in report.rules}
        self._families: dict[str, Counter[str]] = {}
        for rule in report.rules:
            self._families.setdefault(rule.id.partition("-")[0], Counter())[rule.not_applicable or ""] += 1
        self._metrics = {item_name(metric.name, metric.member): metric for metric in report.metrics}

    def verdict(self, name: str) -> Verdict:
        """Returns how the item of that name ends."""
        if name in self._rules:
            reason = self._rules[name].not_applicable
            if reason is not None:
                return Verdict("skipped", terminal.plain(reason), counts={"findings": 0})
            return self._rule(name)
        if name == SKIPPED_FILES:
            return self._skipped_files()
        if name in self._families:
            reason = self._families[name].most_common(1)[0][0]
            return Verdict("skipped", terminal.plain(reason), counts={"findings": 0})
        metric = self._metrics.get(name)
        if metric is None or metric.met is None:
            return Verdict("skipped", self._nothing_to_count(name, metric), counts={"denominator": 0})
        return self._metric(name, metric)

    def _rule(self, rule: str) -> Verdict:
        findings = [finding for finding in self.report.failures if finding.rule == rule]
        counts = {
            "findings": sum(finding.rule == rule for finding in self.report.findings),
            "suppressed": sum(finding.rule == rule for finding in self.report.suppressed),
        }
        if not findings:
            return Verdict("passed", counts=counts)
        first = findings[0]
        place = f"{self._shown(first.path)}:{first.line}"
        message = f"{place}: {terminal.plain(first.message)}"
        if len(findings) > 1:
            message = f"{len(findings)} findings, the first at {message}"
        places = [self._finding(finding) for finding in findings]
        lines = self._first(places, MOST_LINES, [finding.path for finding in findings])
        commands = {f"explain {rule}": "what it means, and what to write instead"}
        if len(lines) < len(places):
            commands[f"check{self._named('')} --select {rule} --output concise"] = "all of them"
            commands[f"baseline{self._named('--root ')}"] = "accept what is there today, and fail on new findings only"
        text = "\n".join([*lines, "", *_commands(commands)])
        return Verdict("failed", message, text, str(self._root / first.path), first.line, counts)

    def _finding(self, finding: ReportedFinding) -> str:
        return f"{self._shown(finding.path)}:{finding.line}:{finding.column} {terminal.plain(finding.message)}"

    def _metric(self, name: str, metric: Metric) -> Verdict:
        counts: dict[str, int | float | str] = {
            "value": metric.value or 0.0,
            "target": metric.target or 0.0,
            "numerator": metric.numerator,
            "denominator": metric.denominator,
            "unknown": metric.unknown,
            "excused": metric.excused,
        }
        if metric.met:
            return Verdict("passed", counts=counts)
        message = (
            f"{metric.value:g} % ({metric.numerator} of {metric.denominator} call sites), "
            f"the target is {metric.target:g} %"
        )
        short = [site for site in self.report.call_sites if _misses(site, metric)]
        places = [f"{self._shown(site.path)}:{site.line}:{site.column} {terminal.plain(site.callee)}" for site in short]
        commands = {
            f"inventory{self._named('')}": "every call site with its guards",
            f"explain {metric.name}": "what is counted, and where the target is set",
        }
        lines = self._first(places, MOST_SITES, [site.path for site in short])
        text = "\n".join([message, *lines, "", *_commands(commands)])
        return Verdict("failed", message, text, str(self._root / "pyproject.toml"), self._lines.get(name, 1), counts)

    def _nothing_to_count(self, name: str, metric: Metric | None) -> str:
        if not self.report.call_sites:
            return terminal.plain(terminal.looked_for(self.report))
        if metric is None and any(
            item_name("", site.member) == f"[{name.partition('[')[2]}" for site in self.report.call_sites
        ):
            return f"every call site is in this member, so {name.partition('[')[0]} says it"
        if metric is not None and metric.unknown:
            return f"the code alone tells it of none of the {metric.unknown} call sites here"
        return "no call site here that this applies to"

    def _skipped_files(self) -> Verdict:
        skipped = self.report.skipped
        if not skipped:
            return Verdict("passed", counts={"skipped": 0})
        places = [f"{self._shown(skip.path)}:1:1 {terminal.plain(skip.reason)}" for skip in skipped]
        lines = self._first(places, MOST_LINES, [skip.path for skip in skipped])
        first = str(self._root / skipped[0].path)
        return Verdict(
            "failed", f"{len(skipped)} skipped: {places[0]}", "\n".join(lines), first, 1, {"skipped": len(skipped)}
        )

    def _first(self, places: Sequence[str], most: int, paths: Sequence[str]) -> list[str]:
        """Returns the first places, and a line that counts the others and their files."""
        if self._everything or len(places) <= most:
            return list(places)
        files = len({*paths[most:]})
        return [*places[:most], f"... and {len(places) - most} more in {files} {'file' if files == 1 else 'files'}"]

    def _shown(self, path: str) -> str:
        """Returns a path of the report as it is called in the folder that pytest was started in."""
        try:
            return terminal.plain(Path(os.path.relpath(self._root / path, self._here)).as_posix())
        except ValueError:
            # On Windows, from one drive to another.
            return terminal.plain((self._root / path).as_posix())

    def _named(self, option: str) -> str:
        """Returns what names the root on our own command line, where that would not find it from here."""
        return "" if find_root(self._here).resolve() == self._root else f" {option}{self._shown('.')}"


def _misses(site: CallSiteEntry, metric: Metric) -> bool:
    """Whether a call site is one that keeps the metric from 100 %."""
    guard = site.guards[metric.name.removeprefix(PREFIX).removesuffix(BY_PRIMITIVE)]
    if not guard.applies or guard.state is State.UNKNOWN or metric.member not in (None, site.member):
        return False
    return guard.state is not State.EXPLICIT or (metric.name.endswith(BY_PRIMITIVE) and not guard.primitive)


def _commands(commands: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, commands))
    yield from (f"  tta-validate {command:<{width}}    {what}" for command, what in commands.items())


def confession(error: Exception) -> str:
    """Returns what went wrong in our own code, in a few lines."""
    lines = [f"tta-validate {__version__}: this is a bug of ours: {type(error).__name__}: {error}"]
    for frame in traceback.extract_tb(error.__traceback__)[-4:]:
        lines.append(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}: {frame.line}")
    return "\n".join(lines)
