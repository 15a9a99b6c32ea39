"""Sends requests to a WSGI or ASGI app that a child process of the project's own Python has imported."""

import json
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tta_validate.replay.app_exchange import LARGEST_BODY, Answer, AppDown, AppSettings, NoAnswer, Sending
from tta_validate.replay.app_process import Group
from tta_validate.replay.app_ready import ending

_LENGTHS = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a frame from the app; number and status are 0 in the one that says it is ready."""

    number: int
    status: int
    headers: tuple[tuple[str, str], ...]


class BridgeSender:
    """The parent's end of `child.bridge`; a request that times out is given up, and its answer thrown away."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = 0
        self._buffer = bytearray()

    def wait_until_ready(self, group: Group, settings: AppSettings) -> None:
        """Returns once the app is imported and started. Raises AppDown when it ends or the time is over."""
        try:
            self._receive(time.perf_counter() + settings.start_timeout)
        except NoAnswer as error:
            tail = group.tail.text(settle=0.0 if error.kind == "timeout" else 0.5)
            if error.kind == "timeout":
                raise AppDown(f"the app was not ready within {settings.start_timeout:g} seconds", tail) from None
            status = group.wait(1.0)
            raise AppDown(f"{settings.imported} cannot be served: its process ended {ending(status)}", tail) from None

    def send(self, sending: Sending, timeout: float) -> Answer:
        """Returns the answer. Raises NoAnswer when there is none within ``timeout`` seconds."""
        started = time.perf_counter()
        self._number += 1
        head = {
            "id": self._number,
            "method": sending.method,
            "target": sending.target,
            "headers": sending.headers,
        }
        try:
            self._write(head, sending.body, timeout)
            while True:
                answer, body = self._receive(started + timeout)
                if answer.number == self._number:
                    break
        except NoAnswer as error:
            if error.kind == "timeout":
                self._write({"abandon": self._number}, b"", timeout)
                raise NoAnswer("timeout", f"no answer within {timeout:g} seconds") from None
            raise
        return Answer(answer.status, "", answer.headers, body, time.perf_counter() - started)

    def close(self) -> None:
        """Closes the socket, which ends the app."""
        self._connection.close()

    def _write(self, head: Mapping[str, object], body: bytes, timeout: float) -> None:
        raw = json.dumps(head).encode()
        try:
            self._connection.settimeout(timeout)
            self._connection.sendall(_LENGTHS.pack(len(raw), len(body)) + raw + body)
        except TimeoutError:
            raise NoAnswer("closed", "the app does not read requests any more") from None
        except OSError as error:
            raise NoAnswer("closed", f"the app is gone: {error.strerror}") from None

    def _receive(self, deadline: float) -> tuple[_Head, bytes]:
        head, body = _LENGTHS.unpack(self._exactly(_LENGTHS.size, deadline))
        if body > LARGEST_BODY:
            raise NoAnswer("too-large", f"the app's answer is larger than {LARGEST_BODY // 2**20} MiB")
        values = json.loads(self._exactly(head, deadline))
        headers = tuple((str(name), str(value)) for name, value in values.get("headers", ()))
        return _Head(values.get("id", 0), values.get("status", 0), headers), self._exactly(body, deadline)

    def _exactly(self, size: int, deadline: float) -> bytes:
        while len(self._buffer) < size:
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([self._connection], [], [], left)[0]:
                raise NoAnswer("timeout", "no answer in time")
            try:
                part = self._connection.recv(1 << 18)
            except OSError:
                part = b""
            if not part:
                raise NoAnswer("closed", "the app ended without an answer")
            self._buffer += part
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def project_python(folder: str) -> str:
    """Returns the Python of a project: the one of its ``.venv``, of the active environment, or our own."""
    places = [Path(folder, ".venv"), *([Path(os.environ["VIRTUAL_ENV"])] if "VIRTUAL_ENV" in os.environ else [])]
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    found = (place.joinpath(*inside) for place in places)
    return next((str(path.absolute()) for path in found if path.exists()), sys.executable)
