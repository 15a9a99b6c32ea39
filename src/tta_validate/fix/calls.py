"""A call in Python code, where it stands, and the keyword that it gets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider

from tta_validate.findings import Location
from tta_validate.fix.changes import Change, Lines, between
from tta_validate.fix.content import Unfixable
from tta_validate.scan.limits import refusal
from tta_validate.statements import split


@dataclass(frozen=True, slots=True)
class Code:
    """A top-level statement of a module, parsed: ``start`` is its offset, ``line`` the number of its first line."""

    lines: Lines
    start: int
    line: int
    text: str
    wrapper: MetadataWrapper

    @classmethod
    def around(cls, lines: Lines, line: int) -> "Code":
        """Returns the statement that a line belongs to; raises Unfixable for what the parser cannot take."""
        found = next((one for one in reversed(split(lines.text)) if one.line <= line), None)
        if found is None or refusal(found.text) is not None:
            raise Unfixable("the statement cannot be parsed")
        try:
            wrapper = MetadataWrapper(cst.parse_module(found.text), unsafe_skip_copy=True)
        except (cst.ParserSyntaxError, RecursionError):
            raise Unfixable("the statement cannot be parsed") from None
        return cls(lines, lines.offset(found.line, 1), found.line, found.text, wrapper)

    def call(self, place: Location) -> cst.Call:
        """Returns the call at a range of the file; raises Unfixable where there is none."""
        wanted = (place.line, place.column, place.end_line, place.end_column)
        for node, found in self.wrapper.resolve(PositionProvider).items():
            start, end = found.start, found.end
            here = (start.line + self.line - 1, start.column + 1, end.line + self.line - 1, end.column + 1)
            if here == wanted and isinstance(node, cst.Call):
                return node
        raise Unfixable("there is no call")

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Returns the node around a node."""
        return self.wrapper.resolve(ParentNodeProvider).get(node)

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yields the nodes around a node, nearest first."""
        while (up := self.parent(node)) is not None:
            yield up
            node = up

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Returns the offsets of a node in the file."""
        place: CodeRange = self.wrapper.resolve(PositionProvider)[node]
        own = Lines(self.text)
        return (
            self.start + own.offset(place.start.line, place.start.column + 1),
            self.start + own.offset(place.end.line, place.end.column + 1),
        )

    def source(self, node: cst.CSTNode) -> str:
        """Returns the text of a node as it stands in the file."""
        start, end = self.span(node)
        return self.lines.text[start:end]

    def replaced(self, old: cst.CSTNode, new: cst.CSTNode) -> Iterator[Change]:
        """Yields the changes of the file that put one node in the place of another."""
        after = self.wrapper.module.deep_replace(old, new)
        assert isinstance(after, cst.Module)
        for change in between(self.text, after.code):
            yield Change(self.start + change.start, self.start + change.end, change.text)


def with_keyword(call: cst.Call, keyword: str, value: str) -> cst.Call:
    """Returns a call that has a keyword with a value, laid out as its arguments are; raises Unfixable for a ``**``."""
    expression = cst.parse_expression(value)
    for at, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == keyword:
            if not isinstance(arg.value, cst.Name) or arg.value.value != "None":
                raise Unfixable(f"{keyword} is set already")
            args = [*call.args[:at], arg.with_changes(value=expression), *call.args[at + 1 :]]
            return call.with_changes(args=args)
        if arg.star:
            raise Unfixable("what the arguments are is not written there")
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    new = cst.Arg(value=expression, keyword=cst.Name(keyword), equal=equal)
    if not call.args:
        return call.with_changes(args=[new])
    *before, last = call.args
    ends = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    space, rest = _between(call, before), ends
    if isinstance(ends, cst.ParenthesizedWhitespace) and ends.first_line.comment is not None:
        rest = _without_comment(ends)
        lines = (space, call.whitespace_before_args, ends)
        above = next(one for one in lines if isinstance(one, cst.ParenthesizedWhitespace))
        space = above.with_changes(first_line=ends.first_line)
    comma = last.comma.with_changes(whitespace_after=rest) if isinstance(last.comma, cst.Comma) else last.comma
    no_space = cst.SimpleWhitespace("")
    after = no_space if isinstance(last.comma, cst.Comma) else rest
    args = [
        *before,
        last.with_changes(comma=cst.Comma(whitespace_after=space), whitespace_after_arg=no_space),
        new.with_changes(comma=comma, whitespace_after_arg=after),
    ]
    return call.with_changes(args=args)


def _between(call: cst.Call, before: Sequence[cst.Arg]) -> cst.BaseParenthesizableWhitespace:
    """Returns the whitespace that goes between arguments: a line each where they stand like that."""
    if before and isinstance(before[-1].comma, cst.Comma):
        return _without_comment(before[-1].comma.whitespace_after)
    single = isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace) and not before
    if single and isinstance(call.args[-1].comma, cst.Comma):
        return _without_comment(call.whitespace_before_args)
    return cst.SimpleWhitespace(" ")


def _without_comment(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=cst.TrailingWhitespace(newline=space.first_line.newline), empty_lines=[])
    return space
