"""How the replay of a case went."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tta_validate.plain_text import clean
from tta_validate.recordings.model import Case, Place, Response, Skipped
from tta_validate.replay.compare_model import Difference
from tta_validate.replay.mock import CaseCalls
from tta_validate.replay.values_model import Substitution

Verdict = Literal["passed", "failed", "skipped", "error"]
"""``error``: the case could not be judged, ``failed``: the app did not do what was recorded."""


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on a case. ``reason`` is one line, ``text`` all that a reader needs of a case that did not pass.

    ``answer`` is what the app said, None without an answer. ``acceptable`` tells that the answer alone was the reason,
    so that it can become the new expectation. ``before`` names the cases that were replayed only to set this one up.
    """

    set_name: str
    name: str
    place: Place
    verdict: Verdict
    reason: str = ""
    text: str = ""
    seconds: float = 0.0
    differences: tuple[Difference, ...] = ()
    calls: CaseCalls = field(default_factory=CaseCalls)
    substitutions: tuple[Substitution, ...] = ()
    answer: Response | None = None
    acceptable: bool = False
    before: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the case was tried and did not pass."""
        return self.verdict in ("failed", "error")


@dataclass(frozen=True, slots=True)
class Unused:
    """A mock that answered no call of its set; ``call`` describes it and the call."""

    set_name: str
    name: str
    place: Place
    call: str


def unused_lines(unused: Sequence[Unused], most: int | None = None) -> list[str]:
    """Returns a line for each mock that answered no call, for ``most`` of them at most."""
    lines = [f"unused {clean(one.set_name)}: {clean(one.call)}" for one in unused[:most]]
    more = len(unused) - len(lines)
    return [*lines, f"... and {more} more unused mocks"] if more else lines


def skipped(set_name: str, one: Skipped) -> Result:
    """Returns the result of a case that cannot be used."""
    return Result(set_name, one.name, one.place, "skipped", one.reason)


def left_out(case: Case, reason: str) -> Result:
    """Returns the result of a case that is not to be replayed."""
    return Result(case.set_name, case.name, case.place, "skipped", reason)


def unjudged(case: Case, reason: str, tail: str = "", before: Sequence[str] = ()) -> Result:
    """Returns the result of a case that could not be tried; ``tail`` is what the app printed last."""
    text = f"{case.place}\n  {reason}" + (f"\n  the app printed last:\n{indented(tail)}" if tail else "")
    return Result(case.set_name, case.name, case.place, "error", reason, text, before=tuple(before))


def indented(text: str) -> str:
    """Returns a text with its lines moved to the right."""
    return "\n".join(f"    {line}" for line in text.splitlines())
