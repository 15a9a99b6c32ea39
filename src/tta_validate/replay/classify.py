"""What a difference means: behaviour of the app, drift of its environment, or a value that is new every time.

A time is volatile only where the recorded one is near the recording and the replayed one near either run: a due date
that moved is behaviour. An id or token is volatile only where the request did not carry the recorded one.
"""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from tta_validate.recordings.moments import nanoseconds
from tta_validate.replay.compare_json import is_number
from tta_validate.replay.compare_model import Class

_DAY = 86_400 * 1_000_000_000
_UUID = r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"
_JWT = r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"
_ISO = r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_HTTP_DATE = r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?: GMT| [+-]\d{4})?"
_TIME = re.compile(f"{_ISO}|{_HTTP_DATE}")
_FRESH = re.compile(f"(?P<time>{_ISO}|{_HTTP_DATE})|(?P<jwt>{_JWT})|(?P<uuid>{_UUID})")
_RANDOM = re.compile(r"[A-Za-z0-9_+/=.:$-]{12,}")
_RANDOM_NAME = re.compile(
    r"(?:^|[_\-. ])(?:id|ids|_id|uid|uuid|guid|token|jwt|key|nonce|session|sid|csrf|xsrf|trace|span|etag|secret|cursor"
    r"|signature|code|hash|salt|password|request|correlation|access|refresh)s?$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_VERSIONED = re.compile(r"\bv?\d+(?:\.\d+)+\b")
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a difference is judged by: when both runs were, what the case sent, and the status of the answer."""

    recorded_at: int | None = None
    replayed_at: int | None = None
    sent: str = ""
    status: int = 0

    def near(self, recorded: int, replayed: int) -> bool:
        """Returns whether both are the present of their run; anything may be where no moment is known."""
        if self.recorded_at is None:
            return True
        presents = [present for present in (self.recorded_at, self.replayed_at) if present is not None]
        return abs(recorded - self.recorded_at) <= _DAY and any(abs(replayed - one) <= _DAY for one in presents)


def classify(name: str, expected: object, actual: object, setting: Setting) -> tuple[Class, str]:
    """Returns the class of two scalars that differ under a field of that name, and why."""
    if is_number(expected) and is_number(actual):
        return _numbers(expected, actual, setting)
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return "behaviour", ""
    if len(expected) >= 4 and expected in setting.sent:
        return "behaviour", "the request or an earlier answer holds this value"
    if _same_but_fresh(expected, actual, setting):
        return "volatile", "a time, id or token that is new every time"
    if _random(expected) and _random(actual) and _RANDOM_NAME.search(_CAMEL.sub("_", name)):
        return "volatile", "random text in a field named like an id or token"
    if _URL.search(expected) and _VERSIONED.sub("0", expected) == _VERSIONED.sub("0", actual):
        return "drift", "the same address of another version"
    return "behaviour", ""


def _numbers(expected: float, actual: float, setting: Setting) -> tuple[Class, str]:
    """Source: Unix time in seconds, or milliseconds where it has 13 digits."""
    if setting.recorded_at is None:
        return "behaviour", ""
    for unit in (1_000_000_000, 1_000_000):
        if abs(expected) < 1e15 and abs(actual) < 1e15 and setting.near(int(expected * unit), int(actual * unit)):
            return "volatile", "a moment of its run"
    return "behaviour", ""


def _same_but_fresh(expected: str, actual: str, setting: Setting) -> bool:
    if _FRESH.sub(_kind_of, expected) != _FRESH.sub(_kind_of, actual) or not _FRESH.search(expected):
        return False
    times = zip(_TIME.findall(expected), _TIME.findall(actual), strict=False)
    return all(old == new or _present(old, new, setting) for old, new in times)


def _present(expected: str, actual: str, setting: Setting) -> bool:
    recorded, replayed = moment_of(expected), moment_of(actual)
    return recorded is not None and replayed is not None and setting.near(recorded, replayed)


def _kind_of(found: re.Match[str]) -> str:
    return f"\0{found.lastgroup}\0"


def moment_of(text: str) -> int | None:
    """Returns a moment in ISO 8601 or HTTP's format in nanoseconds, or None; a time without a zone counts as UTC."""
    clean = text.strip().removesuffix("UTC")
    if clean[:4].isdecimal():
        return nanoseconds(clean if clean.count(":") > 1 else re.sub(r"(:\d\d)", r"\1:00", clean, count=1))
    try:
        return int(parsedate_to_datetime(text).timestamp()) * 1_000_000_000
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _random(text: str) -> bool:
    """Returns whether a text looks drawn by chance: long, no words, digits among letters."""
    if not _RANDOM.fullmatch(text):
        return False
    digits = sum(character.isdigit() for character in text)
    return digits * 8 >= len(text) and digits < len(text)
