"""Writes the names that packages have on conda and on PyPI, from a copy of prefix-dev/parselmouth's mapping.

What people found out about single packages stands in conda.toml and is never overwritten; this list only says which
other names of conda-forge are Python packages, and what PyPI calls them.
"""

import argparse
import json
import re
from pathlib import Path
from typing import cast

OUT = Path(__file__).resolve().parent.parent / "src/tta_validate/leftovers/conda_names.txt"
HEAD = """\
# Packages of conda-forge that are Python packages: the name there, and PyPI's where that is another one.
# Source: prefix-dev/parselmouth, files/mapping_as_grayskull.json of {date} (BSD-3-Clause). Made by
# scripts/conda_names.py.
"""


def main() -> None:
    """Reads the mapping that is named on the command line and writes the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mapping", type=Path, help="files/mapping_as_grayskull.json")
    parser.add_argument("date", help="when the mapping was made, as YYYY-MM-DD")
    options = parser.parse_args()
    mapping = cast("dict[str, str]", json.loads(options.mapping.read_text(encoding="utf-8")))
    lines = sorted({line for conda, pypi in mapping.items() if (line := entry(conda, pypi))})
    OUT.write_text(HEAD.format(date=options.date) + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def entry(conda: str, pypi: str) -> str | None:
    """Returns the line of a package, None for names that do not resemble each other: those are often wrong."""
    here, there = normalised(conda), normalised(pypi)
    if here == there:
        return here
    bare = re.sub(r"^(?:py|python)-|-(?:base|core|py|python|cpu|gpu)$|^py(?=[a-z])", "", here)
    return f"{here} {there}" if bare == there or here == re.sub(r"^python-|-python$", "", there) else None


def normalised(name: str) -> str:
    """Returns the name as PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
