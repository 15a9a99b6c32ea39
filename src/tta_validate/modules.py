"""Which file of a tree an import means."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from tta_validate.discover import Tree


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name


def _ancestors(folder: str) -> list[str]:
    """Returns the folder and those above it, nearest first, the root (``""``) last."""
    found = [folder]
    while folder:
        folder = _parent(folder)
        found.append(folder)
    return found


@dataclass(slots=True)
class Modules:
    """The modules of a tree by name.

    A source root is a folder that an interpreter is likely to have on ``sys.path``: the root, folders with a manifest,
    folders called ``src``, parents of outermost packages, the importing file's own folder and those above it.
    ``external``: top-level names that other distributions are known to give; like those of the standard library they
    mean a file of the tree only below the root, a manifest or ``src``, never a file that happens to lie beside.
    """

    tree: Tree
    external: frozenset[str] = frozenset()
    _files: frozenset[str] = field(init=False)
    _firm: frozenset[str] = field(init=False)
    _roots: frozenset[str] = field(init=False)
    _tops: dict[str, list[str]] = field(init=False)
    _nearest: dict[tuple[str, str], tuple[str, ...]] = field(init=False)
    _found: dict[tuple[str, str], str | None] = field(init=False)

    def __post_init__(self) -> None:
        self._nearest, self._found = {}, {}
        paths = [*(file.path for file in self.tree.files), *self.tree.links]
        self._files = frozenset(paths)
        folders = {folder for place in {_parent(path) for path in paths} for folder in _ancestors(place)}
        packages = self.tree.packages
        sources = {folder for folder in folders if folder.rpartition("/")[2] == "src" and folder not in packages}
        self._firm = frozenset({"", *self.tree.projects, *sources})
        outermost = {_parent(folder) for folder in packages if folder}
        self._roots = self._firm | (outermost - packages)
        self._tops = _tops(folders, paths)

    def dotted(self, path: str) -> str:
        """Returns the name that an importer would use for the module: ``pkg.sub.mod``, or ``pkg`` for its ``__init__``.

        Inside packages it starts at the outermost one, or at the ``src`` folder that holds a namespace around it;
        elsewhere at the nearest source root from which every part is an identifier.
        """
        folder = _parent(path)
        stem = path.rpartition("/")[2].removesuffix(".py")
        start = folder
        while start and start in self.tree.packages:
            start = _parent(start)
        if start == folder or "/src/" in f"/{start}/":
            start = self._start(start, path)
        below = folder[len(start) :].strip("/")
        name = _join(below, "" if stem == "__init__" else stem).replace("/", ".")
        return name or folder.rpartition("/")[2] or stem

    def _start(self, folder: str, path: str) -> str:
        chosen = folder
        for place in _ancestors(folder):
            if not all(part.isidentifier() for part in path[len(place) :].removesuffix(".py").strip("/").split("/")):
                break
            chosen = place
            if place in self._firm:
                break
        return folder if folder in self._roots and chosen.rpartition("/")[2] != "src" else chosen

    def resolve(self, dotted: str, importer: str, level: int = 0) -> str | None:
        """Returns the path of the module that ``from dotted import ...`` or ``import dotted`` means in a file.

        ``level`` counts leading dots; ``dotted`` may be empty then. None for what is no file of the tree (other
        distributions, namespace packages). Where several fit, the nearest source root to the importer wins; a file
        never resolves to itself by an absolute name.
        """
        if level:
            folder = _parent(importer)
            for _ in range(level - 1):
                if not folder:
                    return None
                folder = _parent(folder)
            return self._at(_join(folder, dotted.replace(".", "/")))
        top = dotted.partition(".")[0]
        if top not in self._tops:
            return None
        key = (dotted, _parent(importer))
        if key not in self._found:
            self._found[key] = self._search(dotted, key[1], None)
        if (path := self._found[key]) != importer:
            return path
        return self._search(dotted, key[1], importer)

    def holders(self, name: str) -> tuple[str, ...]:
        """Returns the folders that hold a module or a folder of that name."""
        return tuple(self._tops.get(name, ()))

    def _search(self, dotted: str, folder: str, importer: str | None) -> str | None:
        relative = dotted.replace(".", "/")
        for place in self._places(dotted.partition(".")[0], folder):
            if (path := self._at(_join(place, relative))) is not None and path != importer:
                return path
        return None

    def _places(self, top: str, folder: str) -> tuple[str, ...]:
        """Returns the source roots that hold a module called ``top``, in the order in which ``folder`` sees them."""
        key = (folder, top)
        if key not in self._nearest:
            known = top in self.external or top in sys.stdlib_module_names
            roots = self._firm if known else self._roots
            above = _ancestors(folder)
            outside = [place for place in above if place not in self.tree.packages]
            order = dict.fromkeys(place for place in outside if place in roots or (place == folder and not known))
            if not known:
                order |= dict.fromkeys(outside)
            others = (place for place in self._tops[top] if place in roots and place not in order)
            order |= dict.fromkeys(sorted(others, key=lambda place: (-_shared(place, folder), place)))
            if not known:
                order |= dict.fromkeys(above)
            holders = set(self._tops[top])
            self._nearest[key] = tuple(place for place in order if place in holders)
        return self._nearest[key]

    def _at(self, place: str) -> str | None:
        for path in (f"{place}/__init__.py" if place else "__init__.py", f"{place}.py"):
            if path in self._files:
                return self.tree.links.get(path, path)
        return None


def _shared(one: str, other: str) -> int:
    """Returns how many leading folders two paths have in common."""
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def _tops(folders: Iterable[str], paths: Iterable[str]) -> dict[str, list[str]]:
    """Returns for each name of a module or folder the folders that hold one."""
    tops: dict[str, set[str]] = {}
    for folder in folders:
        if folder:
            tops.setdefault(folder.rpartition("/")[2], set()).add(_parent(folder))
    for path in paths:
        tops.setdefault(path.rpartition("/")[2].removesuffix(".py"), set()).add(_parent(path))
    return {name: sorted(places) for name, places in tops.items()}
