"""What is said of a bug of ours."""

import sys
import traceback
from pathlib import Path

from tta_validate import __version__


def confess(error: Exception) -> None:
    """Prints to standard error what went wrong and where."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    print(f"tta-validate {__version__}: this is a bug of ours: {type(error).__name__}: {error}", file=sys.stderr)
    for frame in frames:
        print(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}: {frame.line}", file=sys.stderr)
