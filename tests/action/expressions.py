"""The part of the expression language of GitHub Actions that action.yml uses.

Source: "Evaluate expressions in workflows and actions" in GitHub's documentation. Anything else raises ValueError.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = str | bool | float | None

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<operator>==|!=|&&|\|\||[!()\[\],])"
    r"|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_*][\w-]*)*))"
)


@dataclass(slots=True)
class Scope:
    """What names mean: values by their dotted path, such as ``steps.x.outputs.y``, and functions without arguments.

    Below a known prefix a name without a value is empty, as on GitHub.
    """

    values: Mapping[str, str]
    prefixes: tuple[str, ...] = ("inputs.", "steps.", "github.", "runner.", "env.")
    functions: Mapping[str, Callable[[], bool]] = field(default_factory=dict[str, Callable[[], bool]])

    def value(self, name: str) -> Value:
        """Returns what a name stands for."""
        if name in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[name]
        if not name.startswith(self.prefixes):
            raise ValueError(f"unknown name {name!r}")
        return self.values.get(name, "")


def text_of(value: Value) -> str:
    """Returns a value as it stands in a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def fill(text: str, scope: Scope) -> str:
    """Returns a text with the value of each ``${{ }}`` in it."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: text_of(evaluate(match[1], scope)), text, flags=re.DOTALL)


def holds(condition: str, scope: Scope) -> bool:
    """Returns whether an ``if`` is met; one without a function of the job's state asks for success too."""
    inner = condition.strip()
    if inner.startswith("${{") and inner.endswith("}}"):
        inner = inner[3:-2]
    met = bool(evaluate(inner, scope))
    asks = re.search(r"\b(?:always|cancelled|failure|success)\s*\(", inner) is not None
    return met and (asks or scope.functions["success"]())


def evaluate(text: str, scope: Scope) -> Value:
    """Returns the value of an expression."""
    parser = _Parser(_tokens(text), scope)
    value = parser.either()
    if parser.rest:
        raise ValueError(f"{text!r}: {parser.rest[0][1]!r} is not expected")
    return value


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError(f"{text!r}: cannot be read from character {at}")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], scope: Scope) -> None:
        self.rest, self._scope = tokens, scope

    def _takes(self, *operators: str) -> str:
        if self.rest and self.rest[0][0] == "operator" and self.rest[0][1] in operators:
            return self.rest.pop(0)[1]
        return ""

    def either(self) -> Value:
        value = self._both()
        while self._takes("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Value:
        value = self._compared()
        while self._takes("&&"):
            other = self._compared()
            value = other if value else value
        return value

    def _compared(self) -> Value:
        value = self._single()
        while operator := self._takes("==", "!="):
            # GitHub ignores the case of texts.
            same = text_of(value).lower() == text_of(self._single()).lower()
            value = same == (operator == "==")
        return value

    def _single(self) -> Value:
        if self._takes("!"):
            return not self._single()
        if self._takes("("):
            value = self.either()
            self._close()
            return value
        if not self.rest:
            raise ValueError("the expression ends too early")
        kind, text = self.rest.pop(0)
        if kind == "string":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text)
        if kind != "name":
            raise ValueError(f"{text!r} is not expected")
        if self._takes("("):
            self._close()
            return self._scope.functions[text]()
        return self._scope.value(text)

    def _close(self) -> None:
        if not self._takes(")"):
            raise ValueError("a closing bracket is missing")
