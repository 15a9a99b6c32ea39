"""Freshness: ``exclude-newer``, the date after which releases do not count."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from tta_validate.lock.case import Case
from tta_validate.lock.reasons import CLASSIC, Reason, stale
from tta_validate.lock_model import Options, Span, normalised

Cutoff = datetime | date | timedelta | bool | str
"""A moment, the end of a local day, a span before now, False for no cutoff, or text of another kind."""

_UNITS = {"w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_ZONES = timedelta(hours=14)


def read_cutoff(value: str | bool | Span, span: str | None = None) -> Cutoff:
    """Returns what a setting or a lock says of a cutoff."""
    if isinstance(value, Span):
        value, span = value.timestamp, value.span
    if isinstance(value, bool):
        return value
    if span is not None:
        return read_span(span) or span
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
        return date.fromisoformat(value.strip())
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return read_span(value) or value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_span(text: str) -> timedelta | None:
    """Returns a duration such as ``P7D``, ``7 days`` or ``1 week``, None for text of another kind."""
    body = text.strip().lower().removesuffix("ago").strip().removeprefix("p")
    parts = re.findall(r"(\d+)\s*([wdhms])[a-z]*", body.replace("t", " ", 1) if text.strip()[:1] in "Pp" else body)
    rest = re.sub(r"(\d+)\s*[a-z]+|[\s,]|and", "", body)
    if not parts or rest not in ("", "t") or re.search(r"\dmo|month|year|\dy", body):
        return None
    try:
        return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        return None


def check_cutoffs(case: Case) -> Iterator[Reason]:
    """Yields changes of the cutoffs that make uv resolve again: a cutoff that moved later does not."""
    options, settings = case.lock.options, case.settings.values
    now = None if settings.exclude_newer is None else read_cutoff(settings.exclude_newer)
    locked = locked_cutoff(options)
    at = case.setting("exclude-newer")
    if reason := _change("global exclude newer", now, locked, at):
        yield reason
    yield from _packages(case)


def locked_cutoff(options: Options) -> Cutoff | None:
    """Returns the global cutoff of a lock; the time beside a span is a placeholder."""
    if options.exclude_newer_span:
        return read_cutoff("", options.exclude_newer_span)
    return None if options.exclude_newer is None else read_cutoff(options.exclude_newer)


def _packages(case: Case) -> Iterator[Reason]:
    stored = {normalised(name): read_cutoff(value) for name, value in case.lock.options.exclude_newer_package.items()}
    declared: Mapping[str, str | bool] = case.settings.values.exclude_newer_package
    for name, value in declared.items():
        key = normalised(name)
        at = case.setting("exclude-newer-package", name)
        reason = _change("exclude newer", read_cutoff(value), stored.pop(key, None), at)
        if reason and key not in case.lockfile.by_name and key not in case.lock.options.exclude_newer_package:
            reason = replace(reason, profiles=CLASSIC)
        if reason:
            yield replace(reason, package=key, message=f"{key}: {reason.message}")
    for name, cutoff in stored.items():
        if reason := _change("exclude newer", None, cutoff, case.setting("exclude-newer-package")):
            yield replace(reason, package=name, message=f"{name}: {reason.message}")


def _change(what: str, now: Cutoff | None, locked: Cutoff | None, at: tuple[str, int]) -> Reason | None:
    expected, found = _shown(now), _shown(locked)
    if now is None and locked is None:
        return None
    if locked is None:
        return (
            None if now is False else stale(f"addition of {what}", f"{what} {expected} is new", at, expected=expected)
        )
    if now is None:
        return stale(f"removal of {what}", f"{what} is gone, the lock has {found}", at, found=found)
    if now is False:
        return None
    message = f"{what} is {expected}, the lock has {found}"
    kind = f"change of {what.removeprefix('global ')} {'span' if isinstance(now, timedelta) else 'timestamp'}"
    reason = stale(kind, message, at, expected=expected, found=found)
    if isinstance(now, date) and not isinstance(now, datetime) and isinstance(locked, datetime):
        return _day_change(reason, now, locked)
    if isinstance(now, datetime) and isinstance(locked, datetime):
        return None if now == locked else reason if now < locked else replace(reason, profiles=CLASSIC)
    return None if now == locked else reason


def _day_change(reason: Reason, now: date, locked: datetime) -> Reason | None:
    """A day ends at local midnight, and uv does not record the zone: only a difference beyond all zones counts."""
    end = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    if abs(end - locked) <= _ZONES:
        return None
    return reason if end < locked else replace(reason, profiles=CLASSIC)


def _shown(cutoff: Cutoff | None) -> str:
    if isinstance(cutoff, datetime):
        return cutoff.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cutoff, timedelta):
        days, rest = divmod(int(cutoff.total_seconds()), 86400)
        return f"{days} days" if not rest else f"{cutoff}"
    return "none" if cutoff is None else str(cutoff).lower()
