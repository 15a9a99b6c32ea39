"""What a project's code imports, held against what the project declares."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tta_validate.hygiene.code import FOR_DEVELOPMENT, Code
from tta_validate.hygiene.declared import Declared, Requirement
from tta_validate.hygiene.distributions import Distributions, Index, around, depth, find, known_giver
from tta_validate.hygiene.imports import CONDITIONAL, GUARDED, LOCAL, QUOTED, TYPING, Seen
from tta_validate.hygiene.known import is_known_as
from tta_validate.hygiene.locked import Reached
from tta_validate.lock_model import normalised
from tta_validate.modules import Modules

State = Literal["own", "declared", "group", "transitive", "missing", "unknown"]

DEVELOPMENT = frozenset(
    {"dev", "develop", "development", "test", "tests", "testing", "lint", "typing", "doc", "docs", "all"}
)
"""Extras by whose names they are for those who work on the project, or gather others."""

_FEW = 5
_MODULES_OF_PYTHON = sys.stdlib_module_names | {
    "__main__",
    "_typeshed",
    "__builtin__",
    "distutils",
    "imp",
    "asyncore",
    "asynchat",
    "smtpd",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An import of a module in a file."""

    path: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class Wanted:
    """A distribution that code imports: ``name`` is empty where only the module is known; places in order.

    ``by``: what declares it instead, or brings it.
    """

    name: str
    module: str
    state: State
    places: tuple[Place, ...]
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What the user says of groups and packages."""

    runtime_groups: frozenset[str] = frozenset()
    development_extras: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True)
class Usage:
    """The imports of one member against its declarations."""

    member: Declared
    code: Code
    distributions: Distributions
    settings: Settings
    modules: Modules
    reached: Reached
    siblings: Mapping[str, Declared]

    @cached_property
    def runtime(self) -> frozenset[str]:
        """The names that are declared for those who install the project, extras included."""
        return frozenset(one.name for one in self.member.requirements if one.name and self._runs(one))

    @cached_property
    def grouped(self) -> Mapping[str, tuple[str, ...]]:
        """The groups, and extras that stand for groups, of the names that nothing else declares."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.member.requirements:
            if one.name and one.name not in self.runtime:
                found[one.name] = (*found.get(one.name, ()), one.holder)
        return found

    def _runs(self, one: Requirement) -> bool:
        if one.kind == "group":
            return any(one.holder in self.member.within(name) for name in self.settings.runtime_groups)
        return one.kind == "runtime" or one.holder not in self.settings.development_extras

    @cached_property
    def unmatched(self) -> frozenset[str]:
        """The requirements that no import matches and of which no module is known: any may give an unknown module."""
        return frozenset(name for name in self.runtime - self.used.keys() if not self.distributions.modules(name)[1])

    @cached_property
    def strangers(self) -> frozenset[str]:
        """The first names of imported modules that no distribution is known to give."""
        return frozenset(
            seen.top
            for _, _, seen in self._external
            if not seen.flags & QUOTED and self.judged(seen.module)[:2] in (("", "missing"), ("", "unknown"))
        )

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """What runtime code imports and the project does not declare for it, in the order of names."""
        found: dict[tuple[str, str, State], list[Place]] = {}
        about: dict[tuple[str, str, State], tuple[str, ...]] = {}
        for path, runs, seen in self._external:
            if not runs or seen.flags & (TYPING | GUARDED | CONDITIONAL | QUOTED):
                continue
            name, state, by = self.judged(seen.module)
            if state == "missing" and not name and len(self.unmatched) >= len(self.strangers):
                continue
            if state == "transitive" and any(self.distributions.may_give(one, seen.module) for one in self.unmatched):
                continue
            if state in ("group", "transitive", "missing"):
                key = (name, "" if name else seen.top, state)
                found.setdefault(key, []).append(Place(path, seen))
                about[key] = by
        return tuple(
            Wanted(
                key[0],
                places[0].seen.module if key[0] else key[1],
                key[2],
                tuple(sorted(places, key=_order)),
                about[key],
            )
            for key, places in sorted(found.items())
        )

    @cached_property
    def eager(self) -> frozenset[str] | None:
        """The files that importing the member's packages or starting its programs runs; None where any may be run.

        A module that nothing runs unasked may need what only its users install. Where the packages themselves run
        little of the code, each module is a way in.
        """
        packages = self.code.packages(self.member)
        files = [path for path in self.code.by_member.get(self.member.folder, ()) if self.code.runs(self.member, path)]
        if not packages:
            return None
        waiting = [f"{package}/{name}.py" for package in packages for name in ("__init__", "__main__")]
        for program in self.member.table("project", "scripts").values():
            module = self.modules.resolve(str(program).partition(":")[0].strip(), f"{packages[0]}/__init__.py")
            waiting += [module] if module else []
        found: set[str] = set()
        while waiting:
            path = waiting.pop()
            if path in found or path not in self.code.imports.files:
                continue
            found.add(path)
            for seen in self.code.imports.files[path]:
                if not seen.flags:
                    waiting += [one for one in self._targets(path, seen) if one not in found]
        return None if len(found) < _FEW and len(found) * 4 < len(files) else frozenset(found)

    def _targets(self, path: str, seen: Seen) -> Iterator[str]:
        """Yields the files that an import runs: the module, the packages around it, the modules taken from it."""
        if seen.top in _MODULES_OF_PYTHON:
            return
        named = (f"{seen.module}.{name}" if seen.module else name for name in seen.names)
        for dotted in (seen.module, *named):
            target = self.modules.resolve(dotted, path, seen.level)
            if target is None:
                continue
            yield target
            folder = target.rpartition("/")[0]
            while folder in self.code.imports.tree.packages:
                yield f"{folder}/__init__.py"
                folder = folder.rpartition("/")[0]

    def is_late(self, place: Place) -> bool:
        """Tells whether an import runs only when asked for: in a function, a module of its own, a folder for tools."""
        if place.seen.flags & LOCAL or FOR_DEVELOPMENT.search(self.code.inner(self.member, place.path)):
            return True
        return self.eager is not None and place.path not in self.eager

    @cached_property
    def _external(self) -> tuple[tuple[str, bool, Seen], ...]:
        """The imports that lead out of the project and the standard library."""
        return tuple(one for one in self.code.seen(self.member) if self._leads_out(one[0], one[2]))

    def _leads_out(self, path: str, seen: Seen) -> bool:
        if seen.top in _MODULES_OF_PYTHON:
            return False
        return self._local(seen.module, seen.top, path.rpartition("/")[0], path) is None

    def _local(self, module: str, top: str, folder: str, path: str) -> str | None:
        key = (module, folder)
        if key not in self._resolved:
            self._resolved[key] = self.modules.resolve(module, path) or (
                None if self._shared(module) else self.modules.resolve(top, path) or self._namespace(top)
            )
        return self._resolved[key]

    def _shared(self, module: str) -> bool:
        """Tells whether a dependency gives a part of a package that the tree holds another part of."""
        return "." in module and any(depth(index, module) > 1 for index in self._indexes[1:])

    @cached_property
    def _resolved(self) -> dict[tuple[str, str], str | None]:
        return {}

    def _namespace(self, top: str) -> str | None:
        """Returns a folder of the tree that may be meant: one without ``__init__.py`` is a package as well."""
        packages = self.code.imports.tree.packages
        folders = tuple(one for one in self.modules.holders(top) if one not in packages)
        if top not in self.modules.external:
            return folders[0] if folders else None
        inside = self.member.folder
        return next((one for one in folders if one in (inside, f"{inside}/src".lstrip("/"), "", "src")), None)

    def judged(self, module: str) -> tuple[str, State, tuple[str, ...]]:
        """Returns the distribution that gives a module, how the project comes by it, and what declares or brings it."""
        if module not in self._judged:
            self._judged[module] = self._judge(module)
        return self._judged[module]

    @cached_property
    def _judged(self) -> dict[str, tuple[str, State, tuple[str, ...]]]:
        return {}

    def _judge(self, module: str) -> tuple[str, State, tuple[str, ...]]:
        own, runtime, grouped, reached = self._indexes
        if (deep := depth(own, module)) and all(deep >= depth(one, module) for one in (runtime, grouped, reached)):
            return self.member.name, "own", ()
        if found := find(runtime, module):
            return found[0], "declared", ()
        if found := find(grouped, module):
            return found[0], "group", self.grouped[found[0]]
        if found := find(reached, module):
            return found[0], "transitive", self.reached.by(found[0])
        known = known_giver(module)
        if found := find(self.distributions.index(self.distributions.installed.infos), module) if not known else []:
            return found[0], "transitive", ()
        if known:
            return known, "missing", ()
        names = (*self.runtime, *self.grouped, *self.reached.names)
        if any(self.distributions.may_give(name, module) for name in names):
            return "", "unknown", ()
        return "", "missing", ()

    @cached_property
    def _indexes(self) -> tuple[Index, Index, Index, Index]:
        own = (self.member.name,) if self.member.name else ()
        lists = (own, sorted(self.runtime), sorted(self.grouped), self.reached.names)
        first, second, third, fourth = (self.distributions.index(names) for names in lists)
        return first, second, third, fourth

    @cached_property
    def used(self) -> Mapping[str, bool]:
        """The distributions that any file of the member imports -> whether a file that runs in production does."""
        found: dict[str, bool] = {}
        declared = self.distributions.index({*self.runtime, *self.grouped})
        for _, runs, seen in self._external:
            for name in self._givers(seen.module, declared):
                found[name] = found.get(name, False) or runs
        for seen in self.code.foreign(self.member):
            found.update(dict.fromkeys(self._givers(seen.module, declared), True))
        return found

    def _givers(self, module: str, declared: Index) -> tuple[str, ...]:
        """Returns every declared distribution that gives a module or one around it: each of them may be meant."""
        if module not in self._given:
            self._given[module] = tuple(name for one in reversed(around(module)) for name in declared.get(one, ()))
        return self._given[module]

    @cached_property
    def _given(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def unexplained(self) -> frozenset[str]:
        """The modules that no distribution is known to give."""
        found: set[str] = set()
        for _, _, seen in self._external:
            if not seen.flags & QUOTED and self.judged(seen.module)[1] in ("unknown", "missing"):
                found.add(seen.module)
        return frozenset(found)

    @cached_property
    def sibling_imports(self) -> Mapping[str, Place]:
        """The members whose modules the member imports, by name, with the first place in code that runs."""
        found: dict[str, Place] = {}
        for path, runs, seen in self.code.seen(self.member):
            if seen.top in _MODULES_OF_PYTHON or seen.flags & (QUOTED | TYPING | GUARDED | CONDITIONAL):
                continue
            target = self._local(seen.module, seen.top, path.rpartition("/")[0], path)
            home = self.code.home(target) if target and target.endswith(".py") else None
            if (
                home is not None
                and home.folder != self.member.folder
                and home.name
                and (runs or home.name not in found)
            ):
                place = Place(path, seen)
                if runs and (home.name not in found or _order(place) < _order(found[home.name])):
                    found[home.name] = place
        return found

    @cached_property
    def all_sibling_imports(self) -> frozenset[str]:
        """The members whose modules any file of the member imports."""
        found: set[str] = set()
        for path, _, seen in self.code.seen(self.member):
            if seen.top not in _MODULES_OF_PYTHON:
                target = self._local(seen.module, seen.top, path.rpartition("/")[0], path)
                home = self.code.home(target) if target and target.endswith(".py") else None
                if home is not None:
                    found.add(home.name)
        return frozenset(found)

    def idle(self) -> Iterator[Requirement]:
        """Yields the requirements for production that no file imports, as far as imports alone can tell."""
        has_code = any(True for _ in self.code.seen(self.member))
        for one in self.member.requirements if has_code else ():
            if not one.name or not self._runs(one) or one.name == self.member.name or one.name in self.settings.used:
                continue
            if one.kind != "runtime" and one.holder in DEVELOPMENT:
                continue
            if one.name in self.used or one.name in self.all_sibling_imports or self._in_python(one.name):
                continue
            if self.adds_on(one.name) or (one.kind != "runtime" and self.unexplained):
                continue
            if one.name in self.unmatched and self.strangers:
                continue
            if not any(self.distributions.may_give(one.name, module) for module in self.unexplained):
                yield one

    def adds_on(self, name: str) -> bool:
        """Tells whether a package goes by the project's name: it extends it, and need not be imported."""
        return bool(self.member.name) and (
            name.startswith(f"{self.member.name}-") or name.endswith(f"-{self.member.name}")
        )

    def _in_python(self, name: str) -> bool:
        return name.replace("-", "_") in sys.stdlib_module_names

    def plugs_in(self, name: str) -> bool:
        """Tells whether a distribution is used without an import: plugins, programs, drivers, stubs."""
        if self.distributions.installed.plugs_in(name) or is_known_as(name, "loaded by name"):
            return True
        loading = {*self.runtime, *self.reached.installed}
        return any(is_known_as(f"{one}>{name}", "loaded where it is") for one in loading if one != name)


def _order(place: Place) -> tuple[str, int]:
    return (place.path, place.seen.line)


def standard(name: str) -> bool:
    """Tells whether a distribution has the name of a module of the standard library."""
    return normalised(name).replace("-", "_") in sys.stdlib_module_names


def external(names: Iterable[str], distributions: Distributions) -> frozenset[str]:
    """Returns the first names of the modules that distributions give."""
    return frozenset(module.partition(".")[0] for name in names for module in distributions.modules(name)[0])
