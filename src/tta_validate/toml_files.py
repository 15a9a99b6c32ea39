"""Reads TOML files safely, and says on which line what is wrong with one."""

import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tta_validate.errors import InputError
from tta_validate.plain_text import clean
from tta_validate.toml_lines import Path as TomlPath
from tta_validate.toml_lines import toml_lines

T = TypeVar("T")


class FileError(InputError):
    """A file that cannot be used, with the place, the reason and what to do about it.

    The message is one line that is safe to print, whatever names the file holds.
    """

    advice = ""

    def __init__(self, path: str, line: int, why: str) -> None:
        super().__init__(clean(f"{path}:{line}: {why}"))
        self.path = path
        self.line = line
        self.why = why

    @classmethod
    def at(cls, path: str, line: int, why: str) -> "FileError":
        """Returns the error with the advice that files of this kind get."""
        return cls(path, line, f"{why}{cls.advice}")


def read_bytes(path: Path, shown: str, limit: int, error: type[FileError], absent: str = "does not exist") -> bytes:
    """Returns what a file holds, at most one byte more than the limit; raises the error for what is no file."""
    try:
        if not is_there(path):
            raise error(shown, 1, absent)
        if not stat.S_ISREG(path.stat().st_mode):
            raise error(shown, 1, "is not a file")
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as cause:
        raise error(shown, 1, f"cannot be read: {cause.strerror}") from None


def is_there(path: Path) -> bool:
    """Whether there is something at a path, even if it cannot be reached, as a symbolic link to itself cannot."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return True


def decoded(data: bytes, shown: str, error: type[FileError]) -> str:
    """Returns the text of UTF-8 bytes with LF line ends; raises the error for other bytes."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as cause:
        raise error.at(shown, data.count(b"\n", 0, cause.start) + 1, "is not UTF-8") from None


MAX_MARKS = 200_000
"""Texts with more values and brackets are refused: a lock of 5 MB has 150,000, and each costs microseconds."""

_DOTTED = re.compile(r"^[ \t]*[\w-]+[ \t]*\.[^\n=]*=", re.MULTILINE)
_DOTTED_COST = 20


def is_hostile(text: str) -> bool:
    """Whether tomllib could need many seconds or gigabytes.

    Its time is quadratic in the parts of a dotted key, and grows with the number of values, not with that of bytes.
    """
    marks = sum(text.count(mark) for mark in "=,[{")
    if marks > MAX_MARKS or marks + _DOTTED_COST * len(_DOTTED.findall(text)) > MAX_MARKS:
        return True
    return any(len(line) > 10_000 and line.count(".") > 1_000 for line in text.split("\n"))


def toml_values(text: str, shown: str, error: type[FileError]) -> dict[str, Any]:
    """Returns the values of a TOML text; raises the error where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        message, _, place = str(cause).rpartition(" (at ")
        found = re.search(r"line (\d+)", place)
        line = int(found[1]) if found else text.count("\n") + 1
        raise error.at(shown, line, f"is not valid TOML: {message or cause}") from None
    except (RecursionError, ValueError):
        raise error.at(shown, 1, "is nested too deeply to be read as TOML") from None


def place_of(cause: msgspec.ValidationError) -> tuple[str, TomlPath]:
    """Returns what does not fit, and the path of the value that does not."""
    message, _, where = str(cause).partition(" - at `$")
    parts = re.findall(r"\.([\w-]+)|\[(\d+)\]", where)
    return message, tuple(int(index) if index else key for key, index in parts)


def converted(value: object, kind: type[T], at: TomlPath, text: str, about: tuple[str, type[FileError]]) -> T:
    """Returns a value of a text as a struct; raises the error, for the file of that name, where it does not fit."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as cause:
        message, parts = place_of(cause)
        place = ".".join(str(part) for part in (*at, *parts)) or "the top"
        shown, error = about
        line = nearest_line(toml_lines(text), (*at, *parts))
        raise error(shown, line, f"cannot be used: {message} at {place}") from None


def nearest_line(lines: Mapping[TomlPath, int], path: TomlPath) -> int:
    """Returns the line of a value, of the nearest thing that holds it, or 1."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)
