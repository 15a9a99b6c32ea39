"""Compares an answer with the recorded one: the differences with their classes, and the verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tta_validate.recordings.model import Case, Pairs, Request, Response
from tta_validate.replay.classify import Setting, classify
from tta_validate.replay.compare_additive import only_adds
from tta_validate.replay.compare_checks import as_text, check_differences
from tta_validate.replay.compare_headers import header_differences, without_length
from tta_validate.replay.compare_json import NOT_JSON, Gap, gaps, is_array, is_object, parse_json, spelled
from tta_validate.replay.compare_model import Change, Class, Comparison, Difference, Rules
from tta_validate.replay.compare_noise import BodyNoise
from tta_validate.replay.compare_schema import shape_gaps
from tta_validate.replay.compare_streams import is_stream, stream_items

_PAGES = ("text/html", "text/plain", "application/xhtml+xml")
_DETAIL_EXTRAS = frozenset(("url", "input", "ctx"))


def compare_case(case: Case, answer: Response, rules: Rules, known: Sequence[str] = ()) -> Comparison:
    """Returns how the answer compares with the one that the case recorded; the case's own noise is added to the rules.

    ``known`` holds values of earlier answers that this one must repeat: another one there is behaviour.
    With ``rules.compat``, assertions other than noise replace the comparison, as in Keploy; else both must hold.
    """
    rules = replace(rules, noise=case.noise.over(rules.noise))
    setting = Setting(
        recorded_at=case.response.at or case.request.at,
        replayed_at=rules.replayed_at,
        sent="\n".join((sent_text(case.request), *known)),
        status=case.response.status,
    )
    checks = list(check_differences(case.checks, case.response, answer, compat=rules.compat))
    if case.checks and rules.compat:
        return _verdict(checks, rules)
    found = _differences(case.response, answer, rules, setting)
    if any(name.startswith("status_code") for name, _ in case.checks):
        found = [one for one in found if one.where != "status"]
    return _verdict([*found, *checks], rules)


def compare(expected: Response, actual: Response, rules: Rules, setting: Setting | None = None) -> Comparison:
    """Returns how two answers compare. Bodies are whole and decoded of any content encoding."""
    setting = setting or Setting(expected.at, rules.replayed_at, "", expected.status)
    return _verdict(_differences(expected, actual, rules, setting), rules)


def _verdict(differences: list[Difference], rules: Rules) -> Comparison:
    return Comparison(tuple(differences), not any(one.kind in rules.fail_on for one in differences))


def _differences(expected: Response, actual: Response, rules: Rules, setting: Setting) -> list[Difference]:
    found: list[Difference] = []
    if expected.status != actual.status:
        found.append(Difference("status", "behaviour", "changed", expected.status, actual.status))
    if rules.schema_match:
        return [*found, *_shapes(expected, actual)]
    body = list(_body(expected, actual, rules, setting))
    headers = list(header_differences(expected.headers, actual.headers, rules, setting))
    if rules.compat and not found and body and not without_length(headers) and _only_adds(expected, actual, rules):
        return []
    return [*found, *_with_length(headers, body), *body]


def _only_adds(expected: Response, actual: Response, rules: Rules) -> bool:
    """Returns whether Keploy's replay (v3) passes the answer, since it takes what differs for new fields."""
    left, right = parse_json(expected.body), parse_json(actual.body)
    return left is not NOT_JSON and right is not NOT_JSON and only_adds(left, right, rules.noise)


def _with_length(headers: list[Difference], body: list[Difference]) -> list[Difference]:
    """Content-Length says nothing where the body is as recorded, and no more than the body where it is not."""
    if not body:
        return without_length(headers)
    kinds: tuple[Class, ...] = tuple(one.kind for one in body)
    kind: Class = "behaviour" if "behaviour" in kinds else kinds[0]
    return [replace(one, kind=kind) if one.where.lower() == "header.content-length" else one for one in headers]


