"""Streamed bodies as lists of what they carry: server-sent events, and lines of JSON or text."""

from tta_validate.recordings.model import Response
from tta_validate.replay.compare_checks import as_text
from tta_validate.replay.compare_json import NOT_JSON, parse_json

_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-seq")


def is_stream(response: Response) -> bool:
    """Returns whether the answer was recorded as a stream, or is of a type that is one."""
    media = (response.header("Content-Type") or "").partition(";")[0].strip().lower()
    return bool(response.chunks) or media == "text/event-stream" or media in _LINES


def stream_items(response: Response) -> list[object]:
    """Returns the events or lines of a streamed answer; JSON in them is parsed.

    Source: the WHATWG HTML standard, section 9.2.6: fields, comments, and data over several lines.
    """
    body = as_text(response.body)
    if isinstance(body, bytes):
        return [body.hex()]
    media = (response.header("Content-Type") or "").lower()
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if "event-stream" not in media:
        return [_parsed(line.lstrip("\x1e")) for line in lines if line.strip("\x1e \t")]
    events: list[object] = []
    fields: dict[str, list[str]] = {}
    for line in [*lines, ""]:
        name, _, value = line.partition(":")
        if line and name:
            fields.setdefault(name.strip(), []).append(value.removeprefix(" "))
        elif not line and fields:
            events.append({key: _parsed("\n".join(values)) for key, values in fields.items()})
            fields = {}
    return events


def _parsed(text: str) -> object:
    found = parse_json(text)
    return text if found is NOT_JSON else found
