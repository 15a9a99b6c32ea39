"""The arguments of the commands about saved reports: `report merge` and `report render`."""

import argparse

SHORTEST = 100
"""Characters that Markdown needs at least, for the counts."""

REPORT = "join saved reports, or show one in any format"
SAID = "Works on reports that `--output json=FILE` has written."
MERGE = "join the reports of shards or jobs into one"
RENDER = "show a saved report in any format, with exit status 0 whatever it says"


def for_merge(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `report merge`."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a report; shards have to be complete")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 where findings would make it 1")
    _for_both(parser)


def for_render(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `report render`."""
    parser.add_argument("files", nargs=1, metavar="FILE", help="a report")
    _for_both(parser)


def _budget(text: str) -> int:
    if not text.isdecimal() or int(text) < SHORTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least {SHORTEST} characters")
    return int(text)


def _for_both(parser: argparse.ArgumentParser) -> None:
    longest = f"how long Markdown may be at most, {SHORTEST} or more; 60000 by default, which fits a comment"
    parser.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    parser.add_argument("--budget", metavar="CHARACTERS", type=_budget, help=longest)
