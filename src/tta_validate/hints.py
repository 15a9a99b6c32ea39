"""What the text of a statement shows before anything parses it: more may seem to be there than is, never less.

Text inside comments and string literals counts as code; `statements.blanked` takes it away.
"""

import builtins
import keyword
import re
from collections.abc import Iterator

_GAP = r"(?:\s|\\\n|#[^\n]*\n)*+"
_WORD = re.compile(r"[^\W\d]\w*+")
_ATTRIBUTE = re.compile(rf"\.{_GAP}([^\W\d]\w*+)")
_CALLED_ATTRIBUTE = re.compile(rf"\.{_GAP}([^\W\d]\w*+){_GAP}\(")
_CALLED_NAME = re.compile(rf"(?<![\w.])([^\W\d]\w*+){_GAP}\(")
_CALLED_RESULT = re.compile(rf"[)\]}}]{_GAP}\(")
_CALLED_ENTRY = re.compile(rf"\]{_GAP}\(")
MODEL_WORDS = "model|checkpoint|provider|backend|engine|vendor|platform|llm_type|api_type|service"
"""What the names of models and of those who offer them have in them."""

_BY_MODEL = re.compile(rf"\b(?:if|elif|match)\b[^:]{{0,400}}?(?:{MODEL_WORDS})", re.IGNORECASE)
_HANDED_ATTRIBUTE = re.compile(rf"\.{_GAP}([^\W\d]\w*+)(?={_GAP}[,)])")
_TARGET = re.compile(rf"{_GAP}(?:[:,)\]]|=(?!=)|[-+*/%@&|^<>]{{1,2}}=|in\b)")
_ASSIGNED_ATTRIBUTE = re.compile(rf"\.{_GAP}([^\W\d]\w*+)(?={_TARGET.pattern})")
_IN_CLASS = re.compile(rf"(?:^[ \t]+|[;:=,(\[*]{_GAP})([^\W\d]\w*+)(?={_TARGET.pattern})", re.MULTILINE)
_DEFINED = re.compile(rf"\b(?:def|class)\b{_GAP}([^\W\d]\w*+)")
_DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)\b[ \t]*(?:\\\n[ \t]*)?(\w++)", re.MULTILINE)
_DECORATOR = re.compile(r"^[ \t]*@[ \t]*([\w.]*)", re.MULTILINE)
_HEADER = re.compile(rf"\bclass\b{_GAP}\w++{_GAP}(?:\[[^\]]*\])?{_GAP}\(((?:[^()]|\([^()]*+\))*+)")
_RENAMED = re.compile(r"^[ \t]*(\w++)[ \t]*=[ \t]*(?:\w++\.)*+(\w++)[ \t]*(?:#.*)?$", re.MULTILINE)
PLAIN_DECORATORS = frozenset(
    ("property", "staticmethod", "classmethod", "abstractmethod", "dataclass", "overload", "override", "final")
)
"""Decorators of the standard library that neither guard nor call."""

BUILTINS = frozenset(dir(builtins))
_KNOWN = BUILTINS | frozenset(keyword.kwlist)


def words(text: str) -> frozenset[str]:
    """Returns every word of the text that can be a name."""
    return frozenset(_WORD.findall(text))


def attributes(text: str) -> frozenset[str]:
    """Returns the names of attributes."""
    return frozenset(_ATTRIBUTE.findall(text))


def names_by_strings(text: str) -> bool:
    """Tells whether attributes may be named by strings."""
    return "getattr" in text or "attrgetter" in text or "methodcaller" in text or "__dict__" in text


def called_attributes(text: str) -> frozenset[str]:
    """Returns the last names of the attributes that are called."""
    return frozenset(_CALLED_ATTRIBUTE.findall(text))


def called_names(text: str) -> frozenset[str]:
    """Returns the plain names that are called, those of definitions among them, builtins left out."""
    return frozenset(_CALLED_NAME.findall(text)) - _KNOWN


def calls_results(text: str) -> bool:
    """Tells whether something other than a name or an attribute is called."""
    return _CALLED_RESULT.search(text) is not None


def handed_attributes(text: str) -> frozenset[str]:
    """Returns the last names of the attributes that are arguments."""
    return frozenset(_HANDED_ATTRIBUTE.findall(text))


