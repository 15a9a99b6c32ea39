"""Recognises which exchanges went to a model, and what they were: provider, model, tokens, identity."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from hashlib import blake2b

import msgspec

from tta_validate.traffic.answers import Answer, answer
from tta_validate.traffic.bodies import decoded
from tta_validate.traffic.count import estimate
from tta_validate.traffic.exchange import Exchange, Left
from tta_validate.traffic.hosts import Directory, Endpoint
from tta_validate.traffic.prefixes import Block, blocks
from tta_validate.traffic.usage import Tokens, tokens
from tta_validate.traffic.values import is_list, is_mapping, mapping, number, text

_STREAM_OPTIONS = frozenset(("stream", "stream_options"))
_TIERS = frozenset(("default", "flex", "priority", "fast", "batch"))
_FETCHES = 100_000
_SORTED = msgspec.json.Encoder(order="sorted").encode


class Call(msgspec.Struct, frozen=True):
    """An exchange with a model.

    ``model`` is the one that answered, ``asked`` the one that was asked for. ``tokens`` are by the names of
    `traffic.usage`; ``estimated`` when the answer has no usage. ``key`` is equal for equal requests, ``blocks`` are the
    prefixes of the prompt that another request can share. ``pieces`` is the length of the whole prompt in the unit of
    the blocks. ``tier`` is the tier of service charged.
    """

    path: str
    line: int
    session: str
    provider: str
    host: str
    shape: str
    model: str
    asked: str
    status: int
    tokens: Tokens
    key: int
    blocks: tuple[Block, ...] = ()
    pieces: int = 0
    at: float | None = None
    seconds: float | None = None
    caller: str = ""
    tier: str = ""
    estimated: bool = False
    stream: bool = False
    embedding: bool = False
    tools: bool = False


class Recogniser:
    """Tells calls of models from other exchanges; ``hosts`` names the providers of further hosts."""

    def __init__(self, hosts: Mapping[str, str] | None = None) -> None:
        self._directory = Directory(hosts)
        self._fetched: set[str] = set()

    def recognise(self, exchange: Exchange) -> Call | Left:
        """Returns the call of a model, or why the exchange is none or in no figure."""
        endpoint = self._directory.endpoint(exchange.url)
        fetched = endpoint.shape == "fetched-response"
        if not endpoint.shape or exchange.method.upper() != ("GET" if fetched else "POST"):
            return _left(exchange, f"is no request to a model: {exchange.method.upper()} {_shown(endpoint)}")
        request = mapping(decoded(exchange.request, {}))
        value = decoded(exchange.response, exchange.headers)
        said = answer(endpoint.shape, value, exchange.headers)
        if not request and not said.usage:
            return _left(exchange, f"has neither a request that is JSON nor usage in the answer: {_shown(endpoint)}")
        model = said.model or text(request.get("model")) or endpoint.model
        if exchange.status < 400 and said.pending:
            return _left(exchange, "is not answered yet: the answer is fetched later")
        if fetched and not self._is_first(said):
            return _left(exchange, "fetches an answer that is counted elsewhere, or none")
        if not model and exchange.status < 400 and not said.usage:
            return _left(exchange, f"names no model: {_shown(endpoint)}")
        return _call(exchange, endpoint, (request, value, said), model)

    def _is_first(self, said: Answer) -> bool:
        if not said.usage or not said.id or said.id in self._fetched:
            return False
        if len(self._fetched) < _FETCHES:
            self._fetched.add(said.id)
        return True


def _call(exchange: Exchange, endpoint: Endpoint, bodies: tuple[dict[str, object], object, Answer], model: str) -> Call:
    request, value, said = bodies
    counted = tokens(said.shape, endpoint.provider, said.usage) if exchange.status < 400 else {}
    estimated = not counted and exchange.status < 400
    if estimated:
        counted = {"input_tokens": estimate(request)}
        if not endpoint.embedding:
            counted["output_tokens"] = _output(value)
    asked = text(request.get("model")) or endpoint.model
    digest = blake2b(f"{endpoint.host}{endpoint.path}".encode(), digest_size=8)
    digest.update(_identity(exchange, request))
    found, pieces = ((), 0) if endpoint.embedding else blocks(request, f"{endpoint.provider} {asked}")
    return Call(
        exchange.path,
        exchange.line,
        exchange.session,
        endpoint.provider,
        endpoint.host,
        said.shape,
        model,
        asked,
        exchange.status,
        counted,
        int.from_bytes(digest.digest()),
        found,
        pieces,
        exchange.at if exchange.at is not None else _moment(exchange.headers, value),
        exchange.seconds,
        exchange.caller,
        said.tier if said.tier in _TIERS else "",
        estimated,
        request.get("stream") is True or is_list(value) or "tream" in endpoint.path,
        endpoint.embedding,
        bool(request.get("tools") or request.get("toolConfig") or request.get("functions")),
    )


def _identity(exchange: Exchange, request: Mapping[str, object]) -> bytes:
    """Returns what is equal for equal requests; a request that is not recorded is equal to no other."""
    if not request:
        raw = exchange.request
        sent = raw.encode() if isinstance(raw, str) else raw
        return sent if isinstance(sent, bytes) and sent else f"{exchange.path}:{exchange.line}".encode()
    if not _STREAM_OPTIONS.isdisjoint(request):
        request = {key: value for key, value in request.items() if key not in _STREAM_OPTIONS}
    return _SORTED(request)


def _output(value: object) -> int:
    """Returns about how many tokens an answer has: the texts of its choices, contents and parts."""
    if is_list(value):
        return sum(map(_output, value))
    if not is_mapping(value):
        return 0
    kept = ("choices", "content", "candidates", "output", "message", "delta", "text", "response", "generation")
    return sum(estimate(value[key]) for key in kept if key in value)


def _moment(headers: Mapping[str, str], value: object) -> float | None:
    """Returns when an answer was made, from its ``Date`` or its own field of seconds; None where neither tells."""
    date = headers.get("date", "")
    if date:
        try:
            return parsedate_to_datetime(date).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
    last = value[-1] if is_list(value) and value else value
    whole = mapping(last)
    for around in (whole, mapping(whole.get("response"))):
        for key in ("created", "created_at"):
            if (found := number(around.get(key))) is not None and 1e9 < found < 1e10:
                return found
    return None


def _left(exchange: Exchange, reason: str) -> Left:
    return Left(exchange.path, exchange.line, reason)


def _shown(endpoint: Endpoint) -> str:
    return f"{endpoint.host}{endpoint.path}"[:200]
