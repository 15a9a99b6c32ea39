"""Answers MongoDB's clients from recorded commands; a command is compared value by value, whatever wrote it."""

import asyncio
import base64
import binascii
import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

from tta_validate.recordings.fields import integer, items, mapping, text
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock import Difference, Entry, How, Ledger, Options, recorded_at
from tta_validate.replay.mock_book import Book, Query
from tta_validate.replay.mock_bytes import Garbled, garbled
from tta_validate.replay.mock_values import alike_inside, shown
from tta_validate.replay.mongo_bson import leaves
from tta_validate.replay.mongo_wire import Command, Login, read_command, reply
from tta_validate.replay.plan import Address
from tta_validate.replay.redact import redacted

_HELLO = frozenset(("hello", "ismaster"))
_MADE_UP: dict[str, dict[str, object]] = {
    "ping": {},
    "endsessions": {},
    "killcursors": {},
    "logout": {},
    "committransaction": {},
    "aborttransaction": {},
    "buildinfo": {"version": "7.0.0", "versionArray": [7, 0, 0, 0], "maxBsonObjectSize": 16777216},
}
_KEPT_OF_HELLO = ("setName", "hosts", "primary", "me", "setVersion", "electionId", "msg", "maxWireVersion")
_ASIDE = frozenset(
    (
        *("lsid", "$clusterTime", "txnNumber", "$readPreference", "startTransaction", "autocommit"),
        *("apiVersion", "apiStrict", "apiDeprecationErrors", "$db", "maxTimeMS"),
    )
)
_SECTION = re.compile(r"\{ SectionSingle msg: (.*) \}\s*$", re.DOTALL)
_LIST = re.compile(r"\{ SectionSingle identifier: (\S+) , msgs: (\[.*\]) \}\s*$", re.DOTALL)
_ENOUGH = 0.5


