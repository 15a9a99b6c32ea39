"""Noise that can be told from one answer: moments of the recording, and values that were masked.

Each entry has a pattern where one fits: the value may change, its kind may not.
"""

import re
from collections.abc import Iterator

from tta_validate.recordings.model import Noise, Response
from tta_validate.replay.classify import moment_of
from tta_validate.replay.compare_json import NOT_JSON, is_array, is_number, is_object, parse_json

_DAY = 86_400 * 1_000_000_000
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} .*"
)
_WORDS = re.compile(r"\d|[A-Za-z]+|.")
_SECONDS = re.compile(r"(?<=:\\d\\d:\\d\\d)(?:\\\.(?:\\d)+)?")
_FRACTION = r"(\\.\\d+)?"
_UNITS = (1_000_000_000, 1_000_000)
_TOKEN = r"^eyJ[\w-]+\.[\w-]+\.[\w-]*$"
_SHAPES = (
    r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    _TOKEN,
    r"^[0-9a-f]+$",
)

Entries = dict[str, tuple[str, ...]]


def noise_of(response: Response) -> Noise:
    """Returns where an answer holds a moment within a day of when it was given, or a token, which holds one too."""
    now = response.at or 0
    headers: Entries = {
        name: () for name, value in response.headers if name.lower() == "date" or _is_now(value.strip(), now)
    }
    body: Entries = {}
    value = parse_json(response.body)
    if value is not NOT_JSON:
        for path, leaf in _leaves("", value):
            if path and (_is_now(leaf, now) or (isinstance(leaf, str) and re.search(_TOKEN, leaf))):
                body[path] = (*body.get(path, ()), *(one for one in (pattern(leaf),) if one not in body.get(path, ())))
    return Noise(tuple(headers.items()), tuple(body.items()))


def masked_noise(kept: Response, masked: Response) -> Noise:
    """Returns the fields of a JSON answer that hold something else since secrets were masked."""
    before, after = parse_json(kept.body), parse_json(masked.body)
    if before is NOT_JSON or after is NOT_JSON:
        return Noise()
    differing = zip(_leaves("", before), _leaves("", after), strict=True)
    found: Entries = {path: (pattern(old),) for (path, old), (_, new) in differing if path and old != new}
    return Noise((), tuple((path, patterns) for path, patterns in found.items() if all(patterns)))


def pattern(value: object) -> str:
    """Returns a regular expression for values of the same kind."""
    if is_number(value):
        return r"^-?\d+\.?\d*$"
    text = value if isinstance(value, str) else ""
    if _TIME.fullmatch(text):
        spelled = "".join(_kind(part) for part in _WORDS.findall(text))
        # A clock that hits a whole second has no fraction.
        return f"^{spelled if text[3] == ',' else _SECONDS.sub(_FRACTION, spelled, count=1)}$"
    return next((shape for shape in _SHAPES if len(text) >= 16 and re.search(shape, text)), r"^\S+$")


def _kind(part: str) -> str:
    return r"\d" if part.isdigit() else "[A-Z][a-z][a-z]" if part.isalpha() and len(part) == 3 else re.escape(part)


def _is_now(value: object, now: int) -> bool:
    if is_number(value):
        return any(abs(value) < 1e15 and abs(int(value * unit) - now) <= _DAY for unit in _UNITS)
    if not isinstance(value, str) or len(value) > 40 or not _TIME.fullmatch(value):
        return False
    moment = moment_of(value)
    return moment is not None and abs(moment - now) <= _DAY


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Yields the scalars with their paths as noise spells them: keys joined by dots, no positions."""
    if is_object(value):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}" if path else key, inner)
    elif is_array(value):
        for inner in value:
            yield from _leaves(path, inner)
    else:
        yield path, value
