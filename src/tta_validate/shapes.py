"""What the text of a whole file shows, in a form that can be kept: its statements, and what each may do."""

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from tta_validate import hints
from tta_validate.statements import blanked, split


class Shape(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file's statements, by number from 0, and names in it, joined by blanks.

    ``places``: for each statement its line, from 1, where its text starts, and where it ends. ``binds``: the names that
    each may bind. ``words``: all of the text. ``attributes``: the names of attributes, all words where names may be
    strings. ``defined``: names that are bound to functions, classes and modules only. ``holders``: attributes that are
    assigned. ``renamed``: new name and last word of the old one. ``bases``: words in the brackets of a statement's
    classes. ``decorated``, ``variables``: the statements with decorators that may do something to a call, and with
    calls of local variables. ``picks``: those that may return one of several things. ``closed``: False where a string
    or bracket does not close.
    """

    places: tuple[tuple[int, int, int], ...] = ()
    binds: tuple[str, ...] = ()
    words: str = ""
    attributes: str = ""
    defined: str = ""
    holders: str = ""
    renamed: tuple[tuple[str, str], ...] = ()
    bases: tuple[tuple[int, str], ...] = ()
    decorated: tuple[int, ...] = ()
    variables: tuple[int, ...] = ()
    picks: tuple[int, ...] = ()
    closed: bool = True

    @property
    def binders(self) -> Mapping[str, list[int]]:
        """The statements that may bind a name, by name."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, names in enumerate(self.binds):
            for name in names.split():
                found[name].append(number)
        return found


def shape(text: str) -> Shape:
    """Returns what the text of a module shows; its newlines are ``\\n``."""
    statements = split(text)
    code = blanked(text)
    places: list[tuple[int, int, int]] = []
    codes: list[str] = []
    binders: dict[str, list[str]] = defaultdict(list)
    binds: list[str] = []
    start = len(text) - sum(len(one.text) for one in statements)
    for one in statements:
        end = start + len(one.text)
        places.append((one.line, start, end))
        codes.append(code[start:end])
        start = end
        names = sorted(one.binds)
        binds.append(" ".join(names))
        for name in names:
            binders[name].append(codes[-1])
    bases = ((number, " ".join(sorted(hints.base_names(one)))) for number, one in enumerate(codes))
    return Shape(
        tuple(places),
        tuple(binds),
        " ".join(sorted(hints.words(text))),
        " ".join(sorted(hints.words(text) if hints.names_by_strings(code) else hints.attributes(code))),
        " ".join(sorted(name for name, ways in binders.items() if all(_defines(one, name) for one in ways))),
        " ".join(sorted(hints.holders(code))),
        tuple(hints.renamed(code)),
        tuple((number, words) for number, words in bases if words),
        tuple(number for number, one in enumerate(codes) if hints.decorated(one)),
        tuple(number for number, one in enumerate(codes) if hints.calls_variables(one)),
        tuple(number for number, one in enumerate(statements) if hints.picks(one.text)),
        all(one.closed for one in statements),
    )


def _defines(text: str, name: str) -> bool:
    if text.startswith("import "):
        return True
    if text.startswith("from "):
        return name[:1].isupper()
    return hints.defines(text, name)
