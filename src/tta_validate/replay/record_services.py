"""Relays to the databases that an app talks to: each connection goes through us as it is, and is kept."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from tta_validate.replay.loop_thread import LoopThread
from tta_validate.replay.mysql_wire import plain_greeting
from tta_validate.replay.plan import Address
from tta_validate.replay.record_taps import Tap

HOST = "127.0.0.1"
KINDS = ("redis", "postgres", "mysql", "mongo")
_PART = 1 << 16


class Relays(LoopThread):
    """Opens a relay for each server that the app asks for at ``control``. ``taps`` are its connections.

    ``left_out`` says what could not be recorded and why.
    """

    def __init__(self) -> None:
        self.taps: list[Tap] = []
        self.left_out: list[str] = []
        self._open: dict[tuple[str, str, int], int] = {}
        super().__init__("tta-record-services")
        self.control: Address = HOST, self.run(self._listen(self._told))

    async def _listen(self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> int:
        server = await asyncio.start_server(serve, HOST, 0, limit=1 << 16)
        self.servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _told(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers ``protocol host port`` with the port of a relay, or with an empty line."""
        words = (await reader.readline()).decode("utf-8", "replace").split()
        if len(words) == 3 and words[0] in KINDS and words[2].isdigit():
            key = words[0], words[1], int(words[2])
            if key not in self._open:
                self._open[key] = await self._listen(partial(self._serve, key))
            writer.write(f"{self._open[key]}".encode())
        writer.write(b"\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async def _serve(
        self, key: tuple[str, str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        kind, host, port = key
        try:
            up_reader, up_writer = await asyncio.open_connection(host, port)
        except OSError as error:
            self.left_out.append(f"a connection to {kind} at {host}:{port}: {error.strerror or error}")
            writer.close()
            return
        tap = Tap(kind, f"{host}:{port}", len(self.taps))
        self.taps.append(tap)
        try:
            if kind == "mysql":
                greeting = plain_greeting(await _packet(up_reader))
                tap.from_server(greeting)
                writer.write(greeting)
            there = asyncio.ensure_future(_pump(reader, up_writer, tap.from_client))
            back = asyncio.ensure_future(_pump(up_reader, writer, tap.from_server))
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            there.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tap.flush()
            writer.close()
            up_writer.close()


async def _packet(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return head + await reader.readexactly(int.from_bytes(head[:3], "little"))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: Callable[[bytes], None]) -> None:
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(_PART):
            keep(part)
            writer.write(part)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()
