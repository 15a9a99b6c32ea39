"""Messages of PostgreSQL's protocol 3.0 as bytes.

Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Message = tuple[bytes, bytes]
"""The type of a message, one byte, and what stands after its length."""

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result, as RowDescription tells it."""

    name: bytes
    table: int = 0
    number: int = 0
    oid: int = 25
    size: int = -1
    modifier: int = -1
    format: int = 0


@dataclass(frozen=True, slots=True)
class Bind:
    """A Bind message; a parameter is None for NULL."""

    portal: bytes
    statement: bytes
    formats: tuple[int, ...]
    parameters: tuple[bytes | None, ...]
    result_formats: tuple[int, ...]


class Short(Exception):
    """A message ends before what it has to hold."""


class Scan:
    """Reads fields of a message, one after the other. Raises Short at its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """Returns so many bytes."""
        end = self._at + size
        if size < 0 or end > len(self._data):
            raise Short
        found, self._at = self._data[self._at : end], end
        return found

    def text(self) -> bytes:
        """Returns the bytes up to the next zero byte."""
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise Short
        found, self._at = self._data[self._at : end], end + 1
        return found

    def int16(self) -> int:
        """Returns a signed integer of 2 bytes."""
        return struct.unpack(">h", self.take(2))[0]

    def int32(self) -> int:
        """Returns a signed integer of 4 bytes."""
        return struct.unpack(">i", self.take(4))[0]

    def int16s(self) -> tuple[int, ...]:
        """Returns a list of integers of 2 bytes, with its count before it."""
        return tuple(self.int16() for _ in range(max(0, self.int16())))

    def values(self) -> tuple[bytes | None, ...]:
        """Returns a list of values with their lengths, None for NULL."""
        found: list[bytes | None] = []
        for _ in range(max(0, self.int16())):
            size = self.int32()
            found.append(None if size < 0 else self.take(size))
        return tuple(found)


def message(kind: bytes, body: bytes = b"") -> bytes:
    """Returns a message as it is sent."""
    return kind + struct.pack(">i", len(body) + 4) + body


def messages(data: bytes) -> Iterator[Message]:
    """Yields the messages in recorded bytes, up to one that is not whole."""
    at = 0
    while at + 5 <= len(data):
        (size,) = struct.unpack_from(">i", data, at + 1)
        end = at + 1 + size
        if size < 4 or end > len(data):
            return
        yield data[at : at + 1], data[at + 5 : end]
        at = end


def counted(values: Iterable[bytes | None]) -> bytes:
    """Returns values as DataRow and Bind hold them."""
    found = list(values)
    parts = [struct.pack(">h", len(found))]
    for value in found:
        parts.append(struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value)
    return b"".join(parts)


def int16s(values: Sequence[int]) -> bytes:
    """Returns integers of 2 bytes with their count before them."""
    return struct.pack(f">h{len(values)}h", len(values), *values)


def row_description(columns: Sequence[Column], formats: Sequence[int]) -> bytes:
    """Returns a RowDescription with the formats that the client asked for."""
    parts = [struct.pack(">h", len(columns))]
    for column, form in zip(columns, formats, strict=True):
        fields = struct.pack(">IhIhih", column.table, column.number, column.oid, column.size, column.modifier, form)
        parts.append(column.name + b"\0" + fields)
    return message(b"T", b"".join(parts))


def columns_of(body: bytes) -> tuple[Column, ...]:
    """Returns the columns of a RowDescription. Raises Short."""
    scan = Scan(body)
    found: list[Column] = []
    for _ in range(max(0, scan.int16())):
        name = scan.text()
        found.append(Column(name, *struct.unpack(">IhIhih", scan.take(18))))
    return tuple(found)


def bind_of(body: bytes) -> Bind:
    """Returns what a Bind message says. Raises Short."""
    scan = Scan(body)
    return Bind(scan.text(), scan.text(), scan.int16s(), scan.values(), scan.int16s())


def bind_body(bind: Bind) -> bytes:
    """Returns the body of a Bind message."""
    names = bind.portal + b"\0" + bind.statement + b"\0"
    return names + int16s(bind.formats) + counted(bind.parameters) + int16s(bind.result_formats)


def parse_of(body: bytes) -> tuple[bytes, str, tuple[int, ...]]:
    """Returns the name, query and types of parameters of a Parse message. Raises Short."""
    scan = Scan(body)
    name, query = scan.text(), scan.text().decode("utf-8", "replace")
    return name, query, tuple(scan.int32() & 0xFFFFFFFF for _ in range(max(0, scan.int16())))


def parse_body(name: bytes, query: str, oids: Sequence[int]) -> bytes:
    """Returns the body of a Parse message."""
    return name + b"\0" + query.encode() + b"\0" + struct.pack(f">h{len(oids)}I", len(oids), *oids)


def parameter_description(oids: Sequence[int]) -> bytes:
    """Returns a ParameterDescription."""
    return message(b"t", struct.pack(f">h{len(oids)}I", len(oids), *oids))


def oids_of(body: bytes) -> tuple[int, ...]:
    """Returns the types of a ParameterDescription. Raises Short."""
    scan = Scan(body)
    return tuple(scan.int32() & 0xFFFFFFFF for _ in range(max(0, scan.int16())))


def fields_body(fields: Iterable[tuple[str, str]]) -> bytes:
    """Returns the body of an ErrorResponse or NoticeResponse; names are its one-letter codes."""
    parts = [code.encode() + text.encode() + b"\0" for code, text in fields if text]
    return b"".join(parts) + b"\0"


def error(code: str, text: str) -> bytes:
    """Returns an ErrorResponse."""
    return message(b"E", fields_body((("S", "ERROR"), ("V", "ERROR"), ("C", code), ("M", text))))


def formats_for(wanted: Sequence[int], count: int) -> tuple[int, ...]:
    """Returns a format for each of some values: none given means text, one is for all."""
    if len(wanted) == count:
        return tuple(wanted)
    return (wanted[0] if wanted else 0,) * count
