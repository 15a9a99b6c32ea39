"""Answers a plain `lock check` without the parts of the program that it does not need: hooks run it often."""

import sys
from collections.abc import Sequence
from pathlib import Path

_FORMATS: dict[tuple[str, ...], str] = {
    ("--output", "json"): "json",
    ("--output=json",): "json",
    (): "terminal",
    ("--output", "terminal"): "terminal",
}


def quick_answer(arguments: Sequence[str]) -> int | None:
    """Prints the answer and returns the exit status; returns None for what the whole program has to answer.

    That is every other command or flag, and every project that configures this program.
    """
    if list(arguments[:2]) != ["lock", "check"]:
        return None
    rest = tuple(argument for argument in arguments[2:] if argument not in ("-q", "--quiet", "-v", "--verbose"))
    root = _root(Path.cwd()) if rest in _FORMATS else None
    if root is None:
        return None
    try:
        return _answer(root, _FORMATS[rest])
    except Exception:
        # The whole program meets the same trouble again, and knows how to tell it.
        return None


def _answer(root: Path, output: str) -> int:
    from tta_validate.lock import told
    from tta_validate.lock.freshness import check_freshness

    found = check_freshness(root)
    if output == "json":
        import json

        sys.stdout.write(json.dumps(told.data(found), indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(told.text(found))
    sys.stdout.flush()
    return told.status(found)


def _root(start: Path) -> Path | None:
    """Returns the nearest folder with a lock, if it is certain that the whole program would take the same one."""
    found: Path | None = None
    for folder in (start, *start.parents):
        try:
            text = (folder / "pyproject.toml").read_bytes()
        except OSError:
            text = b""
        has_lock = (folder / "uv.lock").is_file()
        if b"tta-validate" in text or (b"workspace" in text and not has_lock and found is None):
            return None
        if has_lock and text and found is None:
            found = folder
    return found
