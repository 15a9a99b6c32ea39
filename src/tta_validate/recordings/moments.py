"""Moments of recordings: RFC 3339 texts with up to nine digits of a second, as nanoseconds."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?\s*(?:[Zz]|([+-])(\d\d):?(\d\d))?\s*"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(text: str) -> int | None:
    """Returns the moment in nanoseconds since 1970, or None for Go's zero time and for anything that is no moment."""
    found = _MOMENT.fullmatch(text)
    if found is None or found[1] == "0001":
        return None
    offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    try:
        zone = timezone(-offset if found[8] == "-" else offset)
        whole = datetime(*(int(found[part]) for part in range(1, 7)), tzinfo=zone) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return (whole.days * 86_400 + whole.seconds) * 1_000_000_000 + int((found[7] or "").ljust(9, "0"))


def rfc3339(moment: int | None) -> str:
    """Returns the moment in UTC as Go writes it: no trailing zeros; Go's zero time for None."""
    if moment is None:
        return "0001-01-01T00:00:00Z"
    seconds, rest = divmod(moment, 1_000_000_000)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:09d}".rstrip("0") + "Z" if rest else f"{text}Z"
