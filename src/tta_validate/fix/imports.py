"""Adds an import to a module: to the statement that imports from there already, else a line where it belongs."""

import ast
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence

from tta_validate.fix.changes import Change, Lines
from tta_validate.fix.content import Unfixable


def with_imports(lines: Lines, module: str, names: Iterable[str]) -> Iterator[Change]:
    """Yields the changes that import names; raises Unfixable where the module uses such a name for something else."""
    tree = parsed(lines.text)
    head = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    own = [node for node in head if isinstance(node, ast.ImportFrom) and node.module == module and not node.level]
    there = {alias.name for node in own for alias in node.names if alias.asname in (None, alias.name)}
    missing = sorted({*names} - there, key=_rank)
    if taken := sorted({*missing} & {*_bound(tree)}):
        raise Unfixable(f"{taken[0]} is the name of something else here")
    if not missing:
        return
    plain = [node for node in own if all(alias.name != "*" for alias in node.names)]
    if plain:
        yield from _added(lines, plain[0], missing)
    else:
        yield _line(lines, tree, f"from {module} import {', '.join(missing)}")


def parsed(text: str) -> ast.Module:
    """Returns the syntax tree of a module; raises Unfixable for what this Python cannot parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unfixable("this Python cannot parse it") from None


def place_of(lines: Lines, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Returns the offsets of a node."""
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return _offset(lines, node.lineno, node.col_offset), _offset(lines, end_line, end_column)


def _rank(name: str) -> tuple[int, str]:
    """Returns how isort orders names of one statement: constants, classes, the rest."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def _added(lines: Lines, node: ast.ImportFrom, names: Sequence[str]) -> Iterator[Change]:
    """Yields the changes that put names in their places among those of a statement."""
    groups: dict[int, list[str]] = {}
    for name in names:
        at = next((at for at, alias in enumerate(node.names) if _rank(alias.name) > _rank(name)), len(node.names))
        groups.setdefault(at, []).append(name)
    separator = _separator(lines, node)
    for at, some in groups.items():
        joined = separator.join(some)
        if at < len(node.names):
            start = _offset(lines, node.names[at].lineno, node.names[at].col_offset)
            yield Change(start, start, f"{joined}{separator}")
        else:
            last = node.names[-1]
            end = _offset(lines, last.end_lineno or last.lineno, last.end_col_offset or 0)
            yield Change(end, end, f"{separator}{joined}")


def _separator(lines: Lines, node: ast.ImportFrom) -> str:
    first = node.names[0]
    if first.lineno == node.lineno:
        return ", "
    if len(node.names) > 1 and node.names[1].lineno == first.lineno:
        return ", "
    return ",\n" + " " * first.col_offset


def _offset(lines: Lines, line: int, column: int) -> int:
    """Returns the offset of a place of `ast`, whose columns count the bytes of UTF-8."""
    text = lines.text[lines.starts[line - 1] : lines.end(line)]
    return lines.starts[line - 1] + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))


def _line(lines: Lines, tree: ast.Module, statement: str) -> Change:
    """Returns the change that puts an import where isort has it: by section, plain ones first, then by module."""
    head = list[ast.Import | ast.ImportFrom]()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            head.append(node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and not head):
            break
    module = statement.split()[1]
    for block in reversed(_blocks(lines, head)):
        if _section(block[0]) != _section_of(module):
            continue
        after = [node for node in block if _key(node) < (1, module)]
        if after:
            at = lines.offset((after[-1].end_lineno or after[-1].lineno) + 1, 1)
            return _inserted(lines, at, f"{statement}\n")
        at = lines.offset(block[0].lineno, 1)
        return _inserted(lines, at, f"{statement}\n")
    earlier = [node for node in head if _section(node) < _section_of(module)]
    later = [node for node in head if _section(node) > _section_of(module)]
    if later:
        return _inserted(lines, lines.offset(later[0].lineno, 1), f"{statement}\n\n")
    if earlier:
        at = lines.offset((earlier[-1].end_lineno or earlier[-1].lineno) + 1, 1)
        return _inserted(lines, at, f"\n{statement}\n")
    return _first(lines, tree, statement)


def _first(lines: Lines, tree: ast.Module, statement: str) -> Change:
    """Returns the change that makes an import the first one, after the docstring and the comments at the top."""
    body = tree.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        at = lines.offset((body[0].end_lineno or 1) + 1, 1)
        return _inserted(lines, at, f"\n{statement}\n")
    line = 1
    while line <= len(lines.starts) and lines.text[lines.offset(line, 1) : lines.end(line)].startswith("#"):
        line += 1
    at = lines.offset(line, 1)
    follows = lines.text[at : lines.end(line)] if line <= len(lines.starts) else ""
    blank = "\n\n" if follows.startswith(("def ", "class ", "async ", "@")) else "\n"
    return _inserted(lines, at, f"{statement}\n{blank}")


def _inserted(lines: Lines, at: int, text: str) -> Change:
    """Returns an insertion of whole lines; at the end of a text without a last newline, one comes before."""
    if at == len(lines.text) and lines.text and not lines.text.endswith("\n"):
        return Change(at, at, "\n" + text.removesuffix("\n"))
    return Change(at, at, text)


def _blocks(lines: Lines, head: Sequence[ast.Import | ast.ImportFrom]) -> list[list[ast.Import | ast.ImportFrom]]:
    """Returns the imports at the top that stand together without a blank line and are of one section."""
    blocks: list[list[ast.Import | ast.ImportFrom]] = []
    for node in head:
        last = blocks[-1][-1] if blocks else None
        if last is not None and (last.end_lineno or 0) + 1 == node.lineno and _section(last) == _section(node):
            blocks[-1].append(node)
        else:
            blocks.append([node])
    return blocks


def _key(node: ast.Import | ast.ImportFrom) -> tuple[int, str]:
    if isinstance(node, ast.Import):
        return (0, node.names[0].name)
    return (1, f"{'.' * node.level}{node.module or ''}")


def _section(node: ast.Import | ast.ImportFrom) -> int:
    if isinstance(node, ast.ImportFrom) and node.level:
        return 3
    return _section_of(_key(node)[1])


def _section_of(module: str) -> int:
    top = module.partition(".")[0]
    if top == "__future__":
        return 0
    return 1 if top in sys.stdlib_module_names else 2
