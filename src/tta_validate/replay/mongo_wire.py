"""Messages of MongoDB's wire protocol, and how clients log in.

Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ and RFC 5802 (SCRAM), RFC 7677.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field

from tta_validate.replay.mock_bytes import Garbled, exactly
from tta_validate.replay.mongo_bson import Tree, decoded, encoded

OP_REPLY, OP_QUERY, OP_COMPRESSED, OP_MSG = 1, 2004, 2012, 2013
_CHECKSUM, _MORE_TO_COME = 1, 2
_ITERATIONS = 4096


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it came in; ``answered`` tells that the client waits for an answer."""

    number: int
    opcode: int
    document: dict[str, object]
    answered: bool = True

    @property
    def name(self) -> str:
        """The first key of the document, which is what is to be done."""
        return next(iter(self.document), "")


async def read_command(reader: asyncio.StreamReader) -> Command:
    """Returns the next command. Raises Garbled, and IncompleteReadError at the end of the connection."""
    size, number, _, opcode = struct.unpack("<iiii", await reader.readexactly(16))
    body = await exactly(reader, size - 16)
    return command_of(number, opcode, body)


def command_of(number: int, opcode: int, body: bytes) -> Command:
    """Returns the command in the body of a message. Raises Garbled."""
    try:
        if opcode == OP_MSG:
            flags, document = _sections(body)
            return Command(number, opcode, document, not flags & _MORE_TO_COME)
        if opcode == OP_QUERY:
            start = body.index(b"\0", 4) + 9
            (size,) = struct.unpack_from("<i", body, start)
            return Command(number, opcode, decoded(body[start : start + max(0, size)]))
    except (struct.error, ValueError):
        raise Garbled("a message that ends too early") from None
    raise Garbled(f"a message of the type {opcode}")


def _sections(body: bytes) -> tuple[int, dict[str, object]]:
    """Returns the flags, and the document with those of its further sections in it, as servers see it."""
    (flags,) = struct.unpack_from("<I", body, 0)
    end = len(body) - (4 if flags & _CHECKSUM else 0)
    at, document, lists = 4, dict[str, object](), dict[str, object]()
    while at < end:
        kind = body[at]
        (size,) = struct.unpack_from("<i", body, at + 1)
        part, at = body[at + 1 : at + 1 + size], at + 1 + size
        if size < 5 or at > end:
            raise Garbled("a message that ends too early")
        if kind == 0:
            document = decoded(part)
            continue
        inner = part.index(b"\0", 4)
        name, inner, documents = part[4:inner].decode("utf-8", "replace"), inner + 1, list[object]()
        while inner < len(part):
            (length,) = struct.unpack_from("<i", part, inner)
            documents.append(decoded(part[inner : inner + max(1, length)]))
            inner += length
        lists[name] = documents
    return flags, {**document, **lists}


def reply(command: Command, document: Tree) -> bytes:
    """Returns the answer to a command as it is sent."""
    data = encoded(document)
    body = struct.pack("<iqii", 8, 0, 0, 1) + data if command.opcode == OP_QUERY else struct.pack("<IB", 0, 0) + data
    opcode = OP_REPLY if command.opcode == OP_QUERY else OP_MSG
    return struct.pack("<iiii", len(body) + 16, 1, command.number, opcode) + body


@dataclass(slots=True)
class Login:
    """The server's side of SCRAM, which the client checks: it has to know the password."""

    password: str
    _mechanism: str = "SCRAM-SHA-256"
    _first: str = ""
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def start(self, mechanism: str, payload: bytes) -> dict[str, object]:
        """Returns the answer to the first message."""
        self._mechanism = mechanism
        bare = payload.decode("utf-8", "replace").partition(",,")[2]
        nonce = dict(part.split("=", 1) for part in bare.split(",") if "=" in part).get("r", "")
        salt = base64.b64encode(self._salt).decode()
        answer = f"r={nonce}{secrets.token_hex(12)},s={salt},i={_ITERATIONS}"
        self._first = f"{bare},{answer}"
        return _said(answer, done=False)

    def proceed(self, payload: bytes) -> dict[str, object]:
        """Returns the answer to the second message: the proof that the server knows the password."""
        if not payload:
            return _said("", done=True)
        final = payload.decode("utf-8", "replace").rpartition(",p=")[0]
        user = self._first.partition(",")[0].removeprefix("n=").replace("=2C", ",").replace("=3D", "=")
        kind = "sha1" if self._mechanism == "SCRAM-SHA-1" else "sha256"
        password = self.password
        if kind == "sha1":
            password = hashlib.md5(f"{user}:mongo:{password}".encode(), usedforsecurity=False).hexdigest()
        salted = hashlib.pbkdf2_hmac(kind, password.encode(), self._salt, _ITERATIONS)
        key = hmac.digest(salted, b"Server Key", kind)
        proof = base64.b64encode(hmac.digest(key, f"{self._first},{final}".encode(), kind)).decode()
        return _said(f"v={proof}", done=True)


def _said(text: str, *, done: bool) -> dict[str, object]:
    payload = {"$binary": {"base64": base64.b64encode(text.encode()).decode(), "subType": "00"}}
    return {"conversationId": 1, "done": done, "payload": payload, "ok": 1.0}
