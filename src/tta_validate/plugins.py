"""The doors through which rules, SDK tables, formats and mock servers come in, built-in ones included.

Each hook returns a mapping from a name to a function that loads the thing, so that only what a run needs is imported.
A distribution offers more through an entry point of the group ``tta_validate``.
"""

import importlib
import importlib.resources
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources.abc import Traversable

import pluggy

from tta_validate.errors import InputError

GROUP = "tta_validate"
"""Name of the pluggy project and of the entry point group."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)

Loaders = Mapping[str, Callable[[], object]]


class Hooks:
    """What a plugin can offer."""

    @hookspec
    def tta_validate_rules(self) -> Loaders:
        """Returns rule id -> function that returns the `Rule` class."""
        raise NotImplementedError

    @hookspec
    def tta_validate_sdks(self) -> Loaders:
        """Returns table name -> function that returns the `Sdk`."""
        raise NotImplementedError

    @hookspec
    def tta_validate_formats(self) -> Loaders:
        """Returns format name -> function that returns the module or object with ``render(report, view) -> str``."""
        raise NotImplementedError

    @hookspec
    def tta_validate_mocks(self) -> Loaders:
        """Returns the name of a protocol -> function that returns its server class, a `replay.mock.Server`."""
        raise NotImplementedError


def module_names(package: str) -> Iterator[str]:
    """Yields the names of the modules of a package, sorted, without importing them."""
    folder: Traversable = importlib.resources.files(package)
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        stem, dot, suffix = entry.name.partition(".")
        if dot and suffix == "py" and not stem.startswith("_"):
            yield stem


@cache
def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    for package in ("rules", "sdks", "formats", "replay.mocks"):
        manager.register(importlib.import_module(f"tta_validate.{package}"), f"built-in {package}")
    try:
        manager.load_setuptools_entrypoints(GROUP)
    except Exception as error:
        # What another distribution raises on import is not ours to foresee, and the user can act on it.
        raise InputError(f"a plugin of the group {GROUP} cannot be loaded: {type(error).__name__}: {error}") from error
    return manager


def loaders(hook: str) -> dict[str, Callable[[], object]]:
    """Returns everything that plugins offer at a hook, by name; the one registered first wins."""
    found: dict[str, Callable[[], object]] = {}
    offers: list[Loaders] = getattr(_manager().hook, hook)()
    for offer in offers:
        found.update(offer)
    return dict(sorted(found.items()))
