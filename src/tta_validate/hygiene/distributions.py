"""Which distribution gives a module: by the environment's metadata, by what is known, else by its name.

Sources: Core metadata and Recording installed projects (packaging.python.org); ``top_level.txt`` is setuptools' own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tta_validate.hygiene.known import givers, import_names
from tta_validate.installed import environment
from tta_validate.lock_model import normalised

_INFO = re.compile(r"(.+?)-[^-]+\.(?:dist|egg)-info$")
_MAX_BYTES = 8 << 20
_PREFIXES = ("python-", "py-", "django-", "lib")
_RELEASED = re.compile(r"_v\d+(?:(?:alpha|beta|p)\d+)*$")
_SUFFIXES = ("-python", "-py", "-client", "-sdk", "-lib", "-core")


@dataclass(frozen=True)
class Installed:
    """The distributions in the project's own environment. Nothing in it is imported."""

    root: Path
    _modules: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], compare=False)

    @cached_property
    def infos(self) -> Mapping[str, Path]:
        """The folder of metadata of each distribution, by normalised name."""
        found: dict[str, Path] = {}
        for site in environment(self.root):
            try:
                entries = sorted(site.glob("*-info")) if site.is_dir() else []
            except OSError:
                entries = []
            for path in entries:
                if match := _INFO.fullmatch(path.name):
                    found.setdefault(normalised(match[1]), path)
        return found

    def modules(self, name: str) -> tuple[str, ...] | None:
        """Returns the top modules of a distribution, those of shared namespaces with dots; None if not installed."""
        if name not in self.infos:
            return None
        if name not in self._modules:
            self._modules[name] = tuple(dict.fromkeys(_recorded(self.infos[name])))
        return self._modules[name]

    def plugs_in(self, name: str) -> bool:
        """Tells whether a distribution has entry points besides programs: others load it by name."""
        text = _read(self.infos[name] / "entry_points.txt") if name in self.infos else ""
        return bool(set(re.findall(r"^\[([^\]\n]+)\]", text, re.MULTILINE)) - {"console_scripts", "gui_scripts"})

    def programs(self, name: str) -> frozenset[str]:
        """Returns the programs that a distribution installs."""
        text = _read(self.infos[name] / "entry_points.txt") if name in self.infos else ""
        sections = re.findall(r"^\[(?:console|gui)_scripts\]\n((?:(?!\[).*\n?)*)", text, re.MULTILINE)
        return frozenset(re.findall(r"^\s*([\w.-]+)\s*=", "\n".join(sections), re.MULTILINE))


def _recorded(info: Path) -> Iterator[str]:
    """Yields the modules that the RECORD lists, or top_level.txt where there is none."""
    for line in _read(info / "RECORD").split("\n"):
        path = line.partition(",")[0].strip('"')
        parts = path.split("/")
        if parts[0].endswith((".dist-info", ".data", ".pth")) or parts[0] in ("..", "__pycache__", ""):
            continue
        if len(parts) == 1:
            stem, dot, suffix = parts[0].partition(".")
            if dot and suffix.rpartition(".")[2] in ("py", "so", "pyd"):
                yield stem
        elif parts[-1].endswith((".py", ".so", ".pyd")) and all(part.isidentifier() for part in parts[:-1]):
            yield parts[0]
            for end in range(2, min(len(parts), 5)):
                yield ".".join(parts[:end])
            if len(parts) <= 4:
                yield ".".join((*parts[:-1], parts[-1].partition(".")[0]))
    yield from _read(info / "top_level.txt").split()


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace") if path.is_file() and path.stat().st_size <= _MAX_BYTES else ""
    except OSError:
        return ""


@dataclass(frozen=True)
class Distributions:
    """Joins modules with distributions. ``given``: modules of a distribution as the user says."""

    installed: Installed
    given: Mapping[str, tuple[str, ...]]
    _known: dict[str, tuple[tuple[str, ...], bool]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], bool]], compare=False
    )

    def modules(self, name: str) -> tuple[tuple[str, ...], bool]:
        """Returns the modules that a distribution gives, and whether that is known rather than made of its name."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> tuple[tuple[str, ...], bool]:
        if name in self.given:
            return self.given[name], True
        recorded = self.installed.modules(name)
        if recorded:
            return recorded, True
        if name in import_names():
            return import_names()[name], True
        return tuple(dict.fromkeys(_by_name(name))), False

    def index(self, names: Iterable[str]) -> "Index":
        """Returns the modules of some distributions, with those that give them."""
        found: Index = {}
        for name in names:
            for module in self.modules(name)[0]:
                found.setdefault(module, []).append(name)
        return found

    def may_give(self, name: str, module: str) -> bool:
        """Tells whether a distribution of which nothing is known could give a module, going by likeness of names."""
        if self.modules(name)[1]:
            return False
        top = module.partition(".")[0].lower().replace("_", "")
        plain = name.replace("-", "")
        parts = {part for part in name.split("-") if len(part) > 2}
        return top in plain or plain in top or any(part in top for part in parts)


Index = dict[str, list[str]]
"""Modules, with the distributions that give them."""


def find(index: Index, module: str) -> list[str]:
    """Returns the distributions that give a module, or the nearest module around it; none where none does."""
    for name in around(module):
        if found := index.get(name):
            return found
    return []


def depth(index: Index, module: str) -> int:
    """Returns how many parts the module of an index has that a module is or lies in, 0 for none."""
    return next((name.count(".") + 1 for name in around(module) if index.get(name)), 0)


def around(module: str) -> tuple[str, ...]:
    """Returns a module and those around it, the nearest first; ``google.cloud.pubsub_v1`` is also ``...pubsub``."""
    parts = module.split(".")
    names = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
    if parts[0] == "google":
        names = [one for name in names for one in dict.fromkeys((name, _RELEASED.sub("", name)))]
    return tuple(names)


def known_giver(module: str) -> str:
    """Returns the distribution that is known to give a module, empty for none or for several."""
    return next((found[0] for name in around(module) if (found := givers().get(name))), "")


def _by_name(name: str) -> Iterator[str]:
    plain = name.replace("-", "_")
    yield plain
    yield plain.replace("_", "")
    if "-" in name:
        yield name.replace("-", ".")
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            yield plain.removeprefix(prefix.replace("-", "_"))
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            yield plain.removesuffix(suffix.replace("-", "_"))
