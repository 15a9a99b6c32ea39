"""Moments of recordings as seconds since 1970."""

from datetime import UTC, datetime


def seconds(value: object) -> float | None:
    """Returns the moment of an ISO 8601 text (UTC where it names no zone) or a number of seconds, milliseconds,
    microseconds or nanoseconds since 1970; None for anything else, years before 2000 and after 2100 included."""
    found: float | None = None
    if isinstance(value, datetime):
        found = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    elif isinstance(value, str):
        found = _of_text(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
        while found > 1e11:
            found /= 1000
    return found if found is not None and 946_684_800 <= found <= 4_102_444_800 else None


def _of_text(value: str) -> float | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        try:
            return seconds(float(value)) if len(value) < 25 else None
        except ValueError:
            return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
