"""Runs a function on a module once it is imported, so that nothing is imported that the app does not."""

from __future__ import annotations

import sys

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Callable, Sequence

    Patch = Callable[[Any], None]


class _Loader:
    """The module's own loader, with the patch after it."""

    def __init__(self, inner: Any, patch: Callable[[ModuleType], None]) -> None:
        self._inner = inner
        self._patch = patch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._inner
        module.__loader__ = self._inner
        self._inner.exec_module(module)
        self._patch(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Finder:
    """Finds the modules that have a patch, by asking the finders after it."""

    def __init__(self, patches: dict[str, Patch], problems: list[str]) -> None:
        self._patches = patches
        self._problems = problems

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._patches:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if isinstance(finder, _Finder) or find is None:
                continue
            spec = find(fullname, path, target)
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, self.apply)
                return spec
        return None

    def apply(self, module: ModuleType) -> None:
        """Patches a module that has just been imported; a library we do not know is left as it is, and told."""
        try:
            self._patches[module.__name__](module)
        except Exception as error:
            sys.stderr.write(f"tta-validate: {module.__name__} cannot be patched: {error!r}\n")
            self._problems.append(f"{module.__name__}: {error!r}")


def when_imported(patches: dict[str, Patch], problems: list[str]) -> None:
    """Applies each patch to the module of its name: now if it is there, else when it is imported."""
    finder = _Finder(patches, problems)
    sys.meta_path.insert(0, finder)
    for name in patches:
        if name in sys.modules:
            finder.apply(sys.modules[name])
