"""Writes files all together or not at all."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.plain_text import clean


@dataclass(frozen=True, slots=True)
class Edit:
    """A file before, None where there was none, and after; line ends are LF, ``crlf`` tells that the file's are not."""

    before: str | None
    after: str
    crlf: bool = False


def write_all(root: Path, edits: Mapping[str, Edit]) -> None:
    """Writes every file beside its place and then moves all into place; raises InputError and writes none otherwise."""
    texts = {name: edit.after.replace("\n", "\r\n") if edit.crlf else edit.after for name, edit in edits.items()}
    replace_all({root / name: text.encode("utf-8") for name, text in texts.items()})


def replace_all(files: Mapping[Path, bytes]) -> None:
    """Writes every file beside its place and then moves all into place; raises InputError and writes none otherwise."""
    written: list[tuple[Path, Path]] = []
    try:
        for target, data in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.tta-validate")
            written.append((beside, target))
            beside.write_bytes(data)
            if target.exists():
                shutil.copymode(target, beside)
        for beside, target in written:
            os.replace(beside, target)
    except OSError as error:
        for beside, _ in written:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        raise InputError(
            clean(f"{error.filename}:1: cannot be written: {error.strerror}; nothing was changed")
        ) from None
