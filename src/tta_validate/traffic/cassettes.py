"""Cassettes of vcrpy and pytest-recording, YAML or JSON; also with decoded bodies, and those of xAI's own client."""

from collections.abc import Iterator, Mapping

from tta_validate.traffic.exchange import Exchange, Left
from tta_validate.traffic.moments import seconds
from tta_validate.traffic.values import is_list, is_mapping, items, mapping, text

_XAI = "https://api.x.ai/xai_api.Chat/GetCompletion"
_SAMPLES = (("request_sample", "response_sample"), ("request_stream", "response_stream"))


def exchanges(tree: Mapping[str, object], path: str, lines: Mapping[int, int]) -> Iterator[Exchange | Left]:
    """Yields the interactions of a cassette; ``lines`` holds the line of each by its number.

    vcrpy keeps the uncompressed or the compressed body, in ``body.string`` (``body`` alone in its first version);
    others keep the decoded value in ``parsed_body``.
    """
    for at, one in enumerate(map(mapping, items(tree.get("interactions")))):
        line = lines.get(at, 1)
        request, response = mapping(one.get("request")), mapping(one.get("response"))
        if request and response:
            yield _exchange(one, request, response, path, line)
        elif sample := next((pair for pair in _SAMPLES if pair[0] in one), None):
            yield _sample(mapping(one[sample[0]]), mapping(one.get(sample[1])), path, line)
        else:
            yield Left(path, line, _why(one))


def _why(one: Mapping[str, object]) -> str:
    if "direction" in one or one.get("kind") in ("message", "close"):
        return "is a frame of a WebSocket, no request with an answer"
    if "request" in one and "response" in one:
        return "has a request or a response that is empty or no mapping"
    return f"has no request and response, but {', '.join(sorted(one))[:100] or 'nothing'}"


def _exchange(
    one: Mapping[str, object], request: Mapping[str, object], response: Mapping[str, object], path: str, line: int
) -> Exchange:
    status = response.get("status")
    code = mapping(status).get("code") if is_mapping(status) else status
    if code is None:
        code = response.get("status_code")
    return Exchange(
        path,
        line,
        path,
        text(request.get("method")),
        text(request.get("uri")) or text(request.get("url")),
        _body(request),
        code if isinstance(code, int) else 0,
        _body(response),
        at=seconds(one.get("recorded_at")),
        headers=headers(response.get("headers")),
    )


def _body(part: Mapping[str, object]) -> object:
    if "parsed_body" in part:
        return part["parsed_body"]
    body = part.get("body", part.get("content"))
    return mapping(body).get("string", mapping(body).get("base64_string")) if is_mapping(body) else body


def headers(value: object) -> dict[str, str]:
    """Returns headers by their names in lower case; of several values the first; given by name or as pairs."""
    found: dict[str, str] = {}
    for name, each in mapping(value).items():
        first = items(each)[0] if is_list(each) and each else each
        if isinstance(first, str):
            found[name.lower()] = first
    for pair in map(mapping, items(value)):
        found.setdefault(text(pair.get("name")).lower(), text(pair.get("value")))
    return found


def _sample(request: Mapping[str, object], response: Mapping[str, object], path: str, line: int) -> Exchange:
    """Returns what a recording of xAI's client holds: messages of gRPC, decoded to JSON."""
    answer = response.get("chunks_json", response.get("json"))
    last = items(answer)[-1] if is_list(answer) and answer else answer
    created = mapping(mapping(last).get("chunk") or last).get("created")
    return Exchange(path, line, path, "POST", _XAI, request.get("json"), 200, answer, at=seconds(created))
