"""What is not given to the parser, because it crashes or hangs on it."""

import re

MAX_BYTES = 1 << 20
MAX_DEPTH = 200
MAX_CHAIN = 1000

_BRACKETS = b"()[]{}"
_OTHER_BYTES = bytes(code for code in range(256) if code not in _BRACKETS)
_OPERATORS = b"+-*/%@&|^<>=~.(["
_NO_OPERATOR_BYTES = bytes(code for code in range(256) if code not in _OPERATORS)
_WORD_OPERATORS = re.compile(r"\b(?:and|or|not|if|else|in|is|lambda|await)\b")
_TOKENS = re.compile(
    r"""(?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*+'''|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|\#[^\n]*+)"""
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<next>[,;:\n])|(?P<joined>\\\n)"
    r"|(?P<operator>[-+*/%@&|^<>=~!.]+|\b(?:and|or|not|if|else|in|is|lambda|await)\b)",
    re.DOTALL,
)


def refusal(text: str) -> str | None:
    """Returns why the parser must not see the text, or None."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        return f"larger than {MAX_BYTES >> 20} MiB"
    if not (_may_be_deep(data) or _may_be_long(data, text)):
        return None
    depth, chain = _measure(text)
    if depth > MAX_DEPTH:
        return f"brackets nested over {MAX_DEPTH} deep"
    if chain > MAX_CHAIN:
        return f"a chain of over {MAX_CHAIN} operators"
    return None


def _may_be_deep(data: bytes) -> bool:
    """Takes away pairs of brackets, a level a round; what is left is nested or unbalanced, as in string literals."""
    brackets = data.translate(None, _OTHER_BYTES)
    for level in range(MAX_DEPTH + 1):
        if len(brackets) + level <= MAX_DEPTH:
            return False
        fewer = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(brackets):
            return True
        brackets = fewer
    return True


def _may_be_long(data: bytes, text: str) -> bool:
    signs = len(data.translate(None, _NO_OPERATOR_BYTES))
    return signs > MAX_CHAIN or (len(data) > 4 * MAX_CHAIN and signs + len(_WORD_OPERATORS.findall(text)) > MAX_CHAIN)


def _measure(text: str) -> tuple[int, int]:
    """Returns how deep brackets nest, and the operators of the longest expression; commas and colons end one.

    Attributes, calls and subscripts are operators, too.
    """
    counts = [0]
    depth = chain = 0
    for token in _TOKENS.finditer(text):
        match token.lastgroup:
            case "open":
                counts[-1] += 1
                chain = max(chain, counts[-1])
                counts.append(0)
                depth = max(depth, len(counts) - 1)
            case "close":
                if len(counts) > 1:
                    counts.pop()
            case "operator":
                counts[-1] += max(1, len(token[0]) // 2)
                chain = max(chain, counts[-1])
            case "next":
                if token[0] != "\n" or len(counts) == 1:
                    counts[-1] = 0
            case _:
                pass
    return depth, chain
