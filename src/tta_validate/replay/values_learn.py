"""Which recorded values an answer has fresh ones for: ids, tokens and times under their names, cookies, locations."""

import re
from collections.abc import Container, Iterator

from tta_validate.recordings.model import Case, Response
from tta_validate.replay.classify import Setting, classify
from tta_validate.replay.compare_checks import as_text
from tta_validate.replay.compare_headers import cookies
from tta_validate.replay.compare_json import NOT_JSON, is_array, is_number, is_object, parse_json, spelled
from tta_validate.replay.compare_noise import Path
from tta_validate.replay.values_model import LONG, Fresh, field_name, is_id_name, shown

_STEP = re.compile(r"[^/?&=#]+")
_CARRIERS = ("authorization", "x-csrf-token", "x-auth-token", "x-session-token", "etag")


def replaced(case: Case, answer: Response, also: Container[str] = ()) -> Iterator[Fresh]:
    """Yields each recorded value that the answer has another one for, with the place it came from.

    Only what looks like an id, a token or a moment, and the values in ``also``: another word in a text is no value
    that flows on.
    """
    expected, actual = parse_json(case.response.body), parse_json(answer.body)
    if expected is not NOT_JSON and actual is not NOT_JSON:
        for path, old, new in _leaves(expected, actual, ()):
            if shown(old) in also or _flows(field_name(path), old, new):
                source = f"{case.key} body{spelled(path)}"
                yield Fresh(shown(old), shown(new), source, is_number(old), field_name(path))
    else:
        left, right = as_text(case.response.body), as_text(answer.body)
        if isinstance(left, str) and isinstance(right, str) and left != right and _flows("token", left, right):
            yield Fresh(left, right, f"{case.key} body")
    yield from _headers(case, answer)


def _flows(name: str, old: object, new: object) -> bool:
    if is_id_name(name):
        return not isinstance(old, str) or not re.search(r"\s", old)
    return isinstance(old, str) and len(old) >= LONG and classify(name, old, new, Setting())[0] == "volatile"


def _leaves(expected: object, actual: object, path: Path) -> Iterator[tuple[Path, object, object]]:
    if is_object(expected) and is_object(actual):
        for name, value in expected.items():
            if name in actual:
                yield from _leaves(value, actual[name], (*path, name))
    elif is_array(expected) and is_array(actual):
        for at, (left, right) in enumerate(zip(expected, actual, strict=False)):
            yield from _leaves(left, right, (*path, at))
    elif expected not in (actual, "") and _same_kind(expected, actual):
        yield path, expected, actual


def _same_kind(expected: object, actual: object) -> bool:
    return (isinstance(expected, str) and isinstance(actual, str)) or (is_number(expected) and is_number(actual))


def _headers(case: Case, answer: Response) -> Iterator[Fresh]:
    recorded = {name.lower(): value for name, value in case.response.headers}
    replayed: dict[str, str] = {}
    for name, value in answer.headers:
        replayed[name.lower()] = f"{replayed[name.lower()]},{value}" if name.lower() in replayed else value
    for name, value in replayed.items():
        old = recorded.get(name)
        if old is None or old == value:
            continue
        if name == "set-cookie":
            yield from _cookies(old, value, case.key)
        elif name == "location":
            yield from _steps(old, value, f"{case.key} header.{name}")
        elif name in _CARRIERS and len(old) >= LONG:
            yield Fresh(old, value, f"{case.key} header.{name}", name=name)


def _cookies(old: str, new: str, key: str) -> Iterator[Fresh]:
    before, after = cookies(old), cookies(new)
    for name, (value, _) in before.items():
        fresh = after.get(name, (value,))[0]
        if len(value) >= LONG and fresh and value != fresh:
            yield Fresh(value, fresh, f"{key} cookie {name}", name=name)


def _steps(old: str, new: str, source: str) -> Iterator[Fresh]:
    """Yields the steps of two addresses that differ, where both have as many and the step is no host."""
    left, right = _STEP.findall(old), _STEP.findall(new)
    if len(left) == len(right):
        for at, (one, other) in enumerate(zip(left, right, strict=True)):
            if one != other and not (at <= 1 and "://" in old):
                yield Fresh(one, other, source)
