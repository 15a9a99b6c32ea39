"""Assertions of a case other than noise: statuses, headers and JSON that must hold."""

from collections.abc import Iterator, Mapping

from tta_validate.recordings.fields import is_mapping, text, texts
from tta_validate.recordings.model import Response, header
from tta_validate.replay.compare_json import NOT_JSON, is_array, is_object, parse_json
from tta_validate.replay.compare_model import Difference
from tta_validate.replay.compare_noise import matches_any

CHECKS = (
    "status_code",
    "status_code_class",
    "status_code_in",
    "header_equal",
    "header_contains",
    "header_exists",
    "header_matches",
    "json_equal",
    "json_contains",
)
"""The assertions that are known."""


def check_differences(
    checks: tuple[tuple[str, object], ...], expected: Response, actual: Response, *, compat: bool
) -> Iterator[Difference]:
    """Yields each assertion that does not hold; an unknown one too, unless ``compat``: Keploy passes over those."""
    for name, value in checks:
        if name not in CHECKS:
            if not compat:
                yield _failed(name, value, None, "no assertion of that name is known")
        elif name.startswith("status"):
            if not _status(name, value, actual.status):
                yield _failed(name, value, actual.status)
        elif name.startswith("header"):
            yield from _headers(name, value, actual)
        elif not _json(name, value, expected, actual):
            yield _failed(name, expected.body if name == "json_equal" else value, actual.body)


def _failed(where: str, expected: object, actual: object, why: str = "an assertion of the case") -> Difference:
    return Difference(f"assertion.{where}", "behaviour", "changed", expected, actual, "", why)


def _status(name: str, value: object, status: int) -> bool:
    if name == "status_code":
        return text(value).strip() == str(status)
    if name == "status_code_in":
        listed = value.split(",") if isinstance(value, str) else texts(value)
        return str(status) in {one.strip() for one in listed}
    wanted = text(value).strip().lower()
    return wanted[:1] == str(status)[:1] and len(wanted) == 3


def _headers(name: str, value: object, actual: Response) -> Iterator[Difference]:
    wanted: Mapping[str, object] = value if is_mapping(value) else dict.fromkeys(texts(value), "")
    for key, inner in wanted.items():
        found = header(actual.headers, key)
        if found is None or not _holds(name, text(inner), found):
            yield _failed(f"{name}.{key}", inner, found)


def _holds(name: str, wanted: str, found: str) -> bool:
    if name == "header_equal":
        return wanted == found
    if name == "header_contains":
        return wanted in found
    return name == "header_exists" or matches_any((wanted,), found)


def _json(name: str, value: object, expected: Response, actual: Response) -> bool:
    if name == "json_equal":
        return as_text(expected.body) == as_text(actual.body)
    wanted = parse_json(value) if isinstance(value, str) else value
    found = parse_json(actual.body)
    return wanted is not NOT_JSON and found is not NOT_JSON and _contains(found, wanted)


def _contains(found: object, wanted: object) -> bool:
    if is_object(wanted):
        return is_object(found) and all(name in found and _contains(found[name], one) for name, one in wanted.items())
    if is_array(wanted):
        return is_array(found) and all(any(_contains(one, want) for one in found) for want in wanted)
    return (type(found) is type(wanted) and found == wanted) or _same_number(found, wanted)


def _same_number(found: object, wanted: object) -> bool:
    numbers = isinstance(found, int | float) and isinstance(wanted, int | float)
    return numbers and not isinstance(found, bool) and not isinstance(wanted, bool) and found == wanted


def as_text(body: str | bytes) -> str | bytes:
    """Returns a body as text where it is UTF-8, else its bytes."""
    if isinstance(body, str):
        return body
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body
