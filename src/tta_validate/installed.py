"""What packages hold that are no part of the tree but lie on this machine: modules by name, and the names in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.source import Undecodable, decode
from tta_validate.statements import split

MAX_BYTES = 1 << 20
"""Modules larger than this are not looked into."""

_UNREADABLE = re.compile(r"\b(?:globals|vars|exec|eval|setattr|extend_path|lazy_loader|attach|__path__|sys\.modules)\b")
"""Words of modules that may bind names in ways that no reading sees."""

_COMPILED = (".so", ".pyd", ".pyi", ".pyc")
_DEEP = 8


@dataclass(slots=True)
class Folder:
    """A folder that an interpreter would have on ``sys.path``. Nothing in it is ever imported."""

    path: Path
    _names: dict[Path, frozenset[str] | None] = field(default_factory=dict[Path, "frozenset[str] | None"])

    def holds(self, top: str) -> bool:
        """Whether a package or module of this name is in the folder."""
        return self._found(self.path, top)

    def absent(self, module: str, name: str = "") -> str:
        """Returns the first module of a dotted name, or the name in it, that is surely not there; ``""`` for none."""
        at = self.path
        parts = module.split(".")
        for index, part in enumerate(parts):
            if not self._found(at, part):
                opaque = index and self.names(at) is None
                return "" if opaque else ".".join(parts[: index + 1])
            at = at / part
        if not name or name == "*" or self._found(at, name):
            return ""
        names = self.names(at)
        return "" if names is None or name in names else name

    def names(self, module: Path, depth: int = 0) -> frozenset[str] | None:
        """Returns every name that a module may bind, or None where reading cannot tell; the path is without suffix."""
        if module not in self._names:
            self._names[module] = None
            self._names[module] = self._read(module, depth)
        return self._names[module]

    def _found(self, folder: Path, name: str) -> bool:
        if (folder / name).is_dir() or (folder / f"{name}.py").is_file():
            return True
        return any(hit.suffix in _COMPILED for hit in folder.glob(f"{name}.*")) if folder.is_dir() else False

    def _read(self, module: Path, depth: int) -> frozenset[str] | None:
        text = self._text(module)
        if text is None or depth > _DEEP or _UNREADABLE.search(text):
            return None
        found: set[str] = {"__name__", "__file__", "__doc__", "__path__", "__spec__", "__package__", "__loader__"}
        for statement in split(text):
            found |= statement.binds
            for one in statement.imports:
                if one.names == ("*",):
                    below = self._starred(module, one.module, one.level, depth)
                    if below is None:
                        return None
                    found |= below
        return None if "__getattr__" in found else frozenset(found)

    def _starred(self, module: Path, dotted: str, level: int, depth: int) -> frozenset[str] | None:
        """Returns what a star import of a module in the same folder binds, or None where it leads elsewhere."""
        at = self.path
        if level:
            at = module if module.is_dir() else module.parent
            for _ in range(level - 1):
                at = at.parent
        for part in filter(None, dotted.split(".")):
            if not self._found(at, part):
                return None
            at = at / part
        return self.names(at, depth + 1) if at.is_relative_to(self.path) else None

    def _text(self, module: Path) -> str | None:
        path = module / "__init__.py" if module.is_dir() else module.with_name(f"{module.name}.py")
        if module.is_dir() and not path.exists():
            return ""
        try:
            regular = path.is_file() and path.stat().st_size <= MAX_BYTES
            return decode(path.read_bytes()) if regular else None
        except (OSError, ValueError, Undecodable):
            return None


def environment(root: Path) -> Iterator[Path]:
    """Yields the folders that the project's own ``.venv`` has on ``sys.path``, editable installs included."""
    for pattern in ("lib/python3*/site-packages", "Lib/site-packages"):
        for site in sorted((root / ".venv").glob(pattern)):
            yield site
            yield from _linked(site)


def _linked(site: Path) -> Iterator[Path]:
    """Yields the folders that the ``.pth`` files of an environment add (documentation of the module site)."""
    for file in sorted(site.glob("*.pth")):
        try:
            lines = file.read_text("utf-8").splitlines() if file.is_file() and file.stat().st_size <= MAX_BYTES else []
        except (OSError, ValueError):
            continue
        for line in lines:
            if line.strip() and not line.startswith(("#", "import ", "import\t")):
                yield site / line.strip()
