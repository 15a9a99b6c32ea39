"""SQL in a form that can be compared: a shape without its literals, and the literals by the columns they are for."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tta_validate.replay.redact import HIDDEN, is_secret

Dialect = Literal["postgres", "mysql"]

LONGEST = 256 * 1024
"""A longer statement is compared as one text, in characters."""

_SPACE = r"(?P<space>\s+|--[^\n]*|/\*.*?\*/{hash})"
_NUMBER = r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)"
_WORD = r"(?P<word>[^\W\d]\w*)"
_POSTGRES = (
    _SPACE.format(hash=""),
    r"(?P<string>e'(?:[^'\\]|\\.|'')*+'|(?:u&|[nbx])?'(?:[^']|'')*+'|\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)",
    r"(?P<parameter>\$\d+)",
    r'(?P<name>"(?:[^"]|"")*+")',
    *(_NUMBER, _WORD, r"(?P<sign>::|[<>!]=|<>|.)"),
)
_MYSQL = (
    _SPACE.format(hash=r"|\#[^\n]*"),
    r"(?P<string>[nbx]?'(?:[^'\\]|\\.|'')*+'|\"(?:[^\"\\]|\\.|\"\")*+\")",
    r"(?P<parameter>\?)",
    r"(?P<name>`(?:[^`]|``)*+`)",
    *(_NUMBER, _WORD, r"(?P<sign>[<>!]=|<>|.)"),
)
_TOKENS = {
    dialect: re.compile("|".join(parts), re.IGNORECASE | re.DOTALL)
    for dialect, parts in (("postgres", _POSTGRES), ("mysql", _MYSQL))
}
_INSERTED = re.compile(
    r"^\s*(?:insert|replace)\b.{0,40}?\binto\s+\S+\s*\(([^()]*)\)\s*(?=values|value|select|overriding)", re.I | re.S
)
_COMPARING = frozenset(("=", "<", ">", "<=", ">=", "<>", "!=", "like", "ilike", "in", "("))
_CATALOG = re.compile(r"\b(?:pg_\w+|information_schema|current_schema|performance_schema)\b", re.I)
_UNQUALIFIED = re.compile(r"[a-z_]\w*(?! \.)\b")
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that was read. ``literals`` and ``parameters`` have the name of the column that each is for, where one is.

    ``text`` is one line for people, with literals that are secrets hidden; ``word`` the first word, in lower case.
    """

    text: str
    shape: str
    word: str
    literals: tuple[tuple[str, str], ...]
    parameters: tuple[str, ...]
    catalog: bool


@dataclass(slots=True)
class _Naming:
    """What the literal that comes next is for."""

    columns: list[str]
    last: str = ""
    sign: str = ""
    depth: int = 0
    at: int = -1
    values: bool = False

    def see(self, token: str, *, word: bool) -> None:
        lower = token.lower()
        if word:
            if lower in ("values", "value") and self.columns:
                self.values = True
            elif lower not in ("like", "ilike", "in", "not", "any"):
                self.last = token.strip('"`')
            self.sign = lower
            return
        self.sign = lower
        if token == "(":
            self.depth += 1
            self.at = 0 if self.depth == 1 else self.at
        elif token == ")":
            self.depth -= 1
        elif token == "," and self.depth == 1:
            self.at += 1

    def name(self, number: int, what: str) -> str:
        if self.values and 0 <= self.at < len(self.columns):
            return self.columns[self.at]
        return self.last if self.sign in _COMPARING - {"("} and self.last else f"{what} {number}"


@lru_cache(maxsize=4096)
def read_sql(sql: str, dialect: Dialect) -> Statement:
    """Returns a statement, or several in one text, without comments; blanks and case outside of quotes do not count."""
    if len(sql) > LONGEST:
        return Statement(sql[:200], sql, sql.split(None, 1)[0].lower() if sql.strip() else "", (), (), False)
    inserted = _INSERTED.match(sql)
    naming = _Naming([name.strip(' \n\t"`') for name in inserted[1].split(",")] if inserted else [])
    shape: list[str] = []
    shown: list[str] = []
    literals: list[tuple[str, str]] = []
    parameters: list[str] = []
    for kind, token in _tokens(sql, dialect):
        if kind == "space":
            shown.append(" ")
            continue
        told = token
        if kind in ("string", "number"):
            name = naming.name(len(literals) + 1, "literal")
            literals.append((name, token))
            told = HIDDEN if is_secret(name) else token
            shape.append("?" if kind == "string" else "0")
        elif kind == "parameter":
            parameters.append(naming.name(len(parameters) + 1, "parameter"))
            shape.append(token)
        else:
            naming.see(token, word=kind in ("word", "name"))
            shape.append(token.lower() if kind == "word" else token)
        shown.append(told)
    plain = " ".join(shape).replace("pg_catalog . ", "").rstrip("; ")
    text = " ".join("".join(shown).split()).rstrip("; ")
    first = plain.split(" ", 1)[0]
    return Statement(text, plain, first, tuple(literals), tuple(parameters), bool(_CATALOG.search(sql)))


def _tokens(sql: str, dialect: Dialect) -> Iterator[tuple[str, str]]:
    for found in _TOKENS[dialect].finditer(sql):
        kind = found.lastgroup or "sign"
        yield ("string" if kind == "tag" else kind), found[0]


def likeness(recorded: Statement, sent: Statement) -> float:
    """Returns how much two questions about the database's own catalog are the same one, 0 for two that are not.

    Versions of libraries ask them in other words; what they ask about stands in literals.
    """
    asked, wanted = (
        {value for _, value in one.literals if value.strip("'").isidentifier()} for one in (recorded, sent)
    )
    if asked and wanted and asked.isdisjoint(wanted):
        return 0.0
    one, other = (Counter(_UNQUALIFIED.findall(statement.shape)) for statement in (recorded, sent))
    words = 2 * (one & other).total() / ((one + other).total() or 1)
    shared = len(asked & wanted) / (min(len(asked), len(wanted)) or 1)
    return words + shared if words >= _ALIKE or (shared and words >= _ALIKE / 2) else 0.0
