"""What `cost` and `cost diff` answer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from tta_validate import analysis, cost_summary, run
from tta_validate.answer import Answer
from tta_validate.cost.evaluate import evaluate
from tta_validate.cost.gather import found_recordings, gather, settings
from tta_validate.cost.measured import masked
from tta_validate.cost_config import CostConfig
from tta_validate.cost_model import CostReport
from tta_validate.errors import InputError
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.report import Report
from tta_validate.selection import Selection, available, load_rule


def answer(project: Project, named: Sequence[str]) -> Answer:
    """Returns what ``cost`` says, or ``cost diff`` for that word and two names; raises InputError for other numbers."""
    if named[:1] != ["diff"]:
        return cost(project)
    if len(named) != 3:
        raise InputError("cost diff: name two recordings or reports")
    return diff(project, named[1], named[2])


def cost(project: Project) -> Answer:
    """Returns what the project's recordings cost, with the findings of the rules about cost; 1 for a missed target."""
    found = project.measured.report
    status = run.FAILED if found.target.verdict == "missed" else run.CLEAN
    data = cast("JsonValue", json.loads(found.model_dump_json()))
    return Answer(
        status,
        data,
        lambda _: cost_summary.text(found),
        lambda: _report(project, status),
        markdown=lambda: cost_summary.markdown(found),
        concise=lambda: cost_summary.verdict(found) + "\n",
    )


def _report(project: Project, status: int) -> Report:
    rules = tuple(load_rule(name) for name in available() if name.startswith("cost-"))
    return analysis.analyse(project, Selection(rules, ())).model_copy(update={"exit_status": status})


def diff(project: Project, before: str, after: str) -> Answer:
    """Returns what changed between two recordings, or two reports, by provider and model."""
    one, two = _side(project, before), _side(project, after)
    old = {(row.provider, row.model): row for row in one.models}
    new = {(row.provider, row.model): row for row in two.models}
    rows: list[JsonValue] = []
    lines = _wholes(one, two)
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        usd = (was.usd if was else 0.0, now.usd if now else 0.0)
        calls = (was.exchanges if was else 0, now.exchanges if now else 0)
        if usd == usd[::-1] and calls == calls[::-1]:
            continue
        rows.append({"provider": key[0], "model": key[1], "usd": [*usd], "exchanges": [*calls]})
        change = cost_summary.money(usd[1] - usd[0])
        sign = "+" if usd[1] >= usd[0] else ""
        lines.append(f"  {key[0]} {key[1]}: {calls[0]} -> {calls[1]} calls, {sign}{change}")
    data: JsonValue = {
        "schema": 1,
        "usd": [one.total.usd, two.total.usd],
        "exchanges": [one.total.exchanges, two.total.exchanges],
        "saving": [one.saving.percent, two.saving.percent],
        "models": rows,
    }
    text = "".join(f"{clean(line)}\n" for line in lines)
    return Answer(
        run.CLEAN,
        data,
        lambda _: text,
        lambda: _empty(project, two, lines),
        markdown=lambda: f"### Cost\n\n```text\n{text}```\n",
        concise=lambda: text,
    )


def _wholes(one: CostReport, two: CostReport) -> list[str]:
    """Returns how two traffics differ as wholes: dollars, calls, dollars for a thousand, and what could be saved."""
    money = cost_summary.money
    calls = [side.total.exchanges for side in (one, two)]
    each = [money(1000 * side.total.usd / max(1, side.total.exchanges)) for side in (one, two)]
    lines = [
        f"{money(one.total.usd)} -> {money(two.total.usd)}, {calls[0]} -> {calls[1]} calls, "
        f"{each[0]} -> {each[1]} for a thousand"
    ]
    shares = [side.saving.percent for side in (one, two)]
    if shares[0] is not None and shares[1] is not None:
        lines.append(f"all policies would save {shares[0]:.1f} % -> {shares[1]:.1f} %")
    return lines


def _empty(project: Project, cost: CostReport, lines: Sequence[str]) -> Report:
    """Returns a report without findings about the later traffic, that says how it differs."""
    found = analysis.analyse(project, Selection((), ()))
    return found.model_copy(
        update={"cost": cost, "notes": (*found.notes, *map(clean, lines)), "exit_status": run.CLEAN}
    )


def _side(project: Project, name: str) -> CostReport:
    path = Path(name)
    if not path.exists():
        raise InputError(f"{name}:1: there is no such recording or report")
    if path.is_file() and (found := _saved(path)) is not None:
        return found
    config: CostConfig = project.config.cost
    trace, count = gather(found_recordings(project.root, (str(path.resolve()),)), config)
    asked = settings(config, project.config.target("cost-reduction", None), trace)
    return masked(evaluate(trace, asked, files=count))


def _saved(path: Path) -> CostReport | None:
    """Returns the cost of a saved report, whole or of this command alone; None for a file that is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    values = cast("dict[str, object]", data)
    found = values.get("cost", values) if "project" in values else values
    if not isinstance(found, dict) or "prices" not in found or "target" not in found:
        return None
    try:
        return CostReport.model_validate(found)
    except ValueError:
        raise InputError(f"{path.as_posix()}:1: is no report of cost that can be read") from None
