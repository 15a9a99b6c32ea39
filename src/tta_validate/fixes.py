"""What a rule attaches to a finding so that `check --fix` can repair it; data only, `fix` turns it into edits."""

import json
from collections.abc import Iterable, Mapping

from tta_validate.findings import FixRequest, Location

Operation = tuple[str, tuple[str | int, ...], object]
"""A change of a TOML file: what to do, where, and with which value."""


def replacement(text: str, *, safe: bool = True) -> FixRequest:
    """Returns the request to put a text in the place of the finding's range."""
    return FixRequest("replace", {"text": text}, safe)


def lines(new: Iterable[str] = (), *, safe: bool = True) -> FixRequest:
    """Returns the request to put lines, without their ends, in the place of the finding's lines; none removes them."""
    return FixRequest("lines", {"lines": json.dumps([*new])}, safe)


def ranges(edits: Iterable[tuple[Location, str]], *, safe: bool = True) -> FixRequest:
    """Returns the request to put texts in the places of ranges of any files; all of them or none.

    An empty range inserts. The end of a location is taken as it is given.
    """
    told = [[one.path, one.line, one.column, one.end_line, one.end_column, text] for one, text in edits]
    return FixRequest("ranges", {"edits": json.dumps(told)}, safe)


def without_comment(*, safe: bool = True) -> FixRequest:
    """Returns the request to remove the comment at the finding's range, with its line where it stands alone."""
    return FixRequest("remove-comment", {}, safe)


def without_names(names: Iterable[str], *, safe: bool = True) -> FixRequest:
    """Returns the request to take names out of the ignore comment at the finding's range; without any left, it goes."""
    return FixRequest("remove-names", {"names": json.dumps([*names])}, safe)


def toml(*operations: Operation, path: str = "", safe: bool = True) -> FixRequest:
    """Returns the request to change a TOML file, the finding's own by default, keeping comments and layout."""
    return FixRequest("toml", {"path": path, "operations": json.dumps(operations)}, safe)


def toml_set(keys: Iterable[str | int], value: object) -> Operation:
    """Returns the operation that gives a key a value; tables on the way are made."""
    return ("set", tuple(keys), value)


def toml_remove(keys: Iterable[str | int]) -> Operation:
    """Returns the operation that removes a key, a table or an element; comments above a table go with it.

    So does a table of sources, groups or extras that is empty then.
    """
    return ("remove", tuple(keys), None)


def toml_fold(keys: Iterable[str | int], into: Iterable[str | int]) -> Operation:
    """Returns the operation that removes an element and leaves the comment beside it to another one."""
    return ("fold", tuple(keys), [*into])


def toml_transfer(keys: Iterable[str | int], to: Iterable[str | int]) -> Operation:
    """Returns the operation that moves an element, with the comment beside it, to the end of another array."""
    return ("transfer", tuple(keys), [*to])


def toml_append(keys: Iterable[str | int], element: object) -> Operation:
    """Returns the operation that adds an element to an array, which is made where there is none."""
    return ("append", tuple(keys), element)


def toml_move(keys: Iterable[str | int], to: Iterable[str | int]) -> Operation:
    """Returns the operation that moves a key's value, with the comments above and within, to another key."""
    return ("move", tuple(keys), [*to])


def python(name: str, data: Mapping[str, str] | None = None, *, safe: bool = True) -> FixRequest:
    """Returns the request for a codemod of `tta_validate.fix` at the finding's range, with what it asks to know."""
    return FixRequest(name, data or {}, safe)
