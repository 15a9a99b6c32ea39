"""Whether a project's own code imports a module."""

import re
from functools import cache
from pathlib import Path

from tta_validate.discover import discover

_LARGEST = 1 << 20
_IMPORT = re.compile(rb"^[ \t]*(?:import|from)[ \t]+(\w+)|^[ \t]*import[ \t]+.*?,[ \t]*(\w+)", re.MULTILINE)


def imports_any(root: Path, *modules: str) -> bool:
    """Whether a Python file below the root, tests included, imports one of the modules."""
    return not _imported(root).isdisjoint(modules)


@cache
def _imported(root: Path) -> frozenset[str]:
    tree = discover(root, tests=True)
    found: set[str] = set()
    for file in tree.files:
        if file.size > _LARGEST:
            continue
        try:
            data = tree.read(file.path)
        except OSError:
            continue
        found.update(name.decode(errors="replace") for pair in _IMPORT.findall(data) for name in pair if name)
    return frozenset(found)