class MongoServer:
    """The server of the kind ``Mongo``. A client that logs in needs the password that it was given, see `Options`."""

    kinds: ClassVar[tuple[str, ...]] = ("Mongo",)
    hooked: ClassVar[bool] = False
    fixed_ports: ClassVar[bool] = True

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self._ledger = ledger
        self._password = options.mongo_password
        self._book = Book(ledger, "command")
        self._answers: dict[Entry, Mapping[str, object]] = {}
        self._alike: dict[tuple[str, str], list[tuple[Entry, Query]]] = {}
        self._hello: Mapping[str, object] = {}
        self._entries = ledger.of(self.kinds)
        for entry in self._entries:
            self._add(entry)

    def origins(self) -> Sequence[Address]:
        """Returns where the servers were, and the protocol's own port on any host, for most recordings do not say."""
        return recorded_at(self._entries, 27017)

    def _add(self, entry: Entry) -> None:
        asked, answer = _recorded(entry.mock)
        name = next(iter(asked), "").lower()
        if name in _HELLO and answer:
            self._hello = self._hello or answer
        elif name and answer and not name.startswith("sasl"):
            query = _query(asked)
            self._book.add(entry, query)
            self._answers[entry] = answer
            self._alike.setdefault(_target(asked), []).append((entry, query))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Address | None) -> None:
        """Answers the commands of one connection; one without a recorded answer gets an error."""
        login = Login(self._password)
        while True:
            try:
                command = await read_command(reader)
                answer = self._answer(command, login)
            except Garbled as error:
                garbled(self._ledger, "MongoDB", error, origin)
                return
            if command.answered:
                writer.write(reply(command, answer))
                await writer.drain()

    def _answer(self, command: Command, login: Login) -> Mapping[str, object]:
        name = command.name.lower()
        if name in _HELLO:
            return self._greeting(command, login)
        if name == "saslstart":
            return login.start(text(command.document.get("mechanism")), _payload(command.document))
        if name == "saslcontinue":
            return login.proceed(_payload(command.document))
        query = _query(command.document)
        entry = self._book.exact(query)
        if entry is not None:
            self._book.note(query, entry, "exact")
            return self._answers[entry]
        if name in _MADE_UP:
            return {**_MADE_UP[name], "ok": 1.0}
        found = self._book.find(query)
        if found is None:
            found = self._likest(command.document, query)
        if found is not None:
            entry, how, differing = found
            self._book.note(query, entry, how, differing)
            return self._answers[entry]
        miss = self._book.missed(query)
        self._ledger.missed(miss)
        return {"ok": 0.0, "errmsg": f"tta-validate: {miss}", "code": 8000, "codeName": "NoRecordedAnswer"}

    def _greeting(self, command: Command, login: Login) -> dict[str, object]:
        found: dict[str, object] = {
            "helloOk": True,
            "ismaster": True,
            "isWritablePrimary": True,
            "maxBsonObjectSize": 16777216,
            "maxMessageSizeBytes": 48000000,
            "maxWriteBatchSize": 100000,
            "localTime": {"$date": {"$numberLong": str(time.time_ns() // 1_000_000)}},
            "logicalSessionTimeoutMinutes": 30,
            "connectionId": 1,
            "minWireVersion": 0,
            "maxWireVersion": 21,
            "readOnly": False,
            **{name: self._hello[name] for name in _KEPT_OF_HELLO if name in self._hello},
        }
        if "saslSupportedMechs" in command.document:
            found["saslSupportedMechs"] = ["SCRAM-SHA-1", "SCRAM-SHA-256"]
        early = command.document.get("speculativeAuthenticate")
        if isinstance(early, dict):
            first = cast("dict[str, object]", early)
            if text(first.get("mechanism")).startswith("SCRAM"):
                found["speculativeAuthenticate"] = login.start(text(first["mechanism"]), _payload(first))
        return {**found, "ok": 1.0}

    def _likest(self, document: Mapping[str, object], query: Query) -> tuple[Entry, How, Sequence[Difference]] | None:
        """Returns the recorded command on the same collection that has most values in common, where that is half."""
        candidates = dict(self._alike.get(_target(document), ()))
        sent = dict(query.values)
        scores: dict[Entry, float] = {}
        for entry in self._ledger.own(candidates) or list(candidates):
            recorded = dict(candidates[entry].values)
            same = sum(sent.get(name) == value for name, value in recorded.items())
            scores[entry] = round(same / len({*sent, *recorded}), 3)
        best = max(scores.values(), default=0.0)
        entry = self._ledger.choose([one for one, score in scores.items() if score == best])
        if entry is None or best < _ENOUGH:
            return None
        return entry, "structural", _between(dict(candidates[entry].values), sent)


def _between(recorded: Mapping[str, str], sent: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(
            name, *(shown(redacted(name, values[name])) if name in values else "nothing" for values in (recorded, sent))
        )
        for name in dict.fromkeys((*recorded, *sent))
        if recorded.get(name) != sent.get(name) and not alike_inside(recorded.get(name, ""), sent.get(name, ""))
    ]


def _target(document: Mapping[str, object]) -> tuple[str, str]:
    name = next(iter(document), "")
    collection = document.get("collection") if name == "getMore" else document.get(name)
    return name.lower(), f"{text(document.get('$db'))}.{collection if isinstance(collection, str) else ''}"


def _query(document: Mapping[str, object]) -> Query:
    name = next(iter(document), "")
    values = [one for key, value in document.items() if key not in _ASIDE for one in leaves(value, key)]
    told = " ".join(f"{path}={redacted(path, value[:60])}" for path, value in values[1:])
    command, collection = _target(document)
    shape = command, collection, tuple(sorted(path for path, _ in values))
    return Query(f"{name} {collection} {told}".strip(), shape, tuple(sorted(values)), command in _MADE_UP)


def _payload(document: Mapping[str, object]) -> bytes:
    value = document.get("payload")
    inner = cast("dict[str, object]", value).get("$binary") if isinstance(value, dict) else None
    try:
        return base64.b64decode(text(mapping(inner).get("base64")))
    except binascii.Error:
        return b""


def _recorded(mock: Mock) -> tuple[dict[str, object], dict[str, object]]:
    """Returns the command of a mock and its answer, empty where they cannot be read."""
    sides: list[dict[str, object]] = []
    for name in ("requests", "responses"):
        packet = mapping(next(iter(items(mock.spec.get(name))), None))
        try:
            sides.append(_document(packet))
        except (ValueError, RecursionError):
            sides.append({})
    return sides[0], sides[1]


def _document(packet: Mapping[str, object]) -> dict[str, object]:
    message = mapping(packet.get("message"))
    opcode = integer(mapping(packet.get("header")).get("Opcode"))
    if opcode == 2004:
        return _object(text(message.get("query")))
    if opcode == 1:
        return _object(text(next(iter(items(message.get("documents"))), "")))
    found: dict[str, object] = {}
    for section in map(text, items(message.get("sections"))):
        single, several = _SECTION.match(section), _LIST.match(section)
        if several:
            found[several[1]] = json.loads(several[2])
        elif single:
            found = {**_object(single[1]), **found}
    return found


def _object(source: str) -> dict[str, object]:
    found = json.loads(source)
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


SERVER = MongoServer
