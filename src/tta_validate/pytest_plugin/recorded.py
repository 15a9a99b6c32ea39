"""The recorded cases of the projects of a test session: found, added as items, and told of at the end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tta_validate import replay_report, run
from tta_validate.errors import InputError
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.pytest_plugin.cases import Cases
from tta_validate.pytest_plugin.staging import Staging
from tta_validate.recordings.model import Place
from tta_validate.replay.result import Unused, unused_lines
from tta_validate.replay.runner import SetRun, set_runs
from tta_validate.report import Case, Report

_MOST_TOLD = 20


def activate(
    config: pytest.Config, roots: Sequence[str], tops: Sequence[str] | None, flags: Mapping[str, Any]
) -> dict[str, int]:
    """Adds the cases of the projects at these roots to the collection, and returns how many each has that has some.

    Raises pytest's UsageError for settings that cannot be used.
    """
    named = None if tops is None else [Path(top) for top in tops]
    update = bool(config.getoption("tta_update"))
    learn = bool(config.getoption("tta_learn_noise"))
    counts: dict[str, int] = {}
    for root in roots:
        try:
            project = run.open_project(run.Request(root=root, flags=flags))
            runs = runs_of(project)
        except InputError as error:
            raise pytest.UsageError(str(error)) from None
        if runs:
            staging = Staging(Path(root), update=update, learn=learn)
            config.pluginmanager.register(Cases(Path(root), runs, staging, named), f"tta-validate-cases {root}")
            counts[root] = sum(one.count for one in runs)
    return counts


def runs_of(project: Project) -> list[SetRun]:
    """Returns the test sets of a project; none where the replay rules are not selected."""
    config = project.config
    if "replay" in config.ignore or (config.select and not any(_is_replay(name) for name in config.select)):
        return []
    found = set_runs(project.root, project.loaded, project.leaves_out)
    return found


def _is_replay(name: str) -> bool:
    return name == "replay" or name.startswith("replay-")


@dataclass(slots=True)
class Told:
    """What the items of one project told, from whichever process."""

    cases: list[Case] = field(default_factory=list[Case])
    unused: dict[tuple[str, str, str, int], Unused] = field(default_factory=dict[tuple[str, str, str, int], Unused])
    notes: dict[str, None] = field(default_factory=dict[str, None])
    updated: list[str] = field(default_factory=list[str])
    noise: list[str] = field(default_factory=list[str])

    def add(self, data: Mapping[str, Any]) -> None:
        """Notes what came with the report of an item."""
        if data["case"] is not None:
            self.cases.append(Case.model_validate(data["case"]))
        for set_name, name, path, line, call in data.get("unused", ()):
            self.unused[set_name, name, path, line] = Unused(set_name, name, Place(path, line), call)
        self.notes |= dict.fromkeys(data.get("notes", ()))
        self.noise += data.get("noise", ())
        self.updated += [data["updated"]] if "updated" in data else []

    def asked_for(self) -> Iterator[str]:
        """Yields the updated expectations and the noise that was found."""
        for text in self.updated:
            yield from text.splitlines()
        if self.noise:
            yield "noise, for these differ between two replays:"
            yield from (f"  {clean(line)}" for line in self.noise)

    def lines(self) -> Iterator[str]:
        """Yields what a reader needs to know beside the items themselves."""
        before = [case for case in self.cases if case.before]
        count = sum(len(case.before) for case in before)
        if count:
            names = list(dict.fromkeys(f"{case.group}/{name}" for case in before for name in case.before))
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            cases = "case was" if count == 1 else "cases were"
            yield f"{count} {cases} replayed only to set others up: {clean(', '.join(names[:5]))}{more}"
        yield from unused_lines([*self.unused.values()], _MOST_TOLD)
        yield from map(clean, self.notes)

    def merged(self, project: Project, report: Report | None) -> Report | None:
        """Returns the report of the rules with the cases in it; the cases alone where no rule was judged."""
        if not self.cases:
            return report
        replay = replay_report.Replay(self.cases, [*self.unused.values()], [*self.notes])
        own = replay_report.report_of(project, replay)
        if report is None:
            return own
        both = replay_report.joined(report, own)
        return both.model_copy(update={"exit_status": run.exit_status(both, strict=project.config.strict)})
