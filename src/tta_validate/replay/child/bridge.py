"""Serves a WSGI or ASGI app over an inherited socket: ``bridge.py FOLDER MODULE:APP DESCRIPTOR``.

A frame is two lengths (big-endian, 4 bytes each), a JSON head and a body. Requests carry an ``id`` that their answer
repeats; a head with ``abandon`` gives a request up. One request runs at a time, in the main thread, as in a development
server; an abandoned one is left behind and the next runs in a new thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import io
import json
import os
import queue
import socket
import struct
import sys
import threading
import traceback
import urllib.parse
from email.utils import formatdate
from typing import Any, Iterable

_LENGTHS = struct.Struct(">II")


class Channel:
    """Frames over the inherited socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = connection.makefile("rb")
        self._lock = threading.Lock()

    def receive(self) -> tuple[dict[str, Any], bytes] | None:
        """Returns the next frame, None when the parent is gone."""
        lengths = self._reader.read(_LENGTHS.size)
        if len(lengths) < _LENGTHS.size:
            return None
        head, body = _LENGTHS.unpack(lengths)
        return json.loads(self._reader.read(head).decode("utf-8")), self._reader.read(body)

    def send(self, head: dict[str, Any], body: bytes = b"") -> None:
        """Writes a frame; the threads take turns."""
        raw = json.dumps(head).encode("utf-8")
        with self._lock:
            self._connection.sendall(_LENGTHS.pack(len(raw), len(body)) + raw + body)

    def answer(self, head: dict[str, Any], status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Sends the answer to a request, with the headers that any server adds."""
        names = {name.lower() for name, _ in headers}
        if "date" not in names:
            headers = [*headers, ("Date", formatdate(usegmt=True))]
        if "server" not in names:
            headers = [*headers, ("Server", "tta-replay")]
        body = b"" if head["method"] == "HEAD" else body
        self.send({"id": head["id"], "status": status, "headers": headers}, body)

    def broke(self, head: dict[str, Any]) -> None:
        """Sends what a server answers when the app raises, and prints the traceback."""
        traceback.print_exc()
        self.answer(head, 500, [("Content-Type", "text/plain")], b"Internal Server Error")


def load(target: str) -> Any:
    """Returns the app that ``module:attribute`` names; ``module:factory()`` calls a factory."""
    name, _, path = target.partition(":")
    found: Any = importlib.import_module(name)
    calls = path.endswith("()")
    for part in (path[:-2] if calls else path or "app").split("."):
        found = getattr(found, part)
    return found() if calls else found


def is_asgi(app: Any) -> bool:
    """Tells an ASGI app from a WSGI one: calling it gives a coroutine."""
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)


def _host(head: dict[str, Any]) -> tuple[str, str]:
    host = next((value for name, value in head["headers"] if name.lower() == "host"), "localhost")
    name, _, port = host.rpartition(":") if host.rpartition(":")[2].isdigit() else (host, "", "80")
    return name, port


def environ(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Returns the environment of a WSGI call (PEP 3333)."""
    path, _, query = head["target"].partition("?")
    name, port = _host(head)
    found: dict[str, Any] = {
        "REQUEST_METHOD": head["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": urllib.parse.unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": head["target"],
        "RAW_URI": head["target"],
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "0",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for key, value in head["headers"]:
        raw = value.encode("utf-8", "surrogateescape").decode("latin-1")
        upper = key.upper().replace("-", "_")
        if upper in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            found[upper] = raw
        else:
            joined = "; " if upper == "COOKIE" else ","
            name = "HTTP_" + upper
            found[name] = found[name] + joined + raw if name in found else raw
    return found


def _call_wsgi(app: Any, channel: Channel, head: dict[str, Any], body: bytes) -> None:
    started: list[Any] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        started[:] = [int(status[:3]), [(str(name), str(value)) for name, value in headers]]
        return written.append

    result: Iterable[bytes] | None = None
    try:
        result = app(environ(head, body), start_response)
        written.extend(result or ())
        channel.answer(head, started[0], started[1], b"".join(written))
    except Exception:
        channel.broke(head)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()


def serve_wsgi(app: Any, channel: Channel) -> None:
    """Answers requests until the parent is gone."""
    waiting: queue.Queue[tuple[dict[str, Any], bytes] | None] = queue.Queue()
    current: dict[str, Any] = {"id": None}

    def work(turn: dict[str, Any]) -> None:
        while turn["mine"]:
            frame = waiting.get()
            if frame is None:
                return
            current["id"], current["turn"] = frame[0]["id"], turn
            _call_wsgi(app, channel, frame[0], frame[1])

    def read() -> None:
        for frame in iter(channel.receive, None):
            if "abandon" not in frame[0]:
                waiting.put(frame)
            elif frame[0]["abandon"] == current["id"]:
                current["turn"]["mine"] = False
                threading.Thread(target=work, args=({"mine": True},), daemon=True).start()
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    work({"mine": True})
    threading.Event().wait()


class Asgi:
    """An ASGI app on a loop (ASGI 3.0, HTTP and lifespan)."""

    def __init__(self, app: Any, channel: Channel) -> None:
        self._app = app
        self._channel = channel
        self._tasks: dict[int, Any] = {}
        self._state: dict[str, Any] = {}

    async def serve(self, ready: Any) -> None:
        """Starts the app, answers requests until the parent is gone, and lets the app end."""
        events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        life = asyncio.ensure_future(self._lifespan(events, told))
        await events.put({"type": "lifespan.startup"})
        first = await told.get()
        if first["type"] == "lifespan.startup.failed":
            raise RuntimeError("the app's startup failed: " + str(first.get("message", "")))
        ready()
        loop = asyncio.get_running_loop()
        gone = loop.create_future()
        threading.Thread(target=self._read, args=(loop, gone), daemon=True).start()
        await gone
        await events.put({"type": "lifespan.shutdown"})
        await asyncio.wait([life], timeout=2)

    async def _lifespan(self, events: Any, told: Any) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        # ASGI: an app that raises on the lifespan scope does without it.
        with contextlib.suppress(Exception):
            await self._app(scope, events.get, told.put)
        await told.put({"type": "lifespan.none"})

    def _read(self, loop: Any, gone: Any) -> None:
        for head, body in iter(self._channel.receive, None):
            loop.call_soon_threadsafe(self._begin, head, body)
        loop.call_soon_threadsafe(gone.set_result, None)

    def _begin(self, head: dict[str, Any], body: bytes) -> None:
        if "abandon" in head:
            task = self._tasks.pop(head["abandon"], None)
            if task is not None:
                task.cancel()
            return
        task = asyncio.ensure_future(self._call(head, body))
        self._tasks[head["id"]] = task
        task.add_done_callback(lambda _: self._tasks.pop(head["id"], None))

    async def _call(self, head: dict[str, Any], body: bytes) -> None:
        path, _, query = head["target"].partition("?")
        name, port = _host(head)
        raw = [
            (key.lower().encode("latin-1"), value.encode("utf-8", "surrogateescape")) for key, value in head["headers"]
        ]
        if body and b"content-length" not in dict(raw):
            raw.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": head["method"],
            "scheme": "http",
            "path": urllib.parse.unquote(path),
            "raw_path": path.encode("utf-8"),
            "query_string": query.encode("utf-8"),
            "root_path": "",
            "headers": raw,
            "client": ("127.0.0.1", 0),
            "server": (name, int(port)),
            "state": dict(self._state),
        }
        incoming: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
        ended = asyncio.Event()
        answer: dict[str, Any] = {"status": 0, "headers": [], "body": []}

        async def receive() -> dict[str, Any]:
            if incoming:
                return incoming.pop()
            await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                answer["headers"] = [
                    (key.decode("latin-1").title(), value.decode("latin-1"))
                    for key, value in message.get("headers", [])
                ]
            elif message["type"] == "http.response.body" and not ended.is_set():
                answer["body"].append(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    ended.set()
                    self._channel.answer(head, answer["status"], answer["headers"], b"".join(answer["body"]))

        try:
            await self._app(scope, receive, send)
            if not ended.is_set():
                raise RuntimeError("the app ended without an answer")
        except Exception:
            if ended.is_set():
                traceback.print_exc()
            else:
                self._channel.broke(head)


def main() -> None:
    """Imports the app and serves it."""
    folder, target, descriptor = sys.argv[1:4]
    sys.path[0] = folder
    channel = Channel(socket.socket(fileno=int(descriptor)))
    app = load(target)

    def ready() -> None:
        channel.send({"ready": True})

    if is_asgi(app):
        asyncio.run(Asgi(app, channel).serve(ready))
    else:
        ready()
        serve_wsgi(app, channel)


if __name__ == "__main__":
    main()
