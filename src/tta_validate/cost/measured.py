"""What a project's recordings say: traces by kind, judged, with the call sites of the code."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tta_validate.cost.evaluate import Place, evaluate
from tta_validate.cost.gather import Code, found_recordings, gather, joined, settings
from tta_validate.cost.prices import Book
from tta_validate.cost.statics import estimate
from tta_validate.cost.trace import Trace
from tta_validate.cost_config import CostConfig
from tta_validate.cost_model import CostReport
from tta_validate.findings import redact
from tta_validate.traffic.files import Recording


@dataclass(frozen=True, slots=True)
class Measured:
    """The report, the trace that it is about, and the call site of each row that is known."""

    report: CostReport
    trace: Trace
    places: dict[int, Place]


def measure(root: Path, config: CostConfig, target: float | None, code: Code) -> Measured:
    """Returns what the recordings of a project say; without any traffic an estimate from its call sites.

    Where production traffic is named, only that is judged; the rest is left aside.
    """
    files = found_recordings(root, (*config.recordings, *(name for name in config.production if name != ".")))
    production = _production(root, files, config.production)
    book = Book(config)
    trace, count = gather(production or files, config, book)
    places = joined(trace, code.sites)
    asked = settings(config, target, trace, replace(code, places=places))
    asked = replace(asked, kind="production" if config.production else "test")
    report = evaluate(trace, asked, places, count)
    if not len(trace):
        report = report.model_copy(update={"kind": "none", "estimate": estimate(code.sites, config, book)})
    return Measured(masked(report), trace, places)


def _production(root: Path, files: Sequence[Recording], named: Sequence[str]) -> list[Recording]:
    if not named:
        return []
    if "." in named:
        return list(files)
    own = {one.file for one in found_recordings(root, named)}
    return [one for one in files if one.file in own]


def masked(report: CostReport) -> CostReport:
    """Returns the report with everything that looks like a secret masked."""
    return CostReport.model_validate_json(redact(report.model_dump_json()))
