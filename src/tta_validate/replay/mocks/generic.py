"""Answers a protocol that nobody knows from recorded bytes: the same bytes, else nearly the same ones."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import ClassVar

from tta_validate.recordings.fields import items, mapping, pick, text
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock import Difference, Entry, Ledger, Options
from tta_validate.replay.mock_book import Book, Query
from tta_validate.replay.mock_bytes import LARGEST
from tta_validate.replay.mock_values import shown, without_volatile
from tta_validate.replay.plan import Address
from tta_validate.replay.redact import redacted_text

_PART = 1 << 16
_PAUSE = 0.15
"""Seconds after which a client that sends nothing more is taken to wait for an answer."""
_NEARLY = 0.9
_COMPARED = 4096


class GenericServer:
    """The server of the kind ``Generic``; it is meant for every port that no other protocol answers for."""

    kinds: ClassVar[tuple[str, ...]] = ("Generic",)
    hooked: ClassVar[bool] = False
    fixed_ports: ClassVar[bool] = False

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self._ledger = ledger
        self._book = Book(ledger, "message")
        self._answers: dict[Entry, bytes] = {}
        self._asked: list[tuple[Entry, bytes]] = []
        for entry in ledger.of(self.kinds):
            asked, answer = (
                _data(entry.mock, *names)
                for names in (("genericrequests", "RequestBin"), ("genericresponses", "ResponseBin"))
            )
            self._book.add(entry, _query(asked))
            self._answers[entry] = answer
            self._asked.append((entry, asked))

    def origins(self) -> Sequence[Address]:
        """Returns the addresses that were recorded, and any other where one was not."""
        found = {_origin(entry.mock): None for entry, _ in self._asked}
        return tuple(found)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Address | None) -> None:
        """Answers one connection; bytes without a recorded answer end it."""
        greeting = self._book.exact(_query(b"")) if any(not asked for _, asked in self._asked) else None
        if greeting is not None:
            self._book.note(_query(b""), greeting, "exact")
            writer.write(self._answers[greeting])
        while True:
            await writer.drain()
            data = await self._whole(reader)
            if not data:
                return
            entry = self._find(data)
            if entry is None:
                return
            writer.write(self._answers[entry])

    async def _whole(self, reader: asyncio.StreamReader) -> bytes:
        """Returns what the client sends until it is a recorded message, or until it pauses."""
        data = await reader.read(_PART)
        while data and len(data) < LARGEST and self._book.exact(_query(data)) is None:
            try:
                async with asyncio.timeout(_PAUSE):
                    part = await reader.read(_PART)
            except TimeoutError:
                if not any(asked.startswith(data) for _, asked in self._asked):
                    return data
                part = await reader.read(_PART)
            if not part:
                return data
            data += part
        return data

    def _find(self, data: bytes) -> Entry | None:
        query = _query(data)
        entry = self._book.exact(query)
        if entry is not None:
            self._book.note(query, entry, "exact")
            return entry
        told = _readable(data)
        plain = without_volatile(told[:_COMPARED]) + told[_COMPARED:]
        candidates = {one: _readable(asked) for one, asked in self._asked if asked}
        same = [
            one for one, text in candidates.items() if without_volatile(text[:_COMPARED]) + text[_COMPARED:] == plain
        ]
        entry = self._ledger.choose(same)
        near = {one: _likeness(text, told) for one, text in candidates.items()} if entry is None else {}
        best = max(near.values(), default=0.0)
        if entry is None and best >= _NEARLY:
            entry = self._ledger.choose([one for one, score in near.items() if score == best])
        if entry is None:
            self._book.miss(query)
            return None
        difference = Difference("bytes", *(shown(redacted_text(one)) for one in (candidates[entry], told)))
        self._book.note(query, entry, "volatile" if same else "structural", [difference])
        return entry


def _likeness(one: str, other: str) -> float:
    if not 0.5 < (len(one) + 1) / (len(other) + 1) < 2:
        return 0.0
    return round(SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False).ratio(), 3)


def _query(data: bytes) -> Query:
    return Query(_readable(data[:500]), data)


def _readable(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _origin(mock: Mock) -> Address:
    metadata = dict(mock.metadata)
    host, _, port = metadata.get("destination", "").rpartition(":")
    return (host.lower(), int(port)) if host and port.isdigit() else ("*", 0)


def _data(mock: Mock, *names: str) -> bytes:
    found: list[bytes] = []
    for turn in items(pick(mock.spec, *names)):
        for message in items(mapping(turn).get("message")):
            fields = mapping(message)
            data = fields.get("data")
            if isinstance(data, bytes):
                found.append(data)
            elif text(fields.get("type")) == "binary":
                try:
                    found.append(base64.b64decode(text(data)))
                except binascii.Error:
                    continue
            else:
                found.append(text(data).encode("utf-8", "surrogateescape"))
    return b"".join(found)


SERVER = GenericServer
