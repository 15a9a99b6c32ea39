"""Plans the repairs of findings, and picks those that can be made together."""

import ast
import tomllib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tta_validate.findings import Finding, FixRequest
from tta_validate.fix.changes import Change, applied, lines_of, overlap
from tta_validate.fix.content import Unfixable
from tta_validate.fix.edits import EDITS, Request
from tta_validate.report import Fix


@dataclass(frozen=True, slots=True)
class Planned:
    """A repair: changes by the path of their file. One that is not ``safe`` may change what the code does.

    Of repairs of one place, that of the lowest ``order`` comes first.
    """

    safe: bool
    changes: Mapping[str, tuple[Change, ...]]
    order: int = 0


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans repairs of findings of one project, whose texts it is given, and remembers them by fingerprint."""

    text: Callable[[str], str | None]
    plans: dict[str, Planned] = field(default_factory=dict[str, Planned])

    def __call__(self, finding: Finding, fingerprint: str) -> Fix | None:
        """Returns what repairs a finding, None where it has no repair or one that cannot be made here."""
        asked = finding.fix
        while asked is not None:
            if kept := self._changes(finding, asked):
                self.plans[fingerprint] = Planned(asked.safe, kept, int(asked.data.get("order", "0")))
                edits = (
                    lines_of(self.text(path) or "").edit(path, change)
                    for path, own in sorted(kept.items())
                    for change in own
                )
                return Fix(safe=asked.safe, edits=tuple(edits))
            asked = asked.otherwise
        return None

    def _changes(self, finding: Finding, asked: FixRequest) -> dict[str, tuple[Change, ...]]:
        """Returns the changes of a request, none where it cannot be made."""
        changes: dict[str, list[Change]] = {}
        try:
            for path, change in EDITS[asked.edit](Request(finding.location, asked.data, self.text)):
                changes.setdefault(path, []).append(change)
        except Unfixable:
            return {}
        kept = {path: tuple(sorted(set(own))) for path, own in changes.items()}
        return {} if any(_clash(own, ()) for own in kept.values()) else kept


def _clash(new: Sequence[Change], there: Iterable[Change]) -> bool:
    inside = any(overlap(one, other) for at, one in enumerate(new) for other in new[at + 1 :])
    return inside or any(overlap(one, other) for one in new for other in there)


def together(
    plans: Mapping[str, Planned], text: Callable[[str], str | None] = lambda _: None
) -> tuple[dict[str, list[Change]], list[str]]:
    """Returns changes that can be made at once, by path, and the keys of the plans that they come from.

    The first by position win; a plan is taken whole or not at all. Plans for one TOML file that together would break it
    are left to another time: they change lines of tables that both may extend.
    """
    chosen: dict[str, list[Change]] = {}
    taken: list[str] = []
    for key in sorted(plans, key=lambda key: _turn(plans[key], key)):
        own = plans[key].changes
        if any(_clash(changes, chosen.get(path, ())) for path, changes in own.items()):
            continue
        joined = {path: [*chosen[path], *changes] for path, changes in own.items() if path in chosen}
        if not any(path.endswith(".toml") and broken(path, text(path) or "", all_) for path, all_ in joined.items()):
            for path, changes in own.items():
                chosen.setdefault(path, []).extend(changes)
            taken.append(key)
    return chosen, taken


def _turn(plan: Planned, key: str) -> tuple[str, int, int, str]:
    path, changes = min(plan.changes.items())
    return path, changes[0].start if len(changes) == 1 else changes[-1].start, plan.order, key


def broken(path: str, before: str, changes: Iterable[Change]) -> bool:
    """Tells whether changes make a file that can be parsed into one that cannot."""
    return _parses(path, before) and not _parses(path, applied(before, changes))


def _parses(path: str, text: str) -> bool:
    try:
        if path.endswith((".py", ".pyi")):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        elif path.endswith((".toml", ".lock")):
            tomllib.loads(text)
        elif path.endswith((".yml", ".yaml")):
            return _parses_as_yaml(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _parses_as_yaml(text: str) -> bool:
    import yaml

    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except (yaml.YAMLError, RecursionError):
        return False
    return True