def holders(text: str) -> frozenset[str]:
    """Returns the names of attributes that are assigned, on an object or in the body of a class."""
    found = frozenset(_ASSIGNED_ATTRIBUTE.findall(text))
    return found | frozenset(_IN_CLASS.findall(text)) if "class" in text else found


def assigns(text: str, name: str) -> list[int]:
    """Returns where an attribute of that name is assigned."""
    places = _places(text, name)
    return [at for at, end in places if text.endswith(".", 0, _before(text, at)) and _TARGET.match(text, end)]


def fills(text: str, name: str) -> list[int]:
    """Returns where what has that last name may be changed as a container: ``name[key] = ...``, ``name.add(...)``."""
    return [at for at, end in _places(text, name) if _FILLED.match(text, end)]


def changes(text: str, name: str) -> bool:
    """Tells whether top-level code may change, or set, what has that last name; definitions do not."""
    if text.startswith(("def ", "async ", "class ", "@", "import ", "from ")):
        return False
    return any(_CHANGED.match(text, end) for _, end in _places(text, name))


def calls(text: str, name: str) -> list[int]:
    """Returns where something with that last name is called."""
    return [at for at, end in _places(text, name) if _OPENING.match(text, end)]


def hands(text: str, name: str) -> list[int]:
    """Returns where something with that last name is an argument."""
    return [at for at, end in _places(text, name) if _ARGUMENT.match(text, end)]


GROWING = frozenset(("pop", "update", "append", "add", "setdefault", "extend", "insert", "register"))
"""The methods that change what is in a container."""

_FILLED = re.compile(rf"{_GAP}(?:\[|\.{_GAP}(?:{'|'.join(sorted(GROWING))})\b|\|=)")
_CHANGED = re.compile(rf"{_GAP}(?:[.\[]|{_TARGET.pattern})")
_OPENING = re.compile(rf"{_GAP}\(")
_ARGUMENT = re.compile(rf"{_GAP}[,)]")


def _before(text: str, at: int) -> int:
    """Returns where the blanks before a place begin."""
    while at and text[at - 1] in " \t\n\f\\":
        at -= 1
    return at


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yields where a word starts and ends."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (at and _in_word(text[at - 1])) and not (end < len(text) and _in_word(text[end])):
            yield at, end
        at = text.find(name, end)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def binds_inside(text: str, name: str) -> bool:
    """Tells whether a plain name may be a parameter or a variable of a function."""
    return any(_TARGET.match(text, end) for _, end in _places(text, name))


def calls_variables(text: str) -> bool:
    """Tells whether a function that stands in a local variable or in a table may be called."""
    if "get" in text and _CALLED_RESULT.search(text) is not None:
        return True
    return _CALLED_ENTRY.search(text) is not None or any(binds_inside(text, name) for name in called_names(text))


def picks(text: str) -> bool:
    """Tells whether a function may return one of several things, picked by model, by provider or out of a table."""
    return "return" in text and (_CALLED_ENTRY.search(text) is not None or _BY_MODEL.search(text) is not None)


def defined(text: str) -> list[str]:
    """Returns the names of functions and classes, however nested, in order."""
    return _DEFINED.findall(text)


def decorated(text: str) -> bool:
    """Tells whether a decorator may guard what it decorates, or call it."""
    return "@" in text and any(name.rpartition(".")[2] not in PLAIN_DECORATORS for name in _DECORATOR.findall(text))


def defines(text: str, name: str) -> bool:
    """Tells whether a top-level statement is the definition of a function or class of that name."""
    if not text.startswith(("def ", "class ", "async ", "@")):
        return False
    found = _DEFINITION.search(text)
    return found is not None and found[1] == name


def mentions(text: str, name: str) -> list[int]:
    """Returns where a word occurs in the text."""
    return [at for at, _ in _places(text, name)]


def renamed(text: str) -> list[tuple[str, str]]:
    """Returns the assignments of one name to another, as (new name, last word of the old one)."""
    return _RENAMED.findall(text)


def base_names(text: str) -> frozenset[str]:
    """Returns the words in the brackets after the names of classes."""
    if "class" not in text:
        return frozenset()
    return frozenset(word for bases in _HEADER.findall(text) for word in _WORD.findall(bases))
