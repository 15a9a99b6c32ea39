"""What traffic cost and would have cost, as tables for a terminal and for Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tta_validate.cost_model import CostReport, PolicyResult
from tta_validate.findings import printable
from tta_validate.plain_text import clean, escaped

MOST_ROWS = 20
"""So many models, call sites and reasons are shown."""

_FOREMOST = 3
_MOST_KINDS = 6


def money(amount: float) -> str:
    """Returns dollars with as many digits as matter."""
    if amount < 0:
        return f"-{money(-amount)}"
    if not amount:
        return "$0"
    if amount < 0.01:
        return f"${amount:.6f}"
    return f"${amount:,.4f}" if amount < 100 else f"${amount:,.2f}"


def verdict(report: CostReport) -> str:
    """Returns the saving and its verdict as one sentence without a full stop."""
    said = report.saving
    if said.percent is None:
        saved = "nothing that was priced, so no saving"
    else:
        between = "" if said.low is None or said.high is None else f" (95 %: {said.low:.1f} to {said.high:.1f} %)"
        saved = f"all policies together would save {money(said.usd)}, {said.percent:.1f} %{between}"
    target = report.target
    goal = "" if target.target is None else f" of {target.target:g} %"
    why = f": {target.reason}" if target.reason else ""
    return f"{saved}; target{goal} {target.verdict.replace('-', ' ')}{why}"


def foremost(report: CostReport) -> str:
    """Returns the call sites where the policies would save most, as one sentence without a full stop; "" for none."""
    found = [one for one in report.sites if one.path and one.saved > 0][:_FOREMOST]
    named = ", ".join(f"{one.path}:{one.line} {one.function} {money(one.saved)}" for one in found)
    return f"most would be saved at {named}" if found else ""


def text(report: CostReport) -> str:
    """Returns the whole report for a terminal."""
    blocks = [_head(report)]
    if report.traffic.exchanges:
        blocks += [_table(*table) for table in tables(report)]
        blocks.append("\n".join(line for line in (verdict(report), foremost(report)) if line))
        blocks.append("\n".join(_assumptions(report.policies)))
    blocks.append(_left_out(report))
    if report.month is not None:
        blocks.append(_month(report))
    if report.estimate is not None:
        blocks.append(_estimate(report))
    blocks += [f"note: {_plain(note)}" for note in report.notes]
    return "\n\n".join(block for block in blocks if block) + "\n"


def brief(report: CostReport) -> list[str]:
    """Returns the report in a few lines, for where it is one thing of many."""
    lines = [_head(report).splitlines()[0]]
    if report.traffic.exchanges:
        lines += [f"  {_plain(line)}" for line in (verdict(report), foremost(report)) if line]
    if report.month is not None:
        lines.append(f"  {_month(report)}")
    if report.estimate is not None:
        lines.append(f"  {_estimate(report).partition(chr(10))[0]}")
    return lines


def markdown(report: CostReport, level: int = 3) -> str:
    """Returns the report as Markdown tables under a heading of a level."""
    parts = [f"{'#' * level} {escaped(_head(report).splitlines()[0])}"]
    if report.traffic.exchanges:
        for title, head, rows in tables(report):
            lines = [" | ".join(map(escaped, row)) for row in rows]
            body = "\n".join(f"| {line} |" for line in lines)
            marks = " | ".join("---" if at == 0 else "--:" for at in range(len(head)))
            parts.append(f"**{title}**\n\n| {' | '.join(head)} |\n| {marks} |\n{body}")
        parts += [escaped(line) + "." for line in (verdict(report), foremost(report)) if line]
        parts.append(
            "\n".join(
                f"- {escaped(one.title)}: {escaped(one.assumes)} ({escaped(one.settings)})" for one in report.policies
            )
        )
    if report.month is not None:
        parts.append(escaped(_month(report)) + ".")
    if report.estimate is not None:
        parts.append(escaped(_estimate(report).partition("\n")[0]) + ".")
        parts.append(escaped(f"Assumed: {'; '.join(report.estimate.assumptions)}") + ".")
    parts += [escaped(note) + "." for note in report.notes]
    return "\n\n".join(parts) + "\n"


Table = tuple[str, Sequence[str], list[Sequence[str]]]


def tables(report: CostReport) -> Iterator[Table]:
    """Yields title, heads and rows of the tables by model, call site and policy."""
    models = [
        (
            f"{one.provider} {one.model}",
            str(one.exchanges),
            f"{one.input_tokens:,}",
            f"{one.cached_tokens:,}",
            f"{one.output_tokens:,}",
            "no price" if one.unpriced and not one.usd else money(one.usd),
        )
        for one in report.models
    ]
    yield "By model", ("model", "calls", "input", "cached", "output", "cost"), _cut(models)
    if report.traffic.joined:
        sites = [
            (
                f"{one.path}:{one.line} {one.function}" if one.path else "unknown",
                str(one.exchanges),
                money(one.usd),
                money(one.saved),
            )
            for one in report.sites
        ]
        yield "By call site", ("call site", "calls", "cost", "would save"), _cut(sites)
    policies = [(one.title, str(one.hits), money(one.alone), money(one.added)) for one in report.policies]
    yield "With policies", ("policy", "hits", "alone", "added"), _cut(policies)


def _cut(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    kept: list[Sequence[str]] = list(rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        kept.append((f"and {len(rows) - MOST_ROWS} more", *("" for _ in rows[0][1:])))
    return kept


def prices(report: CostReport) -> str:
    """Returns where the prices come from, and of when they are."""
    source = report.prices
    own = f", {source.own} of your own" if source.own else ""
    return f"prices: {source.source} {source.version}, newest price of {source.newest}{own}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _left_out(report: CostReport) -> str:
    """Returns how many exchanges were left out for which kind of reason; the JSON names each."""
    kinds = Counter(_plain(one.reason.partition(":")[0]) for one in report.left_out)
    lines = [f"  {number:>6}  {kind}" for kind, number in kinds.most_common(_MOST_KINDS)]
    more = sum(kinds.values()) - sum(number for _, number in kinds.most_common(_MOST_KINDS))
    lines += [f"  {more:>6}  for other reasons"] if more else []
    return "\n".join(["Left out, each named in the JSON", *lines]) if lines else ""


def _head(report: CostReport) -> str:
    traffic, total = report.traffic, report.total
    if not traffic.exchanges:
        return f"No recorded exchange with a model was found.\n{prices(report)}"
    span = f", {traffic.first} to {traffic.last}" if traffic.first else ""
    first = f"{_count(traffic.exchanges, 'call')} of models in {report.kind} traffic cost {money(total.usd)}"
    second = (
        f"{_count(traffic.sessions, 'session')} in {_count(traffic.files, 'file')}{span}; {traffic.errors} failed, "
        f"{traffic.estimated} with estimated tokens, {traffic.unpriced} without a price, "
        f"{traffic.joined} joined to call sites; {traffic.left_out} other exchanges left out"
    )
    return f"{first}\n{second}\n{prices(report)}"


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    table = [head, *([_plain(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in table) for at in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _assumptions(policies: Iterable[PolicyResult]) -> Iterable[str]:
    yield "Assumed:"
    for one in policies:
        yield f"  {one.title}: {one.assumes}"
        yield f"    with {_plain(one.settings)}"
        for hit in one.examples[:1]:
            yield f"    {_plain(hit.where)}: {_plain(hit.what)}, {money(hit.saved)}"


def _month(report: CostReport) -> str:
    month = report.month
    assert month is not None
    if month.usd is None:
        return f"A month is not projected: the traffic spans {month.days:.2f} days, one is needed"
    budget = "" if month.budget is None else f" of a budget of {money(month.budget)}"
    return f"Thirty days at this pace: {money(month.usd)}{budget}"


def _estimate(report: CostReport) -> str:
    estimate = report.estimate
    assert estimate is not None
    rows = [
        (
            f"{one.path}:{one.line}",
            f"{one.provider} {one.model or '?'}",
            one.why or money(one.usd or 0),
            "" if one.with_guards is None else money(one.with_guards),
        )
        for one in estimate.sites
    ]
    head = (
        f"No traffic: an estimate by assumption, {money(estimate.usd)} a month as the code is, "
        f"{money(estimate.with_guards)} with every guard that applies\n  assumed: {'; '.join(estimate.assumptions)}"
    )
    return head + "\n" + _table("By call site", ("call site", "model", "a month", "with guards"), _cut(rows))


def _plain(value: str) -> str:
    return clean(printable(" ".join(value.split())))
