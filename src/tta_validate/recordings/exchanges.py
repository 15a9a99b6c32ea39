"""The ``req`` and ``resp`` of a document, and the noise beside them."""

from collections.abc import Mapping

from tta_validate.recordings.fields import (
    content,
    integer,
    is_list,
    is_mapping,
    items,
    mapping,
    moment,
    pairs,
    pick,
    text,
    texts,
    without,
)
from tta_validate.recordings.model import BodyRef, Chunk, FormField, Noise, Patterns, Request, Response

_REQUEST = frozenset(("method", "url", "header", "body", "timestamp", "url_params", "form", "body_ref"))
_RESPONSE = frozenset(("status_code", "header", "body", "timestamp", "status_message", "body_skipped", "body_size"))


def request(value: object) -> Request:
    """Returns the request that a ``req`` mapping tells of."""
    values = mapping(value)
    reference = mapping(values.get("body_ref"))
    return Request(
        method=text(values.get("method")),
        url=text(values.get("url")),
        headers=pairs(values.get("header")),
        body=content(values.get("body")),
        at=moment(values.get("timestamp")),
        params=pairs(values.get("url_params")),
        form=tuple(_form_field(mapping(entry)) for entry in items(values.get("form"))),
        body_ref=BodyRef(text(reference["path"]), integer(reference.get("size"))) if reference.get("path") else None,
        extra=without(values, _REQUEST),
    )


def _form_field(entry: Mapping[str, object]) -> FormField:
    return FormField(text(entry.get("key")), texts(entry.get("values")), texts(entry.get("paths")))


def response(value: object) -> Response:
    """Returns the answer that a ``resp`` mapping tells of; the body of a stream is put together from its chunks."""
    values = mapping(value)
    body = values.get("body")
    headers = pairs(values.get("header"))
    chunks = tuple(_chunk(mapping(entry)) for entry in items(body)) if is_list(body) else ()
    skipped = text(values.get("body_skipped")) == "true"
    return Response(
        status=integer(values.get("status_code")),
        headers=headers,
        body=_streamed(chunks) if chunks else content(body),
        at=moment(values.get("timestamp")),
        message=text(values.get("status_message")),
        chunks=chunks,
        body_size=integer(values.get("body_size")) if skipped else None,
        extra=without(values, _RESPONSE),
    )


def _chunk(entry: Mapping[str, object]) -> Chunk:
    data = entry.get("data")
    if is_list(data):
        fields = tuple((text(mapping(one).get("key")), text(mapping(one).get("value"))) for one in items(data))
    else:
        fields = pairs(data) if is_mapping(data) else (("raw", text(data)),)
    return Chunk(moment(pick(entry, "ts", "TS")), fields)


def _streamed(chunks: tuple[Chunk, ...]) -> str:
    """Returns the body of a stream: server-sent events as frames, lines of anything else as they were."""
    if any(key == "raw" for chunk in chunks for key, _ in chunk.data):
        return "\n".join(value for chunk in chunks for key, value in chunk.data if key == "raw")
    return "".join("".join(_event_lines(key, value) for key, value in chunk.data) + "\n" for chunk in chunks)


def _event_lines(key: str, value: str) -> str:
    name = "" if key == "comment" else key
    return "".join(f"{name}: {line}\n" for line in value.split("\n"))


def noise(value: object) -> Noise:
    """Returns the noise of an ``assertions.noise`` mapping, in its flat shape and its sectioned one.

    Flat is ``body.a.b: [patterns]``; sectioned is ``body: [names]`` or ``body: {name: [patterns]}``. An empty section,
    or one that holds ``*``, silences all of it.
    """
    sections: dict[str, dict[str, tuple[str, ...]]] = {"header": {}, "body": {}}
    dotted: dict[str, dict[str, tuple[str, ...]]] = {"header": {}, "body": {}}
    whole: set[str] = set()
    for key, inner in mapping(value).items():
        section, _, path = key.partition(".")
        section = section.lower()
        if section not in sections:
            continue
        if path:
            dotted[section][path] = _patterns(inner)
        elif (found := _section(inner)) or is_mapping(inner):
            sections[section].update(found)
            whole.update([section] if "*" in found else [])
        else:
            whole.add(section)
    header, body = ({**sections[name], **dotted[name]} for name in ("header", "body"))
    return Noise(_entries(header), _entries(body), "header" in whole, "body" in whole)


def _section(value: object) -> dict[str, tuple[str, ...]]:
    if is_mapping(value):
        return {name: _patterns(inner) for name, inner in value.items() if name != "*" or "*" in texts(inner)}
    return dict.fromkeys((name for name in texts(value) if name), ())


def _patterns(value: object) -> tuple[str, ...]:
    """An empty pattern or ``*`` says nothing; an entry with no other means whatever the value."""
    return tuple(one for one in texts(value) if one not in ("", "*"))


def _entries(section: dict[str, tuple[str, ...]]) -> Patterns:
    return tuple((path, patterns) for path, patterns in section.items() if path != "*")
