"""What the command line needs of the terminal: how wide help is, whether there is colour, one line of progress."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from typing import ClassVar

from tta_validate.plain_text import clean
from tta_validate.report import Skip

_MOST = 20


class Help(argparse.HelpFormatter):
    """Help that is as wide as the terminal, up to 100 columns; the documentation holds it at its widest."""

    widest: ClassVar[int] = 100
    fixed: ClassVar[bool] = False

    def __init__(self, prog: str) -> None:
        width = self.widest if self.fixed else min(self.widest, shutil.get_terminal_size((self.widest, 24)).columns - 1)
        super().__init__(prog, max_help_position=30, width=max(width, 50))


def colour() -> bool:
    """Whether standard output gets colour codes, as no-color.org and force-color.org say."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


class Progress:
    """One line on standard error that says how far a replay is; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, done: int, total: int, name: str) -> None:
        """Shows how many of all are done, and which one is next."""
        if self._shown:
            width = shutil.get_terminal_size((80, 24)).columns - 1
            print(f"\r\x1b[K{clean(f'[{done}/{total}] {name}')[:width]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def tell_refused(skipped: Sequence[Skip]) -> None:
    """Says on standard error which files were skipped where that is refused."""
    print(f"tta-validate: files were skipped ({len(skipped)}), which --strict refuses", file=sys.stderr)
    for skip in skipped[:_MOST]:
        print(f"  {clean(skip.path)}: {clean(skip.reason)}", file=sys.stderr)
    if len(skipped) > _MOST:
        print(f"  and {len(skipped) - _MOST} more; --output concise lists all", file=sys.stderr)
