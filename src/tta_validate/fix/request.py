"""What an edit is made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tta_validate.findings import Location
from tta_validate.fix.changes import Change, Lines, lines_of
from tta_validate.fix.content import Unfixable


@dataclass(frozen=True, slots=True)
class Request:
    """One repair: the finding's place, the data of the request, and the texts of the project's files."""

    place: Location
    data: Mapping[str, str]
    text: Callable[[str], str | None]

    def lines(self, path: str) -> Lines:
        """Returns the text of a file; raises Unfixable where it cannot be read."""
        text = self.text(path)
        if text is None:
            raise Unfixable(f"{path} cannot be read")
        return lines_of(text)


Changes = Iterable[tuple[str, Change]]
"""Changes with the paths of their files."""
