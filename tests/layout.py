"""Small trees of files for tests."""

from collections.abc import Mapping
from pathlib import Path


def lay_out(root: Path, files: Mapping[str, str] | list[str]) -> Path:
    """Writes the files below ``root`` (empty ones, where only paths are given) and returns it."""
    texts = files if isinstance(files, Mapping) else dict.fromkeys(files, "")
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root
