"""What takes the place of one command."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instead:
    """``new`` takes the place of a command, empty for nothing; None where a person has to decide.

    ``piped``: what the command's output is piped to goes with it.
    """

    rule: str
    new: str | None
    advice: str
    piped: bool = False
