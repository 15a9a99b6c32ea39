"""A few numbers shared with the parent through a mapped file: read at no cost, in every process, forked or not."""

from __future__ import annotations

import mmap
import struct

SIZE = 64
_OFFSET = struct.Struct("q")
_PORT = struct.Struct("i")
_PORT_AT = 16


class Board:
    """The mapped file: how far the app's clock is from the real one, in nanoseconds, and the app's own port."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory

    def offset(self) -> int:
        """Returns what to add to the real clock, in nanoseconds."""
        return _OFFSET.unpack_from(self._memory, 0)[0]

    def set_offset(self, nanoseconds: int) -> None:
        """Moves the clock of every process that has the board."""
        _OFFSET.pack_into(self._memory, 0, nanoseconds)

    def port(self) -> int:
        """Returns the port that the app listens on, 0 while it is not known."""
        return _PORT.unpack_from(self._memory, _PORT_AT)[0]

    def set_port(self, port: int) -> None:
        """Tells every process the port of the app."""
        _PORT.pack_into(self._memory, _PORT_AT, port)

    def close(self) -> None:
        """Unmaps the file."""
        self._memory.close()


def open_board(path: str) -> Board:
    """Returns the board in an existing file of `SIZE` bytes."""
    with open(path, "r+b") as file:
        return Board(mmap.mmap(file.fileno(), SIZE))