def _body(expected: Response, actual: Response, rules: Rules, setting: Setting) -> Iterator[Difference]:
    if expected.body_size is not None:
        size = len(actual.body.encode() if isinstance(actual.body, str) else actual.body)
        if size != expected.body_size and not rules.noise.all_body:
            yield Difference("body.size", "behaviour", "changed", expected.body_size, size, "body", "bytes of the body")
        return
    if rules.noise.all_body or as_text(expected.body) == as_text(actual.body):
        return
    if is_stream(expected) and not rules.compat:
        items = stream_items(expected), stream_items(actual)
        yield from _json(items[0], items[1], replace(rules, ignore_ordering=False), setting)
        return
    left, right = parse_json(expected.body), parse_json(actual.body)
    if left is not NOT_JSON and right is not NOT_JSON:
        yield from _json(left, right, rules, setting)
    elif right is NOT_JSON and rules.compat and not rules.compare_all:
        return
    elif as_text(expected.body) != as_text(actual.body):
        yield _text(expected, actual, setting)


def _json(expected: object, actual: object, rules: Rules, setting: Setting) -> Iterator[Difference]:
    noise = BodyNoise(rules.noise.body)
    for gap in gaps(expected, actual, rules):
        kind, why = _class(gap, setting)
        if noise.narrows(gap.key.lower()):
            kind, why = "behaviour", "outside what noise allows"
        where = f"body{spelled(gap.path)}"
        yield Difference(where, kind, gap.change, gap.expected, gap.actual, noise_entry(gap), why)


def noise_entry(gap: Gap) -> str:
    """Returns the entry that silences the place: in Keploy's vocabulary, or a JSON path where that cannot say it."""
    if not gap.path:
        return "body"
    if any(isinstance(step, str) and "." in step for step in gap.path):
        return f"${spelled(gap.path)}"
    return f"body.{gap.key}" if gap.key else f"${spelled(gap.path)}"


def _class(gap: Gap, setting: Setting) -> tuple[Class, str]:
    name = next((step for step in reversed(gap.path) if isinstance(step, str)), "")
    if gap.change == "changed":
        if is_object(gap.expected) or is_array(gap.expected):
            return "behaviour", ""
        return classify(name, gap.expected, gap.actual, setting)
    if setting.status == 422 and name in _DETAIL_EXTRAS and gap.path[:1] == ("detail",) and gap.change != "type":
        return "drift", "a detail that validation libraries add or drop between versions"
    return "behaviour", ""


def _text(expected: Response, actual: Response, setting: Setting) -> Difference:
    left, right = as_text(expected.body), as_text(actual.body)
    kind, why = "behaviour", ""
    if isinstance(left, str) and isinstance(right, str) and left and right:
        page = _media(expected.headers) in _PAGES and _media(actual.headers) in _PAGES
        if page and expected.status == actual.status and expected.status >= 400:
            kind, why = "drift", "the text of an error page"
        else:
            kind, why = classify("", left, right, setting)
    change: Change = "missing" if left and not right else "added" if right and not left else "changed"
    return Difference("body", kind, change, _shown(left), _shown(right), "body", why)


def _shown(body: str | bytes) -> str:
    return body if isinstance(body, str) else f"{len(body)} bytes: {body[:32].hex(' ')}"


def _media(headers: Pairs) -> str:
    value = next((value for name, value in headers if name.lower() == "content-type"), "")
    return value.partition(";")[0].strip().lower()


def _shapes(expected: Response, actual: Response) -> Iterator[Difference]:
    """Source: Keploy's ``schemaMatch``: shapes and header names count, values and noise do not."""
    present = {name.lower() for name, _ in actual.headers}
    for name, value in expected.headers:
        if name.lower() not in present:
            yield Difference(f"header.{name}", "behaviour", "missing", value, None)
    left, right = parse_json(expected.body), parse_json(actual.body)
    if left is not NOT_JSON and right is not NOT_JSON:
        for gap in shape_gaps(left, right):
            yield Difference(f"body{spelled(gap.path)}", "behaviour", gap.change, gap.expected, gap.actual)
    elif as_text(expected.body) != as_text(actual.body):
        yield _text(expected, actual, Setting())


def sent_text(request: Request) -> str:
    """Returns all that a request says, to look for values that come back."""
    body = as_text(request.body)
    values = [value for entry in request.form for value in entry.values]
    said = [request.url, *(value for _, value in request.headers), body if isinstance(body, str) else "", *values]
    return "\n".join(said)
