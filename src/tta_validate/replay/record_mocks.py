"""What went over relays as mocks of a recording; each is read again by the mock server of its protocol."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tta_validate.recordings.model import Mock, Place
from tta_validate.replay.mock_bytes import Garbled
from tta_validate.replay.mongo_bson import decoded
from tta_validate.replay.mongo_wire import OP_MSG, OP_QUERY, OP_REPLY, Command, command_of
from tta_validate.replay.mysql_read import question as mysql_question
from tta_validate.replay.mysql_results import Packet, executed, failed, packet, prepared, results
from tta_validate.replay.mysql_wire import contents
from tta_validate.replay.postgres_read import question as postgres_question
from tta_validate.replay.postgres_wire import messages, parse_of
from tta_validate.replay.record_taps import Tap, Turn
from tta_validate.replay.redis_wire import commands

_PLACE = Place("", 1)
_REDIS_SETUP = frozenset((b"HELLO", b"AUTH", b"CLIENT", b"SELECT", b"PING", b"QUIT", b"RESET", b"READONLY"))
_MONGO_SETUP = frozenset(("hello", "ismaster", "ping", "saslstart", "saslcontinue", "endsessions", "buildinfo"))


def mocks_of(taps: Sequence[Tap]) -> list[Mock]:
    """Returns the mocks of all connections in the order of their time, without names."""
    found: list[Mock] = []
    for tap in taps:
        for mock in _MAKERS[tap.kind](tap):
            metadata = (*mock.metadata, ("connID", str(tap.number)), ("destination", tap.address))
            found.append(replace(mock, connection=str(tap.number), metadata=metadata))
    return sorted(found, key=lambda mock: mock.at or 0)


def _mock(kind: str, turn: Turn, spec: dict[str, object], *, quiet: bool) -> Mock:
    created = {"created": turn.began // 1_000_000_000}
    tag = "config" if quiet else "mocks"
    return Mock("", kind, _PLACE, {**spec, **created}, turn.began, turn.ended, metadata=(("type", tag),))


def _bytes(data: bytes) -> dict[str, object]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = ""
    if (data and not text) or not all(one.isprintable() or one in "\r\n\t" for one in text):
        return {"type": "binary", "data": base64.b64encode(data).decode()}
    return {"type": "string", "data": text}


def _redis(tap: Tap) -> Iterator[Mock]:
    for turn in tap.turns:
        try:
            names = [command[0].upper() for command in commands(turn.asked) if command]
        except Garbled:
            continue
        if not names or (names[0] in (b"AUTH",) and len(names) == 1):
            continue
        asked = b"".join(_without_password(turn.asked))
        spec: dict[str, object] = {
            "redisrequests": [{"origin": "client", "message": [_bytes(asked)]}],
            "redisresponses": [{"origin": "server", "message": [_bytes(turn.answered)]}],
        }
        yield _mock("Redis", turn, spec, quiet=all(name in _REDIS_SETUP for name in names))


def _without_password(asked: bytes) -> Iterator[bytes]:
    for command in commands(asked):
        words = list(command)
        upper = [word.upper() for word in words]
        if upper[:1] == [b"AUTH"]:
            words[1:] = [b"hidden"] * (len(words) - 1)
        elif upper[:1] == [b"HELLO"] and b"AUTH" in upper:
            at = upper.index(b"AUTH")
            words[at + 2 : at + 3] = [b"hidden"]
        yield b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def _postgres(tap: Tap) -> Iterator[Mock]:
    for turn in tap.turns:
        if turn.asked[:1] in (b"", b"\0", b"p"):
            yield from _postgres_start(turn)
            continue
        asked = [one for one in messages(turn.asked) if one[0] != b"X"]
        if not asked or not turn.answered:
            continue
        queries = [body.rstrip(b"\0").decode("utf-8", "replace") for kind, body in asked if kind == b"Q"]
        queries += [parse_of(body)[1] for kind, body in asked if kind == b"P"]
        request: dict[str, object] = {
            "header": [kind.decode("latin-1") for kind, _ in asked],
            "identifier": "ClientRequest",
            "payload": base64.b64encode(turn.asked).decode(),
        }
        if queries:
            request["query"] = {"string": " ".join("; ".join(queries).split())}
        spec: dict[str, object] = {
            "postgresrequests": [request],
            "postgresresponses": [_postgres_answer(turn.answered)],
        }
        quiet = all(postgres_question(query).quiet for query in queries) and bool(queries)
        yield _mock("Postgres", turn, spec, quiet=quiet)


def _postgres_start(turn: Turn) -> Iterator[Mock]:
    """What the server says of itself is kept; passwords and proofs are not."""
    settings = [one for one in messages(turn.answered) if one[0] == b"S"]
    if not settings:
        return
    kept = b"".join(kind + (len(body) + 4).to_bytes(4, "big") + body for kind, body in settings)
    request = {"identifier": "StartupRequest", "header": list[object]()}
    spec: dict[str, object] = {"postgresrequests": [request], "postgresresponses": [_postgres_answer(kept)]}
    yield _mock("Postgres", turn, spec, quiet=True)


def _postgres_answer(data: bytes) -> dict[str, object]:
    kinds = [kind.decode("latin-1") for kind, _ in messages(data)]
    return {"header": kinds, "identifier": "ServerResponse", "payload": base64.b64encode(data).decode()}


def _mysql(tap: Tap) -> Iterator[Mock]:
    counts: dict[int, int] = {}
    types: dict[int, list[tuple[int, int]]] = {}
    for turn in tap.turns:
        answers = contents(turn.answered)
        if answers and answers[0][:1] == b"\x0a" and not turn.asked:
            version = answers[0][1:].split(b"\0", 1)[0].decode("utf-8", "replace")
            spec: dict[str, object] = {
                "requests": [],
                "responses": [packet("HandshakeV10", {"server_version": version})],
            }
            yield _mock("MySQL", turn, spec, quiet=True)
            continue
        for content in contents(turn.asked):
            try:
                found = _mysql_command(content, answers, counts, types)
            except (Garbled, IndexError):
                continue
            if found is not None:
                request, responses, quiet = found
                yield _mock("MySQL", turn, {"requests": [request], "responses": responses}, quiet=quiet)


def _mysql_command(
    content: bytes, answers: list[bytes], counts: dict[int, int], types: dict[int, list[tuple[int, int]]]
) -> tuple[Packet, list[Packet], bool] | None:
    command, body = content[0], content[1:]
    if command == 3 and answers:
        sql = body.decode("utf-8", "backslashreplace")
        quiet = mysql_question(sql).quiet
        return packet("COM_QUERY", {"command": 3, "query": sql}), list(results(answers, binary=False)), quiet
    if command == 22 and answers:
        sql = body.decode("utf-8", "backslashreplace")
        asked = packet("COM_STMT_PREPARE", {"command": 22, "query": sql})
        if answers[0][:1] != b"\0":
            return asked, [failed(answers[0])], True
        told = prepared(answers)
        number = int.from_bytes(answers[0][1:5], "little")
        counts[number], types[number] = int.from_bytes(answers[0][7:9], "little"), []
        return asked, [told], True
    if command == 23 and answers:
        number = int.from_bytes(body[:4], "little")
        asked = packet("COM_STMT_EXECUTE", executed(body, counts.get(number, 0), types.setdefault(number, [])))
        return asked, list(results(answers, binary=True)), False
    return None


def _mongo(tap: Tap) -> Iterator[Mock]:
    greeted = False
    for turn in tap.turns:
        try:
            asked = list(_mongo_messages(turn.asked))
            answers = list(_mongo_messages(turn.answered))
        except Garbled:
            continue
        for command, answer in zip(asked, answers, strict=False):
            name = command.name.lower()
            if name.startswith("sasl") or (name in ("hello", "ismaster") and greeted):
                continue
            greeted = greeted or name in ("hello", "ismaster")
            for aside in ("speculativeAuthenticate", "client"):
                command.document.pop(aside, None)
            answer.document.pop("speculativeAuthenticate", None)
            spec: dict[str, object] = {
                side: [{"header": {"Opcode": OP_MSG}, "message": {"flagBits": 0, "sections": [_section(one)]}}]
                for side, one in (("requests", command), ("responses", answer))
            }
            yield _mock("Mongo", turn, spec, quiet=name in _MONGO_SETUP)


def _section(command: Command) -> str:
    return f"{{ SectionSingle msg: {json.dumps(command.document, ensure_ascii=False)} }}"


def _mongo_messages(data: bytes) -> Iterator[Command]:
    at = 0
    while at + 16 <= len(data):
        size, number, _, opcode = (int.from_bytes(data[at + 4 * one : at + 4 * one + 4], "little") for one in range(4))
        body = data[at + 16 : at + size]
        if size < 16 or at + size > len(data):
            return
        if opcode == OP_REPLY:
            yield Command(number, OP_QUERY, decoded(body[20:]))
        else:
            yield command_of(number, opcode, body)
        at += size


_MAKERS: dict[str, Callable[[Tap], Iterator[Mock]]] = {
    "redis": _redis,
    "postgres": _postgres,
    "mysql": _mysql,
    "mongo": _mongo,
}
