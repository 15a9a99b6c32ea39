"""What is known of single packages; the data is in ``import_names.txt`` and ``known_packages.txt``."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def import_names() -> Mapping[str, tuple[str, ...]]:
    """Returns the modules that a distribution gives, by its normalised name, where the name does not tell."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines("import_names.txt"):
        name, *modules = line.split()
        found[name] = tuple(modules)
    return found


@cache
def givers() -> Mapping[str, tuple[str, ...]]:
    """Returns the distributions that are known to give a module."""
    found: dict[str, tuple[str, ...]] = {}
    for name, modules in import_names().items():
        for module in modules:
            found[module] = (*found.get(module, ()), name)
    return found


@cache
def _patterns(heading: str) -> re.Pattern[str]:
    inside = False
    names: list[str] = []
    for line in _lines("known_packages.txt"):
        if line.startswith("["):
            inside = line == f"[{heading}]"
        elif inside:
            names += line.split()
    return re.compile("|".join(re.escape(name).replace(r"\*", ".*") for name in names))


def is_known_as(name: str, heading: str) -> bool:
    """Tells whether a package stands under a heading of ``known_packages.txt``."""
    return _patterns(heading).fullmatch(name) is not None


def _lines(file: str) -> list[str]:
    text = files("tta_validate.hygiene").joinpath(file).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
