"""Runs the command line: ``python -m tta_validate``."""

import sys

from tta_validate import __version__


def main() -> int:
    """Runs the command line on the process's arguments and returns the exit status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"tta-validate {__version__}")
        return 0
    try:
        from tta_validate.quick import quick_answer

        status = quick_answer(sys.argv[1:])
        if status is not None:
            return status
        from tta_validate.cli import run_cli

        return run_cli(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
