"""Source text to facts. The only reader of Python syntax, by libcst; it knows no library."""

from tta_validate import facts as f
from tta_validate.extract import tree
from tta_validate.extract.cursor import Unreadable
from tta_validate.extract.statements import StatementReader

__all__ = ["Unreadable", "extract"]


def extract(text: str) -> f.Facts:
    """Returns the facts of a module's text, or of some whole top-level statements of one.

    Raises `Unreadable`.
    """
    try:
        module = tree.parse(text)
    except tree.ParserSyntaxError as error:
        raise Unreadable(f"syntax error: {error.message.strip().splitlines()[0]}", error.raw_line - 1) from None
    reader = StatementReader(text)
    return f.Facts(reader.block(module.body), len(reader.starts))
