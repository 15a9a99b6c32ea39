"""The inputs of the action, which reach it through the environment only."""

from collections.abc import Mapping
from dataclasses import dataclass

from tta_validate.errors import InputError

PREFIX = "TTA_"
"""What stands before the name of an input in the environment: ``fail-on`` is in ``TTA_FAIL_ON``."""

AUTO, NONE = "auto", "none"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the workflow asks for; empty texts leave a thing to the project's configuration."""

    paths: tuple[str, ...] = (".",)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = ""
    base_ref: str = AUTO
    recordings: str = ""
    replay: bool = False
    engine: str = ""
    outputs: tuple[str, ...] = ()
    comment: bool = False
    sarif: bool = False
    history: str = ""


def read(environment: Mapping[str, str]) -> Inputs:
    """Returns the inputs; raises InputError, naming the input, for a value that none of them takes."""

    def text(name: str) -> str:
        return environment.get(PREFIX + name.upper().replace("-", "_"), "").strip()

    recordings = text("recordings")
    return Inputs(
        paths=_lines(text("path")) or (".",),
        select=_names(text("select")),
        ignore=_names(text("ignore")),
        fail_on=_one_of("fail-on", text("fail-on"), ("", "error", "warning", "info")),
        base_ref=text("base-ref") or AUTO,
        recordings=recordings,
        replay=_switch("replay", text("replay") or AUTO, automatic=bool(recordings)),
        engine=_one_of("engine", text("engine"), ("", "native", "keploy", "auto")),
        outputs=_lines(text("outputs")),
        comment=_switch("comment", text("comment")),
        sarif=_switch("sarif", text("sarif")),
        history=text("history"),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for line in text.splitlines() for part in line.split(",") if part.strip())


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        listed = ", ".join(one for one in known if one)
        raise InputError(f"input {name}: {value!r} is none of {listed}")
    return value


def _switch(name: str, value: str, *, automatic: bool | None = None) -> bool:
    known = {"true": True, "false": False, "": False}
    if automatic is not None:
        known[AUTO] = automatic
    if value.lower() not in known:
        raise InputError(f"input {name}: {value!r} is none of {', '.join(one for one in known if one)}")
    return known[value.lower()]
