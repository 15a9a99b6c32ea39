"""The built-in formats, one file each; the folder is the list.

A format is a module with ``render(report, view) -> str`` and, where it can show an inventory,
``render_inventory(report, view) -> str``.
"""

import importlib
from collections.abc import Callable
from functools import partial

from tta_validate.plugins import hookimpl, module_names


@hookimpl
def tta_validate_formats() -> dict[str, Callable[[], object]]:
    """Returns format name -> loader; the name is the file's name with hyphens."""
    return {
        stem.replace("_", "-"): partial(importlib.import_module, f"{__name__}.{stem}")
        for stem in module_names(__name__)
    }
