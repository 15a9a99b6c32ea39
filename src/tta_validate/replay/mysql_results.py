"""Recorded bytes of MySQL's protocol as the fields that a recording has for them."""

from collections.abc import Iterator, Sequence

from tta_validate.replay.mock_bytes import Garbled
from tta_validate.replay.mysql_wire import Scan, unpacked

Packet = dict[str, object]
"""A packet as a recording holds it: a header with its type, and a message."""

_MORE = 8


def packet(kind: str, message: dict[str, object]) -> Packet:
    """Returns a packet of a recording."""
    return {"header": {"packet_type": kind}, "message": message}


def results(contents: Sequence[bytes], *, binary: bool) -> Iterator[Packet]:
    """Yields the results in the packets of an answer. Raises Garbled."""
    rest = list(contents)
    while rest:
        first = rest.pop(0)
        if first[:1] == b"\0":
            yield packet("OK", _ok(Scan(first)))
        elif first[:1] == b"\xff":
            yield failed(first)
        elif first[:1] == b"\xfe" and len(first) < 9:
            continue
        else:
            fields = [_definition(rest.pop(0)) for _ in range(min(Scan(first).counted(), len(rest)))]
            if rest:
                rest.pop(0)
            rows: list[object] = []
            while rest and not _is_end(rest[0]):
                rows.append(_binary(rest.pop(0), fields) if binary else _text(rest.pop(0), fields))
            if rest:
                rest.pop(0)
            message: dict[str, object] = {"columnCount": len(fields), "columns": fields, "eofAfterColumns": []}
            kind = "BinaryProtocolResultSet" if binary else "TextResultSet"
            yield packet(kind, {**message, "rows": rows, "FinalResponse": {"data": [], "type": "EOF"}})


def failed(content: bytes) -> Packet:
    """Returns an ERR packet of a recording."""
    scan = Scan(content)
    scan.take(1)
    code = scan.integer(2)
    state = scan.take(6)[1:].decode("ascii", "replace") if content[3:4] == b"#" else "HY000"
    message = content[scan.at :].decode("utf-8", "replace")
    return packet("ERR", {"header": 255, "error_code": code, "sql_state": state, "error_message": message})


def prepared(contents: Sequence[bytes]) -> Packet:
    """Returns the answer to COM_STMT_PREPARE. Raises Garbled."""
    scan = Scan(contents[0])
    scan.take(1)
    number, columns, parameters = scan.integer(4), scan.integer(2), scan.integer(2)
    rest = [one for one in contents[1:] if not _is_end(one)]
    definitions = [_definition(one) for one in rest]
    message: dict[str, object] = {
        "statement_id": number,
        "num_columns": columns,
        "num_params": parameters,
        "param_definitions": definitions[:parameters],
        "column_definitions": definitions[parameters:],
    }
    return packet("COM_STMT_PREPARE_OK", message)


def executed(body: bytes, count: int, types: list[tuple[int, int]]) -> dict[str, object]:
    """Returns a COM_STMT_EXECUTE; ``types`` keeps those of the parameters, given the first time. Raises Garbled."""
    scan = Scan(body)
    found: dict[str, object] = {"status": 23, "statement_id": scan.integer(4)}
    scan.take(5)
    parameters: list[object] = []
    if count:
        marks = scan.take((count + 7) // 8)
        if scan.integer(1):
            types[:] = [(scan.integer(1), scan.integer(1)) for _ in range(count)]
        for number, (kind, flags) in enumerate(types[:count]):
            null = bool(marks[number // 8] >> number % 8 & 1)
            value = None if null else unpacked(scan, kind, unsigned=bool(flags & 0x80))
            parameters.append({"type": kind, "unsigned": bool(flags & 0x80), "value": _written(value)})
    return {**found, "parameter_count": count, "parameters": parameters}


def _is_end(content: bytes) -> bool:
    return content[:1] == b"\xff" or (content[:1] == b"\xfe" and len(content) < 9)


def _ok(scan: Scan) -> dict[str, object]:
    scan.take(1)
    affected, inserted, status, warnings = scan.counted(), scan.counted(), scan.integer(2), scan.integer(2)
    info = scan.data[scan.at :].decode("utf-8", "replace")
    return {
        **{"header": 0, "affected_rows": affected, "last_insert_id": inserted, "status_flags": status & ~_MORE},
        **{"warnings": warnings, "info": info},
    }


def _definition(content: bytes) -> dict[str, object]:
    scan = Scan(content)
    names = ("catalog", "schema", "table", "org_table", "name", "org_name")
    found: dict[str, object] = {name: scan.take(scan.counted()).decode("utf-8", "replace") for name in names}
    scan.take(1)
    sizes = (("character_set", 2), ("column_length", 4), ("type", 1), ("flags", 2), ("decimals", 1))
    return {**found, **{name: scan.integer(size) for name, size in sizes}}


def _text(content: bytes, fields: Sequence[dict[str, object]]) -> dict[str, object]:
    scan = Scan(content)
    values: list[object] = []
    for field in fields:
        if scan.data[scan.at : scan.at + 1] == b"\xfb":
            scan.take(1)
            values.append(_entry(field, None))
        else:
            values.append(_entry(field, scan.take(scan.counted())))
    return {"values": values}


def _binary(content: bytes, fields: Sequence[dict[str, object]]) -> dict[str, object]:
    scan = Scan(content)
    scan.take(1)
    marks = scan.take((len(fields) + 9) // 8)
    values: list[object] = []
    for number, field in enumerate(fields, 2):
        null = bool(marks[number // 8] >> number % 8 & 1)
        kind, flags = field["type"], field["flags"]
        if not isinstance(kind, int) or not isinstance(flags, int):
            raise Garbled("a column without a type")
        values.append(_entry(field, None if null else unpacked(scan, kind, unsigned=bool(flags & 32))))
    return {"values": values, "rowNullBuffer": list(marks)}


def _entry(field: dict[str, object], value: bytes | None) -> dict[str, object]:
    return {"type": field["type"], "name": field["name"], "value": _written(value)}


def _written(value: bytes | None) -> object:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
