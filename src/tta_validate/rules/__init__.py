"""The built-in rules, one file each; the folder is the list."""

import importlib
from collections.abc import Callable
from functools import partial

from tta_validate.plugins import hookimpl, module_names
from tta_validate.rule import Rule


def _load(stem: str) -> type[Rule]:
    module = importlib.import_module(f"{__name__}.{stem}")
    (rule,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__
    )
    return rule


@hookimpl
def tta_validate_rules() -> dict[str, Callable[[], object]]:
    """Returns rule id -> loader; the id is the file's name with hyphens."""
    return {stem.replace("_", "-"): partial(_load, stem) for stem in module_names(__name__)}
