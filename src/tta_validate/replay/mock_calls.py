"""HTTP calls in a form that can be compared: equal keys for the same call, equal shapes for one with other values."""

import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from tta_validate.recordings.model import Mock
from tta_validate.replay.coding import unpacked
from tta_validate.replay.mock import Difference
from tta_validate.replay.mock_values import alike, shown
from tta_validate.replay.mock_wire import Incoming
from tta_validate.replay.redact import redacted, redacted_text

_DYNAMIC = re.compile(r"\d+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}|(?=\w*\d)[\w-]{16,}", re.I)
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.I)
_LOOPBACK = ("127.0.0.1", "[::1]", "::1")

Leaves = dict[str, str]
"""Values by their path in a body."""


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP call. ``host`` has its port where that is not the default; ``body`` maps paths to values."""

    method: str
    scheme: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Mapping[str, str]

    @property
    def key(self) -> tuple[object, ...]:
        """What is equal for the same call."""
        return (*self._place, tuple(sorted(self.query)), frozenset(self.body.items()))

    @property
    def shape(self) -> tuple[object, ...]:
        """What is equal for calls that differ in values only."""
        path = tuple("*" if _DYNAMIC.fullmatch(part) else part for part in self.path.split("/"))
        names = tuple(sorted(name for name, _ in self.query))
        return self.method, self.host, path, names, frozenset(self.body)

    @property
    def hostless(self) -> tuple[object, ...]:
        """What is equal for the same call to another host."""
        return (self.method, *self.key[2:])

    @property
    def _place(self) -> tuple[str, str, str]:
        return self.method, self.host, self.path

    def __str__(self) -> str:
        query = "&".join(f"{name}={redacted(name, value)}" for name, value in self.query)
        scheme = f"{self.scheme}://" if self.scheme else ""
        return shown(f"{self.method} {scheme}{self.host}{self.path}{'?' + query if query else ''}", 200)


def recorded_call(mock: Mock) -> Call | None:
    """Returns the call that a mock answers, None for a mock that holds no request."""
    request = mock.request
    if request is None or not request.method:
        return None
    url = _split(request.url)
    body = request.body if isinstance(request.body, bytes) else request.body.encode("utf-8", "surrogateescape")
    host = _host(url.netloc or request.header("Host") or "")
    leaves = _leaves(body, request.header("Content-Type") or "", request.header("Content-Encoding") or "")
    return Call(request.method.upper(), url.scheme, host, url.path or "/", _query(url.query), leaves)


def sent_call(request: Incoming) -> Call:
    """Returns the call of a request that came in, whether redirected, proxied or sent to a listener of its own."""
    url = _split(request.target)
    host = url.netloc or (f"{request.origin[0]}:{request.origin[1]}" if request.origin else request.header("Host"))
    scheme = url.scheme or request.scheme
    leaves = _leaves(request.body, request.header("Content-Type"), request.header("Content-Encoding"))
    return Call(request.method.upper(), scheme, _host(host), url.path or "/", _query(url.query), leaves)


def differences(recorded: Call, sent: Call) -> tuple[Difference, ...]:
    """Returns where two calls differ, in the order of a request; a missing value is ``nothing``."""
    found = [
        Difference(where, redacted_text(one), redacted_text(other))
        for where, one, other in (
            ("method", recorded.method, sent.method),
            ("host", recorded.host or "any", sent.host),
            ("path", recorded.path, sent.path),
        )
        if one != other and (where != "host" or recorded.host)
    ]
    found += _between("query", _named(recorded.query), _named(sent.query))
    found += _between("body", recorded.body, sent.body)
    return tuple(found)


def only_volatile(recorded: Call, sent: Call) -> bool:
    """Tells whether two calls of one shape differ in times, ids and tokens only."""
    pairs = [*zip(recorded.path.split("/"), sent.path.split("/"), strict=False)]
    pairs += [(value, dict(sent.query).get(name, "")) for name, value in recorded.query]
    pairs += [(value, sent.body.get(name, "")) for name, value in recorded.body.items()]
    return all(one == other or alike(one.strip('"'), other.strip('"')) for one, other in pairs)


def _between(where: str, recorded: Mapping[str, str], sent: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys((*recorded, *sent)):
        one, other = recorded.get(name), sent.get(name)
        if one != other:
            path = f"{where}.{name}" if name else where
            values = ("nothing" if value is None else shown(redacted(name, value)) for value in (one, other))
            yield Difference(path, *values)


def _named(query: tuple[tuple[str, str], ...]) -> Leaves:
    found: Leaves = {}
    for name, value in query:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _split(url: str) -> urllib.parse.SplitResult:
    absolute = "://" in url.partition("?")[0]
    try:
        found = urllib.parse.urlsplit(url if absolute else f"///{url[1:] if url[:1] == '/' else url}")
    except ValueError:
        return urllib.parse.SplitResult("", "", url, "", "")
    return found._replace(path=urllib.parse.unquote(found.path))


def _query(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(urllib.parse.parse_qsl(text, keep_blank_values=True, errors="replace"))


def _host(text: str) -> str:
    bare = text.lower().rpartition("@")[2]
    name, colon, port = bare.rpartition(":")
    if not colon or not port.isdigit():
        name, port = bare, ""
    name = "localhost" if name in _LOOPBACK else name
    return name if port in ("", "80", "443") else f"{name}:{port}"


def _leaves(body: bytes, content_type: str, encoding: str) -> Leaves:
    """Returns the values of a body by their paths: of JSON, of a form, of the parts of a multipart; else all of it."""
    plain = unpacked(body, encoding) if encoding else body
    if not plain:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _named(tuple(urllib.parse.parse_qsl(plain.decode("utf-8", "replace"), keep_blank_values=True)))
    boundary = _BOUNDARY.search(content_type) if kind.startswith("multipart/") else None
    if boundary:
        parts = plain.replace(b"\r\n", b"\n").split(b"--" + boundary[1].encode())[1:-1]
        return {f"part {number}": part.decode("utf-8", "replace") for number, part in enumerate(parts, 1)}
    if "json" in kind or plain.lstrip()[:1] in b"{[":
        try:
            return dict(_flat("", json.loads(plain)))
        except (ValueError, RecursionError):
            pass
    return {"": plain.decode("utf-8", "replace")}


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inner in cast("dict[str, object]", value).items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list) and value:
        for number, inner in enumerate(cast("list[object]", value)):
            yield from _flat(f"{path}[{number}]", inner)
    else:
        yield path, json.dumps(value, ensure_ascii=False)
