"""The built-in SDK tables, one file a library; the folder is the list."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import cast

from tta_validate.plugins import hookimpl, module_names
from tta_validate.sdk import Sdk


def _load(stem: str) -> object:
    return importlib.import_module(f"{__name__}.{stem}").SDK


@hookimpl
def tta_validate_sdks() -> dict[str, Callable[[], object]]:
    """Returns table name -> loader; the name is the file's name with hyphens."""
    return {stem.replace("_", "-"): partial(_load, stem) for stem in module_names(__name__)}


def tables() -> tuple[Sdk, ...]:
    """Returns the built-in tables, in the order of the file names."""
    return tuple(cast("Sdk", load()) for load in tta_validate_sdks().values())
