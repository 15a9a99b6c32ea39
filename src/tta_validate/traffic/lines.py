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


def exchanges(source: Iterable[bytes], path: str) -> Iterator[Exchange | Left]:
    """Yields an exchange for each line; a line that is none is told, not fatal.

    ``request`` and ``response`` hold the whole message (``url``, ``body`` ...) or the body alone, with ``url``,
    ``status`` and the like beside them.
    """
    for line, data in enumerate(source, 1):
        if not data.strip():
            continue
        value = parsed(data)
        found = _exchange(value, path, line) if is_mapping(value) else None
        yield found or Left(path, line, "is no JSON object with request and response")


def _exchange(one: Mapping[str, object], path: str, line: int) -> Exchange | None:
    request, response = one.get("request"), one.get("response")
    if request is None or response is None:
        return None
    asked, said = mapping(request), mapping(response)
    inner = any(key in asked for key in (*_URLS, "method"))
    outer = "status" in said or "status_code" in said or "headers" in said
    status = _status(said if outer else one)
    took = number(one.get("seconds", one.get("duration")))
    if took is None and (milliseconds := number(one.get("latency_ms", one.get("duration_ms")))) is not None:
        took = milliseconds / 1000
    session = next((text(one[key]) for key in _SESSIONS if text(one.get(key))), path)
    return Exchange(
        path,
        line,
        session,
        text((asked if inner else one).get("method")) or "POST",
        next((text(around[key]) for around in (asked, one) for key in _URLS if text(around.get(key))), ""),
        asked.get("body", asked.get("content")) if inner else request,
        200 if status is None else status,
        said.get("body", said.get("content")) if outer else response,
        next((found for key in _TIMES if (found := seconds(one.get(key))) is not None), None),
        took,
        text(one.get("caller")),
        headers(said.get("headers")) if outer else {},
    )


def _status(around: Mapping[str, object]) -> int | None:
    status = around.get("status_code", around.get("status"))
    return status if isinstance(status, int) else None
