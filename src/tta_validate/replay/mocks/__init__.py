"""The mock servers, one file a protocol; the folder is the list."""

import importlib
from collections.abc import Callable
from functools import partial

from tta_validate.plugins import hookimpl, module_names


def _load(stem: str) -> object:
    return importlib.import_module(f"{__name__}.{stem}").SERVER


@hookimpl
def tta_validate_mocks() -> dict[str, Callable[[], object]]:
    """Returns the name of a protocol -> loader of its server class."""
    return {stem.replace("_", "-"): partial(_load, stem) for stem in module_names(__name__)}
