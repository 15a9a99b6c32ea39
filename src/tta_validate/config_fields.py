"""What the tables of the configuration are made of: flags, kinds of values, and what all tables have in common."""

from dataclasses import dataclass
from typing import Annotated, cast

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Flag:
    """The command line flag of a field; ``commands`` that have it, none for all; values ``split`` at commas or not."""

    name: str
    metavar: str
    commands: tuple[str, ...] = ()
    split: bool = True
    short: str = ""


def kebab(name: str) -> str:
    """Returns the key of a field."""
    return name.replace("_", "-")


def listed(value: object) -> object:
    """Returns a text as the only one of a list."""
    return (value,) if isinstance(value, str) else value


def off(value: object) -> object:
    """Returns None for ``false``, which turns a setting off."""
    return None if value is False else value


def keyed(value: object) -> object:
    """Returns a mapping; a list of names stands for one with nothing further said of each."""
    if isinstance(value, str):
        return {value: ()}
    return dict.fromkeys(cast("list[object]", value), ()) if isinstance(value, list | tuple) else value


Names = Annotated[tuple[str, ...], BeforeValidator(listed)]
Percent = Annotated[float | None, Field(ge=0, le=100), BeforeValidator(off)]


class Section(BaseModel):
    """What every table has in common: frozen, keys in kebab-case, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=AliasGenerator(kebab))
