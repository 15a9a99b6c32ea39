"""Reads the files that a migration is about."""

from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.plain_text import clean

LARGEST = 4 << 20
"""Files with more bytes are refused."""


def shown(path: Path, root: Path) -> str:
    """Returns the path as messages and the plan show it: relative to the root where it is below it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read(path: Path, name: str, place: str = "") -> str:
    """Returns the text of a file with LF line ends; raises InputError, at the place that names it, if there is none."""
    at = place or f"{name}:1"
    try:
        if not path.is_file():
            raise InputError(clean(f"{at}: there is no file {name}"))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(clean(f"{at}: {name} cannot be read: {error.strerror}")) from None
    if len(data) > LARGEST:
        raise InputError(clean(f"{at}: {name} is larger than {LARGEST >> 20} MiB"))
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise InputError(clean(f"{name}:{line}: is not UTF-8")) from None
    raise AssertionError
