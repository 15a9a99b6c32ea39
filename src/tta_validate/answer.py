"""What a command says, whichever format it is asked in."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from tta_validate import run
from tta_validate.report import Report, View


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says: its exit status, JSON, the text for a terminal, and a report for every other format."""

    status: int
    data: JsonValue
    text: Callable[[View], str]
    report: Callable[[], Report]
    diagnostics: tuple[str, ...] = ()
    markdown: Callable[[], str] | None = None
    concise: Callable[[], str] | None = None

    def render(self, name: str, view: View) -> str:
        """Returns the answer in a format."""
        if name == "terminal":
            return self.text(view)
        if name == "json":
            return json.dumps(self.data, indent=2, ensure_ascii=False) + "\n"
        if name == "markdown" and self.markdown is not None:
            return self.markdown()
        if name == "concise" and self.concise is not None:
            return self.concise()
        return run.render(self.report(), name, view)
