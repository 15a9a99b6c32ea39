"""Judges one case: its answer against the recorded one, and its outgoing calls against theirs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from tta_validate.plain_text import clean
from tta_validate.recordings.model import Case, Response
from tta_validate.replay.app_exchange import Answer
from tta_validate.replay.compare import compare_case
from tta_validate.replay.compare_model import Comparison, Rules
from tta_validate.replay.failure_text import failure_text, one_line, substitution_lines
from tta_validate.replay.mock import CaseCalls
from tta_validate.replay.redact import redacted_text
from tta_validate.replay.result import Result, indented
from tta_validate.replay.values import Prepared

MOST_TOLD = 20
"""How many outgoing calls that went wrong are told of one case."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A case as it was sent, and what became of it; ``seconds`` until its end, ``before`` the cases that set it up."""

    case: Case
    prepared: Prepared
    calls: CaseCalls
    seconds: float
    before: tuple[str, ...] = ()


def answered(tried: Tried, answer: Response, settled: Prepared, rules: Rules) -> Result:
    """Returns the verdict on an answer; outgoing calls count but with ``rules.compat``, where a miss alone does."""
    comparison = compare_case(settled.case, answer, rules, settled.known)
    flaws = list(_call_flaws(tried.calls, compat=rules.compat))
    passed = comparison.passed and not flaws
    substitutions = (*tried.prepared.substitutions, *settled.substitutions)
    result = Result(
        tried.case.set_name,
        tried.case.name,
        tried.case.place,
        "passed" if passed else "failed",
        seconds=tried.seconds,
        differences=comparison.differences,
        calls=tried.calls,
        substitutions=tuple(dict.fromkeys(substitutions)),
        answer=answer,
        acceptable=not passed and not flaws,
        before=tried.before,
    )
    if passed:
        return result
    lines = [failure_text(settled.case, comparison), *(f"  {flaw}" for flaw in flaws[:MOST_TOLD])]
    if len(flaws) > MOST_TOLD:
        lines.append(f"  ... and {len(flaws) - MOST_TOLD} more of its outgoing calls")
    if result.substitutions:
        lines += ["  values replaced:", *(f"    {line}" for line in substitution_lines(result.substitutions)[:20])]
    if tried.before:
        lines.append(f"  replayed before it: {clean(', '.join(tried.before))}")
    return replace(result, reason=_reason(comparison, rules, flaws), text="\n".join(lines))


def unanswered(tried: Tried, reason: str, tail: str = "") -> Result:
    """Returns the verdict on a case without an answer."""
    request = tried.prepared.case.request
    head = f"{clean(request.method)} {clean(redacted_text(request.url))} [{clean(tried.case.name)}] {tried.case.place}"
    flaws = islice(_call_flaws(tried.calls, compat=True), MOST_TOLD)
    lines = [head, f"  {clean(reason)}", *(f"  {flaw}" for flaw in flaws)]
    if tail:
        lines += ["  the app printed last:", indented(tail)]
    case = tried.case
    return Result(
        *(case.set_name, case.name, case.place, "failed", clean(reason), "\n".join(lines)),
        seconds=tried.seconds,
        calls=tried.calls,
        substitutions=tried.prepared.substitutions,
        before=tried.before,
    )


def response_of(answer: Answer, at: int | None) -> Response:
    """Returns an answer as a recording holds it, its body as text where it is UTF-8."""
    body: str | bytes = answer.content
    try:
        body = answer.content.decode()
    except UnicodeDecodeError:
        body = answer.content
    return Response(answer.status, answer.headers, body, at, answer.reason)


def _call_flaws(calls: CaseCalls, *, compat: bool) -> Iterator[str]:
    for miss in calls.missed:
        if not miss.passed_through:
            yield f"outgoing call: {clean(str(miss))}"
    if compat:
        return
    for call in calls.changed:
        differing = "; ".join(map(str, call.differences))
        yield f"outgoing call changed: {clean(call.call)}, answered by {clean(call.mock)}: {clean(differing)}"
    for call in calls.extra:
        yield f"outgoing call that was not recorded here: {clean(call.call)}, answered by {clean(call.mock)}"
    for call in calls.reordered:
        yield f"outgoing call in another order: {clean(call.call)} was recorded before {clean(call.overtaken)}"
    for label in calls.dropped:
        yield f"recorded outgoing call not made: {clean(label)}"


def _reason(comparison: Comparison, rules: Rules, flaws: list[str]) -> str:
    counted = [one for one in comparison.differences if one.kind in rules.fail_on]
    counted = [one for one in counted if one.where.lower() != "header.content-length"] or counted
    first = ("status", "body", "header")
    counted.sort(key=lambda one: next((at for at, part in enumerate(first) if one.where.startswith(part)), len(first)))
    told = [one_line(one) for one in counted] if not comparison.passed else []
    told += flaws
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return f"{told[0]}{more}"
