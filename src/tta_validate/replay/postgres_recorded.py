"""The messages of a recorded Postgres exchange, of every shape that Keploy has written them in.

Since 2023: bytes under ``origin``; lists for each type of message, with or without the bytes as ``payload`` (kind
``Postgres``); a result with native values (kind ``PostgresV3``, which is not made of messages, see `result_of`).
"""

import base64
import binascii
import json
import re
import struct
from collections.abc import Iterator, Mapping, Sequence

from tta_validate.recordings.fields import integer, is_list, is_mapping, items, mapping, text
from tta_validate.recordings.model import Mock, Tagged
from tta_validate.replay.postgres_wire import (
    Bind,
    Column,
    Message,
    bind_body,
    counted,
    fields_body,
    int16s,
    messages,
    parse_body,
)

_NULL = "~~KEPLOY_PG_NULL~~"
_PACKED = "b64:"
_COUNT = re.compile(rb"(\d+)\0?$")
_LETTERS = (
    *(("S", "severity"), ("V", "severity"), ("C", "code"), ("M", "message"), ("D", "detail"), ("H", "hint")),
    *(("W", "where"), ("s", "schema_name"), ("t", "table_name"), ("c", "column_name"), ("d", "data_type_name")),
    *(("n", "constraint_name"), ("F", "file"), ("R", "routine")),
)


def sides(mock: Mock) -> tuple[list[Message], list[Message]]:
    """Returns the messages of the client and those of the server; start-up messages are left out."""
    asked = [one for turn in items(mock.spec.get("postgresrequests")) for one in _asked(mapping(turn))]
    answered = [one for turn in items(mock.spec.get("postgresresponses")) for one in _answered(mapping(turn))]
    return asked, answered


def _raw(turn: Mapping[str, object]) -> bytes | None:
    """Returns the bytes of a turn, where it has them."""
    if "message" in turn and "header" not in turn:
        return b"".join(_decoded(mapping(part).get("data")) for part in items(turn.get("message")))
    payload = turn.get("payload")
    return _decoded(payload) if payload else None


