"""What a piece of Python binds and imports, read from its text: every true answer is in it, some may be false.

Text inside string literals counts as code where telling it apart would need a parser.
"""

import keyword
import re

import msgspec


class Import(msgspec.Struct, frozen=True, gc=False):
    """One import: ``from ..module import names`` (``level`` dots, ``names`` not empty) or ``import module``.

    ``asnames`` has one entry a name (for ``import module``: one in all), None where there is no ``as``.
    """

    module: str
    level: int = 0
    names: tuple[str, ...] = ()
    asnames: tuple[str | None, ...] = ()

    def binds(self) -> tuple[str, ...]:
        """Returns the names that the statement binds; ``*`` for a star import."""
        if not self.names:
            return (self.asnames[0] or self.module.partition(".")[0],)
        return tuple(asname or name for name, asname in zip(self.names, self.asnames, strict=True))


_SPACE = r"(?:[ \t\f]|\\\n)"
_DOTTED = rf"\w+(?:{_SPACE}*\.{_SPACE}*\w+)*"
_HEAD = re.compile(
    rf"(?:^|[;:]){_SPACE}*(?:from(?!\w){_SPACE}*((?:\.{_SPACE}*)*)({_DOTTED})?{_SPACE}*)?\Z", re.MULTILINE
)
_TAIL = re.compile(rf"{_SPACE}*(?:\(((?:[^()#]|\#[^\n]*)*+)\)|(\*)|({_DOTTED}(?:{_SPACE}*,?{_SPACE}*{_DOTTED})*+))")
_IMPORT = re.compile(r"\bimport\b")
_NOISE = re.compile(r"#[^\n]*|\\\n")
_WORD = re.compile(r"[^\W\d]\w*")
_BARE_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_GLOBAL = re.compile(r"\bglobal\b([^\n;#]*(?:\\\n[^\n;#]*)*)")
_MAX_HEAD = 2000

_DEFINITION = re.compile(r"(?:@|async\s+def\b|def\b|class\b)")
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t\f\\\n]+([^\W\d]\w*)", re.MULTILINE)
_TARGET = re.compile(
    r"([^\W\d]\w*)[ \t]*(?::(?!=)[^=\n'\"({]*)?(?:(?:[-+*/%@&|^]|\*\*|//|<<|>>)?=(?!=)|\Z|$)", re.MULTILINE
)
_ATTRIBUTE_OR_CALL = re.compile(r"[^\W\d]\w*[ \t]*(?=[.(\[])")
_STRINGS = re.compile(r"""\w*(?:\"\"\"|''')|['"]""")


def words(text: str) -> frozenset[str]:
    """Returns every identifier-like word of the text."""
    return frozenset(_WORD.findall(text))


def imports(text: str) -> tuple[Import, ...]:
    """Returns the imports at any depth, in the order of the text."""
    found: list[Import] = []
    for hit in _IMPORT.finditer(text):
        start = text.rfind("\n", 0, hit.start()) + 1
        while text[start - 2 : start] == "\\\n" and hit.start() - start < _MAX_HEAD:
            start = text.rfind("\n", 0, start - 1) + 1
        head = _HEAD.search(text, start, hit.start()) if hit.start() - start < _MAX_HEAD else None
        tail = _TAIL.match(text, hit.end()) if head else None
        if head and tail:
            found.extend(_imports(head, _pieces(tail)))
    return tuple(found)


def _pieces(tail: re.Match[str]) -> list[tuple[str, str | None]]:
    if tail[2]:
        return [("*", None)]
    pieces: list[tuple[str, str | None]] = []
    for piece in _NOISE.sub(" ", tail[1] or tail[3] or "").split(","):
        name, *rest = re.sub(r"\s*\.\s*", ".", piece.strip()).split()[:3] or [""]
        if name:
            pieces.append((name, rest[1] if len(rest) == 2 and rest[0] == "as" else None))
    return pieces


def _imports(head: re.Match[str], pieces: list[tuple[str, str | None]]) -> list[Import]:
    if head[1] is None:
        return [Import(name, 0, (), (asname,)) for name, asname in pieces if name != "*"]
    module = _NOISE.sub("", head[2] or "").replace(" ", "").replace("\t", "")
    level = head[1].count(".")
    if not pieces or not (module or level):
        return []
    return [Import(module, level, tuple(name for name, _ in pieces), tuple(asname for _, asname in pieces))]


def _all_words(text: str) -> frozenset[str]:
    return frozenset(word for word in _BARE_WORD.findall(text) if not keyword.iskeyword(word))


def bound_names(text: str) -> frozenset[str]:
    """Returns every name that a top-level statement may bind in its module; ``*`` stands for a star import."""
    names = _own_names(text)
    if "global" in text:
        names |= {word for clause in _GLOBAL.findall(text) for word in _WORD.findall(clause)}
    return names


def _own_names(text: str) -> frozenset[str]:
    text = text.lstrip("\f")
    if _DEFINITION.match(text):
        defined = _DEFINED.search(text)
        return frozenset((defined[1],)) if defined and ":=" not in text else _all_words(text)
    if ":=" in text or ";" in text:
        return _all_words(text) | _star(text)
    if text.startswith(("import ", "from ")):
        return frozenset(name for one in imports(text) for name in one.binds())
    target = _TARGET.match(text)
    if target and not keyword.iskeyword(target[1]) and not _chained(text, target.end()):
        return frozenset((target[1],))
    if _STRINGS.match(text) or (_ATTRIBUTE_OR_CALL.match(text) and "=" not in _outside(text)):
        return frozenset()
    return _all_words(text) | _star(text)


def _chained(text: str, at: int) -> bool:
    """Tells whether the right side may be an assignment again (``a = b = c``)."""
    return re.search(r"(?<![=!<>])=(?!=)", _outside(text[at:])) is not None


_BRACKETED = re.compile(
    r"""\([^()\[\]{}'"#]*+\)|\[[^()\[\]{}'"#]*+\]|\{[^()\[\]{}'"#]*+\}|'[^'\\\n]*+'|"[^"\\\n]*+"|#[^\n]*+"""
)


def _outside(text: str) -> str:
    """Returns the text without its comments, plain strings and brackets, as far as three rounds take them away."""
    for _ in range(6):
        text, count = _BRACKETED.subn("", text)
        if not count:
            break
    return text


def _star(text: str) -> frozenset[str]:
    return frozenset("*") if "*" in text and any(one.names == ("*",) for one in imports(text)) else frozenset()
