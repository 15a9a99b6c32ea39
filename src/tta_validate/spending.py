"""What the rules about recorded traffic have in common."""

from collections.abc import Iterable, Iterator

from tta_validate.cost.measured import Measured
from tta_validate.findings import Finding, Location, redact
from tta_validate.project import Project
from tta_validate.rule import Rule


class TrafficRule(Rule):
    """A rule about recorded traffic; it does not apply where none is configured or none is found."""

    def not_applicable(self, project: Project) -> str | None:
        """Returns why there is no traffic to look at, or None where there is some."""
        if not project.has_traffic:
            return "no recorded traffic is named in `cost.recordings`"
        return None if len(project.measured.trace) else "the recordings hold no exchange with a model"

    def check(self, project: Project) -> Iterable[Finding]:
        """Yields the findings, each at the call site of an exchange, or at the recording where that is unknown."""
        for row, message, subject in self.found(project, project.measured):
            yield self.finding(redact(message), place(project.measured, row), subject=redact(subject))

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields for each finding a row of the trace that it is about, the message, and what it is about."""
        raise NotImplementedError


def place(measured: Measured, row: int) -> Location:
    """Returns where a row belongs: its call site, else where it is recorded."""
    known = measured.places.get(row)
    if known:
        return Location(known[0], known[1])
    trace = measured.trace
    return Location(trace.paths[trace.path[row]], trace.line[row])


def dearest(measured: Measured) -> int:
    """Returns the row that cost most, the first of several."""
    cost = measured.trace.cost
    return max(range(len(cost)), key=lambda row: (cost[row], -row))


def example(rows: Iterable[tuple[str, int, int, str]], config: str = "", line: str = "") -> dict[str, str]:
    """Returns the files of an example: exchanges of (model, input, output, prompt) a minute apart, and their prices."""
    start = 1_780_000_000
    text = "".join(
        f'{{"url": "https://api.openai.com/v1/chat/completions", "time": {start + at * 60}, '
        f'"request": {{"model": "{model}", "messages": [{{"role": "user", "content": "{prompt}"}}]}}, '
        f'"response": {{"model": "{model}", "usage": {{"prompt_tokens": {inputs}, '
        f'"completion_tokens": {outputs}}}}}}}\n'
        for at, (model, inputs, outputs, prompt) in enumerate(rows)
    )
    settings = f'[tool.tta-validate.cost]\nrecordings = ["traffic.jsonl"]\n{line}{config}'
    prices = (
        '[[tool.tta-validate.cost.price]]\nmodel = "large"\ninput = 10\noutput = 30\ncache-read = 1\n\n'
        '[[tool.tta-validate.cost.price]]\nmodel = "small"\ninput = 1\noutput = 3\n'
    )
    return {"pyproject.toml": f'[project]\nname = "app"\nversion = "1"\n\n{settings}\n{prices}', "traffic.jsonl": text}
