"""Answers HTTP and HTTPS calls from recorded exchanges: the same call, else one of the same shape, else a miss."""

import asyncio
import difflib
import re
from collections.abc import Sequence
from typing import ClassVar

from tta_validate.recordings.model import Response
from tta_validate.replay.coding import packed
from tta_validate.replay.mock import Difference, Entry, How, Ledger, Missed, Options
from tta_validate.replay.mock_calls import Call, differences, only_volatile, recorded_call, sent_call
from tta_validate.replay.mock_forward import forward
from tta_validate.replay.mock_wire import Incoming, NotHttp, Outgoing, read_request, write_answer
from tta_validate.replay.plan import Address

_TELEMETRY = re.compile(r"/v1/(traces|metrics|logs)|/api/\d+/(envelope|store)/?|/v2/track|/ingest/otlp/.*")
_COOKIES = re.compile(r",(?=\s*[\w!#$%&'*+.^`|~-]+=)")
_CLOSEST_OF = 400


class HttpServer:
    """The server of the kind ``Http``; its calls are compared by method, host, path, query and body."""

    kinds: ClassVar[tuple[str, ...]] = ("Http",)
    hooked: ClassVar[bool] = True
    fixed_ports: ClassVar[bool] = False

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self._ledger = ledger
        self._options = options
        self._calls: dict[Entry, Call] = {}
        self._same: dict[object, list[Entry]] = {}
        self._shaped: dict[object, list[Entry]] = {}
        self._elsewhere: dict[object, list[Entry]] = {}
        self._noisy: list[Entry] = []
        for entry in ledger.of(self.kinds):
            call, response = recorded_call(entry.mock), entry.mock.response
            if call is None or response is None or not 100 < response.status < 1000:
                continue
            entry.label = f"{entry.mock.name} ({call})"
            self._calls[entry] = call
            self._same.setdefault(call.key, []).append(entry)
            self._shaped.setdefault(call.shape, []).append(entry)
            self._elsewhere.setdefault(call.hostless, []).append(entry)
            if entry.mock.noise:
                self._noisy.append(entry)

    def origins(self) -> Sequence[Address]:
        """Returns every recorded host with its port, 80 and 443 where none was recorded."""
        found: dict[Address, None] = {}
        for call in self._calls.values():
            name, colon, port = call.host.rpartition(":")
            if colon and port.isdigit():
                found[name, int(port)] = None
            elif call.host:
                found[call.host, 80] = found[call.host, 443] = None
        return tuple(found)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Address | None) -> None:
        """Answers the requests of one connection; a call without an answer gets a 502 and the end of the connection."""
        scheme = ""
        while True:
            try:
                request = await read_request(reader, writer, scheme, origin)
            except NotHttp as error:
                call = f"a connection to {origin[0]}:{origin[1]}" if origin else "a connection"
                self._ledger.missed(Missed(call, None, str(error)))
                return
            if request is None:
                return
            scheme, origin = request.scheme, request.origin
            answer, close = await self._answer(request)
            close = close or not request.keeps_alive
            await write_answer(writer, request, answer, close=close)
            if close:
                return

    async def _answer(self, request: Incoming) -> tuple[Outgoing, bool]:
        call = sent_call(request)
        found = self._find(call)
        if found is not None:
            entry, how, differing = found
            self._ledger.served(str(call), entry, how, differing)
            response = entry.mock.response
            assert response is not None
            return outgoing(response), False
        if self._options.made_up_telemetry and request.method == "POST" and _TELEMETRY.fullmatch(call.path):
            self._ledger.served(str(call), None, "made-up")
            return Outgoing(200, (("Content-Type", "application/json"),), (b"{}",)), False
        bypassed = any(_bypasses(rule, call) for rule in self._options.bypass)
        through = bypassed or self._options.on_miss == "pass-through"
        miss = self._miss(call, passed_through=through)
        if not bypassed:
            self._ledger.missed(miss)
        if through:
            return await asyncio.to_thread(forward, request), True
        text = f"tta-validate: {miss}\n".encode()
        return Outgoing(502, (("Content-Type", "text/plain; charset=utf-8"),), (text,)), True

    def _find(self, call: Call) -> tuple[Entry, How, Sequence[Difference]] | None:
        same = self._same.get(call.key) or self._same.get(Call(call.method, "", "", *_rest(call)).key)
        entry = self._ledger.choose(same or ())
        if entry is not None:
            return entry, "exact", ()
        quiet = [one for one in self._noisy if _equal_but_noise(self._calls[one], call, one.mock.noise)]
        entry = self._ledger.choose(quiet)
        if entry is not None:
            return entry, "volatile", differences(self._calls[entry], call)
        shaped = self._ledger.own(self._shaped.get(call.shape, ()))
        alike = [one for one in shaped if only_volatile(self._calls[one], call)]
        entry = self._ledger.choose(alike)
        if entry is not None:
            return entry, "volatile", differences(self._calls[entry], call)
        entry = self._nearest(shaped, call) or self._ledger.choose(self._elsewhere.get(call.hostless, ()))
        return None if entry is None else (entry, "structural", differences(self._calls[entry], call))

    def _nearest(self, shaped: Sequence[Entry], call: Call) -> Entry | None:
        """Returns whose turn it is among the entries with the fewest differing values."""
        counts = {entry: len(differences(self._calls[entry], call)) for entry in shaped[:_CLOSEST_OF]}
        fewest = min(counts.values(), default=0)
        return self._ledger.choose([entry for entry, count in counts.items() if count == fewest])

    def _miss(self, call: Call, *, passed_through: bool) -> Missed:
        near = [entry for entry, one in self._calls.items() if (one.method, one.path) == (call.method, call.path)]
        hosted = [entry for entry, one in self._calls.items() if one.host == call.host]
        some = [*near[:_CLOSEST_OF], *hosted[:_CLOSEST_OF]] or list(self._calls)[:_CLOSEST_OF]
        closest = max(some, key=lambda entry: _likeness(self._calls[entry], call), default=None)
        if closest is None:
            return Missed(str(call), None, "no HTTP call was recorded", passed_through=passed_through)
        differing = differences(self._calls[closest], call)[:6]
        return Missed(str(call), None, "", closest.label, differing, passed_through)


