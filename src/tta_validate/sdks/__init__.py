"""The built-in SDK tables, one module per library, each with one ``SDK``."""

import importlib
import pkgutil
from functools import cache

from tta_validate.sdk import Sdk


@cache
def tables() -> tuple[Sdk, ...]:
    """Returns the table of every module in this folder, in the order of the module names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").SDK for name in names)
