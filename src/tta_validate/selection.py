"""Which rules and metrics a run has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from tta_validate import metrics
from tta_validate.config import Loaded, closest
from tta_validate.errors import InputError
from tta_validate.plugins import loaders
from tta_validate.rule import FAMILIES, OPTIONAL_FAMILIES, Rule


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules of a run, in the order of their families, and the names of its metrics."""

    rules: tuple[Rule, ...]
    metrics: tuple[str, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the rules."""
        return frozenset(rule.id for rule in self.rules)


def available() -> dict[str, Callable[[], object]]:
    """Returns rule id -> loader for every rule there is, in the order of the families."""
    found = loaders("tta_validate_rules")
    return {name: found[name] for name in sorted(found, key=_order)}


def load_rule(name: str) -> Rule:
    """Returns the rule of that id; raises InputError for an id that no rule and no plugin has."""
    found = available()
    if name not in found:
        raise InputError(f"there is no rule {name!r}{closest(name, [*found])}")
    return cast("type[Rule]", found[name]())(name)


def select(
    loaded: Loaded, *, everything: bool = False, may_report: Callable[[str], bool] = lambda _: True
) -> Selection:
    """Returns what the configuration selects; raises InputError for a name that is no rule, metric or family.

    With ``everything``, that is all but what it ignores. Rules that cannot report, by their ids, are left out.
    """
    config, found = loaded.config, available()
    names = [*found, *metrics.NAMES]
    families = {*FAMILIES, *(_family(name) for name in names)}
    for key, given in (("select", config.select), ("ignore", config.ignore)):
        _refuse_unknown(given, [*names, *families], loaded.origins.get(key, key))
    for member, entry in config.members.items():
        where = loaded.origins.get(f"members.{member}.ignore", "ignore")
        _refuse_unknown(entry.ignore, [*names, *families], where)
    wanted = [name for name in names if everything or _chosen(name, config.select)]
    chosen = [name for name in wanted if not _named(name, config.ignore)]
    rules = tuple(cast("type[Rule]", found[name]())(name) for name in chosen if name in found and may_report(name))
    return Selection(rules, tuple(name for name in chosen if name in metrics.NAMES))


def _family(name: str) -> str:
    return name.partition("-")[0]


def _order(name: str) -> tuple[int, str]:
    family = _family(name)
    return (FAMILIES.index(family) if family in FAMILIES else len(FAMILIES), name)


def _named(name: str, names: Iterable[str]) -> bool:
    wanted = set(names)
    return name in wanted or _family(name) in wanted


def _chosen(name: str, select: tuple[str, ...]) -> bool:
    return _named(name, select) if select else _family(name) not in OPTIONAL_FAMILIES


def _refuse_unknown(names: Iterable[str], known: list[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise InputError(f"{where}: no rule, metric or family is called {name!r}{_near(name, known)}")


def _near(name: str, known: list[str]) -> str:
    hint = closest(name, known)
    return hint if hint.startswith("; did") else "; `tta-validate rules` lists them"