def _decoded(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(text(value), validate=True)
    except (binascii.Error, ValueError):
        return text(value).encode("utf-8", "surrogateescape")


def _asked(turn: Mapping[str, object]) -> Iterator[Message]:
    raw = _raw(turn)
    if raw is not None:
        # Start-up messages have no type: their first byte is that of a length below 16 MiB.
        yield from messages(raw) if raw[:1] != b"\0" else ()
        return
    lists = {name: iter(items(turn.get(name))) for name in ("bind", "execute", "parse")}
    for kind in map(text, items(turn.get("header"))):
        match kind:
            case "Q":
                yield b"Q", text(mapping(turn.get("query")).get("string")).encode() + b"\0"
            case "P":
                parse = mapping(next(lists["parse"], None))
                oids = [integer(oid) for oid in items(parse.get("parameter_oids"))]
                yield b"P", parse_body(text(parse.get("name")).encode(), text(parse.get("query")), oids)
            case "B":
                yield b"B", bind_body(_bind(mapping(next(lists["bind"], None))))
            case "D":
                describe = mapping(turn.get("describe"))
                yield b"D", bytes([integer(describe.get("object_type"), 83)]) + _name(describe.get("name"))
            case "E":
                execute = mapping(next(lists["execute"], None))
                rows = struct.pack(">I", integer(execute.get("max_rows")))
                yield b"E", _name(execute.get("portal")) + rows
            case _:
                yield kind.encode(), b""


def _name(value: object) -> bytes:
    return text(value).encode() + b"\0"


def _bind(bind: Mapping[str, object]) -> Bind:
    formats, results = (
        tuple(integer(one) for one in items(bind.get(name)))
        for name in ("parameter_format_codes", "result_format_codes")
    )
    portal, statement = (text(bind.get(name)).encode() for name in ("destination_portal", "prepared_statement"))
    return Bind(portal, statement, formats, tuple(map(_octets, items(bind.get("parameters")))), results)


def _octets(value: object) -> bytes | None:
    """Returns bytes that Go wrote as a list of numbers, as a text, or as null."""
    if value is None or value == _NULL:
        return None
    if is_list(value):
        return bytes(integer(one) & 255 for one in value)
    if isinstance(value, bytes):
        return value
    found = text(value)
    return _decoded(found[len(_PACKED) :]) if found.startswith(_PACKED) else found.encode("utf-8", "surrogateescape")


def _answered(turn: Mapping[str, object]) -> Iterator[Message]:
    raw = _raw(turn)
    if raw is not None:
        yield from messages(raw)
        return
    kinds = [text(kind) for kind in items(turn.get("header"))]
    tags = [_tag(mapping(one)) for one in items(turn.get("command_complete"))]
    rows = [counted(map(_octets, _values(mapping(row)))) for row in items(turn.get("data_row"))]
    told, given = iter(tags), iter(rows[: _row_count(kinds, tags, len(rows))])
    settings = iter(items(turn.get("parameter_status")))
    last = max((at for at, kind in enumerate(kinds) if kind == "D"), default=-1)
    for at, kind in enumerate(kinds):
        if kind == "D":
            yield from ((b"D", row) for row in (given if at == last else [next(given, None)]) if row is not None)
        elif kind == "C":
            yield b"C", next(told, b"\0")
        elif kind == "S":
            setting = mapping(next(settings, None))
            yield b"S", _name(setting.get("name")) + _name(setting.get("value"))
        else:
            yield kind.encode(), _body(kind, turn)


def _row_count(kinds: Sequence[str], tags: Sequence[bytes], most: int) -> int:
    """Some recorders repeat the last row: the tag says how many there were, else the list of types."""
    counts = [int(found[1]) for tag in tags if (found := _COUNT.search(tag))]
    wanted = sum(counts) if counts and len(counts) == len(tags) else kinds.count("D")
    return min(most, wanted) if wanted else most


def _tag(fields: Mapping[str, object]) -> bytes:
    tag = fields.get("command_tag")
    found = _octets(tag) if tag is not None else text(fields.get("command_tag_type")).encode()
    return (found or b"") + b"\0"


def _values(row: Mapping[str, object]) -> tuple[object, ...]:
    return items(row["row_values"] if "row_values" in row else row.get("values"))


def _body(kind: str, turn: Mapping[str, object]) -> bytes:
    match kind:
        case "T":
            columns = [_column(mapping(one)) for one in items(mapping(turn.get("row_description")).get("fields"))]
            parts = [struct.pack(">h", len(columns))]
            for one in columns:
                rest = struct.pack(">IhIhih", one.table, one.number, one.oid, one.size, one.modifier, one.format)
                parts.append(one.name + b"\0" + rest)
            return b"".join(parts)
        case "t":
            oids = [integer(one) for one in items(mapping(turn.get("parameter_description")).get("parameteroids"))]
            return struct.pack(f">h{len(oids)}I", len(oids), *oids)
        case "Z":
            return bytes([integer(mapping(turn.get("ready_for_query")).get("txstatus"), 73) & 255])
        case "E" | "N":
            fields = mapping(turn.get("error_response" if kind == "E" else "notice_response"))
            return fields_body((letter, text(fields.get(name))) for letter, name in _LETTERS)
        case "H" | "G":
            copy = mapping(turn.get("copy_out_response" if kind == "H" else "copy_in_response"))
            codes = [integer(one) for one in items(copy.get("columnformatcodes"))]
            return bytes([integer(copy.get("overallformat"))]) + int16s(codes)
        case _:
            return b""


def _column(fields: Mapping[str, object]) -> Column:
    name = fields.get("field_name", fields.get("name"))
    return Column(
        _octets(name) or b"",
        *(integer(fields.get("table_oid")), integer(fields.get("table_attribute_number"))),
        *(integer(fields.get("data_type_oid"), 25), integer(fields.get("data_type_size"), -1)),
        *(integer(fields.get("type_modifier"), -1), integer(fields.get("format"))),
    )


def columns_of_v3(response: Mapping[str, object]) -> tuple[Column, ...] | None:
    """Returns the columns of a result of the kind ``PostgresV3``, None for a statement without rows."""
    if "rowDescription" not in response:
        return None
    return tuple(
        Column(
            text(fields.get("name")).encode(),
            *(integer(fields.get("tableOid")), integer(fields.get("colAttrNum"))),
            *(integer(fields.get("typeOid"), 25), integer(fields.get("typeSize")), integer(fields.get("typeMod"))),
        )
        for fields in map(mapping, items(response.get("rowDescription")))
    )


def cell(value: object, oid: int = 0) -> bytes | None:
    """Returns a native value of the kind ``PostgresV3`` in PostgreSQL's text format, None for NULL.

    Source: ``pkg/models/postgres_v3_cell.go`` of keploy/keploy.
    """
    if isinstance(value, Tagged):
        value = value.value
    if value is None or value == _NULL:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode() if oid == 17 else value
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if is_list(value):
        return _json(value) if oid in (114, 3802) else _array(value)
    if is_mapping(value):
        return _structure(value, oid)
    found = text(value)
    if oid in (1114, 1184, 1082, 1083):
        found = _moment(found, oid)
    return found.encode("utf-8", "surrogateescape")


def _moment(found: str, oid: int) -> str:
    """Go writes RFC 3339 whatever the type of the column."""
    day, _, clock = found.partition("T" if "T" in found else " ")
    if oid == 1082:
        return day
    clock = clock.removesuffix("Z")
    if oid == 1083:
        return clock or day
    return f"{day} {clock or '00:00:00'}" + ("+00" if oid == 1184 and not re.search(r"[+-]\d\d", clock) else "")


def _array(values: Sequence[object]) -> bytes:
    parts: list[bytes] = []
    for value in values:
        found = cell(value)
        nested = is_list(value)
        plain = found or b""
        escaped = plain.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        parts.append(b"NULL" if found is None else plain if nested else b'"' + escaped + b'"')
    return b"{" + b",".join(parts) + b"}"


def _structure(value: Mapping[str, object], oid: int) -> bytes:
    if oid in (114, 3802):
        return _json(value)
    if "exp" in value and "int" in value:
        return _number(value)
    if "microseconds" in value and "months" in value:
        micros = integer(value.get("microseconds"))
        sign, micros = ("-", -micros) if micros < 0 else ("", micros)
        clock = f"{sign}{micros // 3_600_000_000:02}:{micros // 60_000_000 % 60:02}:{micros / 1e6 % 60:09.6f}"
        return f"{integer(value.get('months'))} mons {integer(value.get('days'))} days {clock}".encode()
    if "microseconds" in value:
        micros = integer(value.get("microseconds"))
        return f"{micros // 3_600_000_000:02}:{micros // 60_000_000 % 60:02}:{micros / 1e6 % 60:09.6f}".encode()
    return _json(value)


def _number(value: Mapping[str, object]) -> bytes:
    if text(value.get("nan")) == "true":
        return b"NaN"
    endless = text(value.get("infinitymodifier"))
    if endless in ("1", "-1"):
        return b"Infinity" if endless == "1" else b"-Infinity"
    whole, shift = text(value.get("int")) or "0", integer(value.get("exp"))
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if shift >= 0:
        return f"{sign}{digits}{'0' * shift if digits != '0' else ''}".encode()
    digits = digits.rjust(1 - shift, "0")
    return f"{sign}{digits[:shift]}.{digits[shift:]}".encode()


def _json(value: object) -> bytes:
    return json.dumps(_plain(value), ensure_ascii=False).encode()


def _plain(value: object) -> object:
    if isinstance(value, Tagged):
        return _plain(value.value)
    if is_mapping(value):
        return {key: _plain(inner) for key, inner in value.items()}
    if is_list(value):
        return [_plain(inner) for inner in value]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
