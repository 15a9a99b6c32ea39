"""The text of a comparison: the request, what differs and where, and the noise entry that would silence it."""

import difflib
import json
from collections.abc import Iterator, Sequence

from tta_validate.plain_text import clean
from tta_validate.recordings.model import Case, Request
from tta_validate.replay.compare_checks import as_text
from tta_validate.replay.compare_model import Comparison, Difference
from tta_validate.replay.redact import redacted, redacted_text, redacted_value
from tta_validate.replay.values_model import Substitution

_WIDTH = 160
_MOST_DIFFERENCES = 20
_MOST_LINES = 30
_ABSENT = {"missing": "(missing)", "added": "(not recorded)"}


def failure_text(case: Case, comparison: Comparison) -> str:
    """Returns why the case failed, in lines; control characters of the app's answer are made plain, secrets masked."""
    counted = [one for kind in ("behaviour", "drift", "volatile") for one in comparison.of(kind)]
    lines = [f"{_request_line(case.request)} [{clean(case.name)}] {case.place}", *_request(case.request)]
    behaviour = comparison.of("behaviour")
    quiet = [one for one in counted if one.kind != "behaviour"]
    for one in behaviour[:_MOST_DIFFERENCES]:
        lines += _told(one)
    if len(behaviour) > _MOST_DIFFERENCES:
        lines.append(f"  ... and {len(behaviour) - _MOST_DIFFERENCES} more differences")
    entries = list(dict.fromkeys(one.noise for one in behaviour if one.noise))
    if entries:
        shown = ", ".join(clean(entry) for entry in entries[:8])
        lines.append(f"  to accept: --update (pytest: --tta-update); as noise: {shown}")
    lines += [f"  {one.kind}: {one_line(one)}" for one in quiet[:_MOST_DIFFERENCES]]
    return "\n".join(lines)


def one_line(one: Difference) -> str:
    """Returns a difference in one line: ``header.Server: recorded 'a', now 'b'``."""
    expected, actual = _sides(one)
    expected, actual = _around(expected, actual)
    why = f" ({one.why})" if one.why else ""
    return f"{clean(one.where)}: recorded {expected}, now {actual}{why}"


def substitution_lines(substitutions: Sequence[Substitution]) -> list[str]:
    """Returns a line for each value that was replaced."""
    return [
        f"{clean(one.where)}: {_shown(one, one.old)} -> {_shown(one, one.new)} (from {clean(one.source)})"
        for one in substitutions
    ]


def _shown(one: Substitution, value: str) -> str:
    return _short(clean(redacted(one.source, redacted(one.where, value))))


def _request_line(request: Request) -> str:
    return f"{clean(request.method)} {_short(clean(redacted_text(request.url)))}"


def _request(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        if name.lower() in ("content-type", "authorization", "cookie", "accept"):
            yield f"    {clean(name)}: {_short(clean(redacted(name, value)))}"
    body = as_text(request.body)
    if request.body_ref:
        yield f"    body of {request.body_ref.size} bytes in {clean(request.body_ref.path)}"
    elif isinstance(body, bytes):
        yield f"    body of {len(body)} bytes"
    elif body:
        yield f"    {_short(clean(redacted_text(body[:4000])))}"
    for part in request.form:
        value = redacted(part.key, ", ".join([*part.values, *part.paths]))
        yield f"    {clean(part.key)}={_short(clean(value))}"


def _told(one: Difference) -> Iterator[str]:
    expected, actual = _sides(one)
    if one.where == "status":
        yield f"  status: recorded {expected}, now {actual}"
        return
    yield f"  {clean(one.where)}{f' ({one.why})' if one.why else ''}"
    if isinstance(one.expected, str) and isinstance(one.actual, str) and "\n" in one.expected + one.actual:
        yield from _lines(redacted_text(one.expected), redacted_text(one.actual))
        return
    expected, actual = _around(expected, actual)
    yield f"    - {expected}"
    yield f"    + {actual}"


def _lines(expected: str, actual: str) -> Iterator[str]:
    """Comparing lines takes quadratic time, so that only the first few hundred are looked at."""
    left, right = expected.splitlines()[:400], actual.splitlines()[:400]
    found = list(difflib.unified_diff(left, right, n=1, lineterm=""))[2:]
    for line in found[:_MOST_LINES]:
        yield f"    {line[:1]} {_short(clean(line[1:]))}".rstrip()
    if len(found) > _MOST_LINES:
        yield f"    ... {len(found) - _MOST_LINES} more lines"


def _sides(one: Difference) -> tuple[str, str]:
    expected = _ABSENT["added"] if one.change == "added" else _value(one.where, one.expected)
    actual = _ABSENT["missing"] if one.change == "missing" else _value(one.where, one.actual)
    return expected, actual


def _value(where: str, value: object) -> str:
    return clean(json.dumps(redacted_value(where, value), ensure_ascii=False, default=str))


def _around(expected: str, actual: str) -> tuple[str, str]:
    """Returns both cut to the surroundings of the first place where they part."""
    if len(expected) <= _WIDTH and len(actual) <= _WIDTH:
        return expected, actual
    same = next((at for at, (a, b) in enumerate(zip(expected, actual, strict=False)) if a != b), 0)
    start = max(0, same - 40)
    mark = "..." if start else ""
    return f"{mark}{_short(expected[start:])}", f"{mark}{_short(actual[start:])}"


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}... ({len(text)} characters)"
