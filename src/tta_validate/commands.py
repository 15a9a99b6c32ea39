"""What the commands beside `check` and `inventory` answer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from tta_validate import analysis, baseline, merging, metrics, pages, run, scaffold
from tta_validate.config import closest
from tta_validate.errors import InputError
from tta_validate.formats import terminal
from tta_validate.project import Project
from tta_validate.report import Report
from tta_validate.selection import available, load_rule, select


def update_baseline(project: Project, *, grow: bool) -> str:
    """Writes the project's baseline and returns what changed in it, in a sentence.

    An existing one only loses the entries that nothing matches any more, unless it may ``grow``. Where targets ratchet,
    the best values seen only rise, unless it may grow.
    """
    shown = project.config.baseline or baseline.DEFAULT
    path = project.root / shown
    report = analysis.analyse(project, select(project.loaded))
    file = baseline.read_all(path, shown, joining=True) if path.exists() else None
    before = file.known if file else None
    best: baseline.Best = file.best if file else {}
    if before is None or grow:
        after = baseline.grow(report.findings)
    else:
        unread = {skip.path for skip in report.skipped}
        after = baseline.shrink(before, report.findings, unread)
    better = baseline.ratcheted(best, report.metrics, lower=grow) if project.config.targets.ratchet else best
    run.write(path, baseline.dump(after, better))
    size, unknown = sum(after.values()), len(report.findings) - sum(after.values())
    text = f"{shown}: {size} known finding{'' if size == 1 else 's'}"
    if before is not None:
        text += f", {sum((before - after).values())} gone, {sum((after - before).values())} added"
    if unknown:
        text += f"; {unknown} new one{'' if unknown == 1 else 's'} not added, --grow does"
    changed = sum(better[key] != best.get(key) for key in better)
    if changed:
        text += f"; {changed} best value{'' if changed == 1 else 's'} of metrics written"
    if project.config.baseline is None:
        text += f'\nAdd `baseline = "{shown}"` to [tool.tta-validate] so that `check` reads it.'
    return text


def read_report(path: str) -> Report:
    """Returns a saved report; raises InputError for a file that is none."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"{path}: cannot be read: {reason}") from None
    return analysis.redacted(Report.from_json(text, path=path))


def merge_reports(paths: Sequence[str]) -> Report:
    """Returns the report of several saved ones, its exit status included; raises InputError for what has no whole."""
    reports = [read_report(path) for path in paths]
    refused = any(report.exit_status == run.UNUSABLE for report in reports)
    report = merging.merged(reports)
    return report.model_copy(update={"exit_status": run.exit_status(report, strict=refused)})


def init(project: Project) -> scaffold.Plan:
    """Writes what a project needs that has no configuration yet, and returns what was written and what was not."""
    plan = scaffold.plan(project.root, run.check(project))
    for path, text in plan.files.items():
        run.write(project.root / path, text)
    return plan


def settings_data(project: Project) -> dict[str, object]:
    """Returns the settings in force: root, values, and where each that is no default comes from."""
    values = project.config.model_dump(mode="json", by_alias=True)
    return {"root": project.root.as_posix(), "values": values, "origins": dict(project.loaded.origins)}


def settings_text(project: Project) -> str:
    """Returns one line for each setting: its value as in TOML, and where it comes from."""
    flat = dict(_flattened(project.config.model_dump(mode="json", by_alias=True)))
    origins = project.loaded.origins
    rows = [(key, _toml(value), origins.get(key, "default")) for key, value in flat.items()]
    left = max(len(key) for key, _, _ in rows)
    middle = min(max(len(value) for _, value, _ in rows), 40)
    lines = [f"root: {project.root.as_posix()}", ""]
    lines += [f"{key:<{left}} = {value:<{middle}}  # {origin}" for key, value, origin in rows]
    return "".join(f"{line}\n" for line in lines)


def _flattened(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flattened(cast("dict[str, object]", value), f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _toml(value: object) -> str:
    return "false" if value is None else json.dumps(value, ensure_ascii=False)


def rule_list(project: Project) -> list[dict[str, str]]:
    """Returns id, severity and summary of every rule and metric, and whether the project's settings select it."""
    chosen = select(project.loaded)
    rows = [(rule.id, str(rule.severity), rule.summary) for rule in map(load_rule, available())]
    rows += [(name, "metric", summary) for name, summary in metrics.NAMES.items()]
    on = chosen.ids | set(chosen.metrics)
    return [
        {"id": name, "severity": kind, "summary": summary, "selected": "yes" if name in on else "no"}
        for name, kind, summary in rows
    ]


def explain(name: str) -> str:
    """Returns the page of a rule or a metric as Markdown; raises InputError for an id that is neither."""
    if name in metrics.NAMES:
        return metrics.explain(name)
    known = [*available(), *metrics.NAMES]
    if name not in known:
        raise InputError(f"there is no rule or metric {name!r}{closest(name, known)}")
    return pages.rule_page(load_rule(name))


def _why_none(report: Report, name: str, here: Path) -> str:
    if not here.exists():
        return "there is no such file"
    reason = next((skip.reason for skip in report.skipped if skip.path == name), None)
    return f"the file was skipped: {reason}" if reason else "the file has none, or is left out (tests, `exclude`)"


def explain_sites(report: Report, place: str) -> str:
    """Returns how the call sites at ``PATH:LINE`` and their guards were found; raises InputError for none."""
    path, _, line = place.rpartition(":")
    if not path or not line.isdecimal():
        raise InputError(f"--explain: {place!r} is not PATH:LINE")
    here = Path(path).resolve()
    root = Path(report.project.root)
    name = here.relative_to(root).as_posix() if here.is_relative_to(root) and here.exists() else Path(path).as_posix()
    own = [site for site in report.call_sites if site.path == name]
    found = [site for site in own if site.line <= int(line) <= site.end_line]
    if not found:
        near = min(own, key=lambda site: abs(site.line - int(line)), default=None)
        hint = f"; the nearest is at line {near.line}" if near else f"; {_why_none(report, name, here)}"
        raise InputError(f"{name}:{line}: there is no LLM call site{hint}")
    return "\n".join(terminal.explain_site(site) for site in found)