def _rest(call: Call) -> tuple[str, tuple[tuple[str, str], ...], dict[str, str]]:
    return call.path, call.query, dict(call.body)


def _equal_but_noise(recorded: Call, sent: Call, noise: Sequence[str]) -> bool:
    """Compares two calls but for noisy paths; a path without ``body.`` counts as one of the body."""
    if (recorded.method, recorded.host, recorded.path) != (sent.method, sent.host, sent.path):
        return False
    paths = [path.removeprefix("body.").lower() for path in noise]

    def matters(name: str) -> bool:
        plain = re.sub(r"\[\d+\]", "", name).lower()
        return not any(plain == path or plain.startswith(f"{path}.") for path in paths)

    bodies = ({name: value for name, value in one.body.items() if matters(name)} for one in (recorded, sent))
    queries = (
        sorted(pair for pair in one.query if f"query.{pair[0]}".lower() not in paths) for one in (recorded, sent)
    )
    return next(bodies) == next(bodies) and next(queries) == next(queries)


def _bypasses(rule: object, call: Call) -> bool:
    if not isinstance(rule, dict):
        return False
    host, path, port = (str(rule.get(name) or "") for name in ("host", "path", "port"))  # pyright: ignore
    name, _, at = call.host.partition(":")
    names = ("localhost", "127.0.0.1") if name == "localhost" else (name,)
    try:
        fits = any(re.search(host, one) for one in names) and re.search(path, call.path)
    except re.error:
        return False
    return bool(fits and (host or path or port) and port in ("", "0", at or {"https": "443"}.get(call.scheme, "80")))


def _likeness(recorded: Call, sent: Call) -> float:
    path = difflib.SequenceMatcher(None, recorded.path, sent.path, autojunk=False).ratio()
    same = 2.0 * (recorded.host == sent.host) + (recorded.method == sent.method) + 4 * path
    names = {*recorded.body, *sent.body, *dict(recorded.query), *dict(sent.query)}
    return same - len(differences(recorded, sent)) / (len(names) + 1)


def outgoing(response: Response) -> Outgoing:
    """Returns a recorded answer as it is sent: a stream event by event, cookies one a line."""
    body = response.body if isinstance(response.body, bytes) else response.body.encode("utf-8", "surrogateescape")
    events = (response.header("Content-Type") or "").startswith("text/event-stream")
    headers = tuple(
        (name, one.strip())
        for name, value in response.headers
        for one in (_COOKIES.split(value) if name.lower() == "set-cookie" else (value,))
    )
    encoding = response.header("Content-Encoding") or ""
    if encoding:
        coded = packed(body, encoding)
        if coded is None and isinstance(response.body, str):
            # Keploy keeps the plain text; a coding that we cannot make is not promised.
            headers = tuple((name, value) for name, value in headers if name.lower() != "content-encoding")
        return Outgoing(response.status, headers, (body if coded is None else coded,))
    if not events and not response.chunks:
        return Outgoing(response.status, headers, (body,))
    parts = re.findall(rb".+?(?:\r?\n\r?\n|\Z)" if events else rb".*?\n|.+\Z", body, re.DOTALL)
    return Outgoing(response.status, headers, tuple(parts), chunked=True)


SERVER = HttpServer
