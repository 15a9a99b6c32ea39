"""Exchanges out of JSON lines, one object with request and response each, as gateways and loggers write them."""

from collections.abc import Iterable, Iterator, Mapping

from tta_validate.traffic.bodies import parsed
from tta_validate.traffic.cassettes import headers
from tta_validate.traffic.exchange import Exchange, Left
from tta_validate.traffic.moments import seconds
from tta_validate.traffic.values import is_mapping, mapping, number, text

_SESSIONS = ("session", "session_id", "conversation_id", "trace_id", "thread_id")
_TIMES = ("time", "timestamp", "at", "started", "start_time", "startTime", "created_at", "ts")
_URLS = ("url", "uri", "endpoint")
_OF_MESSAGES = (*_URLS, "method")
_MARK = b"\xef\xbb\xbf"


def exchanges(source: Iterable[bytes], path: str) -> Iterator[Exchange | Left]:
    """Yields an exchange for each line; a line that is none is told, not fatal.

    ``request`` and ``response`` hold the whole message (``url``, ``body`` ...) or the body alone, with ``url``,
    ``status`` and the like beside them.
    """
    for line, data in enumerate(source, 1):
        if not data.strip():
            continue
        value = parsed(data.removeprefix(_MARK) if line == 1 else data)
        found = _exchange(value, path, line) if is_mapping(value) else None
        yield found or Left(path, line, "is no JSON object with request and response")


def _exchange(one: Mapping[str, object], path: str, line: int) -> Exchange | None:
    request, response = one.get("request"), one.get("response")
    if request is None or response is None:
        return None
    asked, said = mapping(request), mapping(response)
    inner = any(key in asked for key in _OF_MESSAGES)
    outer = "status" in said or "status_code" in said or "headers" in said
    status = _status(said if outer else one)
    return Exchange(
        path,
        line,
        _first(one, _SESSIONS) or path,
        text((asked if inner else one).get("method")) or "POST",
        (_first(asked, _URLS) if inner else "") or _first(one, _URLS),
        asked.get("body", asked.get("content")) if inner else request,
        200 if status is None else status,
        said.get("body", said.get("content")) if outer else response,
        _moment(one),
        _took(one),
        text(one.get("caller")),
        headers(said.get("headers")) if outer else {},
    )


def _first(around: Mapping[str, object], keys: Iterable[str]) -> str:
    """Returns the first text under the keys that is not empty, else an empty one."""
    for key in keys:
        found = around.get(key)
        if isinstance(found, str) and found:
            return found
    return ""


def _moment(one: Mapping[str, object]) -> float | None:
    for key in _TIMES:
        if key in one and (found := seconds(one[key])) is not None:
            return found
    return None


def _took(one: Mapping[str, object]) -> float | None:
    took = number(one.get("seconds", one.get("duration")))
    if took is None and (milliseconds := number(one.get("latency_ms", one.get("duration_ms")))) is not None:
        return milliseconds / 1000
    return took


def _status(around: Mapping[str, object]) -> int | None:
    status = around.get("status_code", around.get("status"))
    return status if isinstance(status, int) else None
