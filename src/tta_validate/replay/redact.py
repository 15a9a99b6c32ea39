"""Keeps secrets out of messages: values of telling names, and texts that look like a key or token."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import cast

HIDDEN = "[redacted]"

_SECRET = frozenset(
    (
        *("authorization", "auth", "cookie", "password", "passwd", "passphrase", "pwd", "secret", "token", "jwt"),
        *("credential", "credentials", "signature", "sig", "session", "sid"),
        *("apikey", "accesskey", "privatekey", "secretkey"),
    )
)
_PLAIN_ENDS = frozenset(["type", "count", "limit", "expiry", "expires"])
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_VALUES = re.compile(
    r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"
    r"|\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|ghs|glpat|xoxb|xoxp|AKIA|ASIA|AIza)[-_]?[\w-]{12,}"
    r"|\b(?:Bearer|Basic)\s+[\w.~+/=-]{6,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_PAIRS = re.compile(r"""(["']?)([\w.-]{2,64})\1(\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'}\]]+)""")


def redacted(name: str, value: str) -> str:
    """Returns a value to be shown, hidden where its name or its look says that it is a secret."""
    return HIDDEN if is_secret(name) and value else redacted_text(value)


def is_secret(name: str) -> bool:
    """Tells whether a header, parameter or field of that name holds a secret; of a path, its last part counts.

    ``max_tokens`` counts tokens of text and is none; ``token_type`` is none either.
    """
    last = re.sub(r"\[\d+\]$", "", name).rpartition(".")[2]
    words = [word.lower() for word in _WORDS.findall(last)]
    if not words or words[-1] in _PLAIN_ENDS:
        return False
    pairs = {one + other for one, other in pairwise(words)}
    return words in (["key"], ["code"]) or not _SECRET.isdisjoint({*words, *pairs})


def secrets_in(text: str) -> tuple[str, ...]:
    """Returns the parts of a text that look like a key or token, whatever stands around them."""
    return tuple(match[0] for match in _VALUES.finditer(text))


def redacted_text(text: str) -> str:
    """Returns a text with the secrets in it hidden."""
    return _PAIRS.sub(_pair, _VALUES.sub(HIDDEN, text))


def redacted_value(name: str, value: object) -> object:
    """Returns a JSON value with the secrets in it hidden; ``name`` is the path that it stands at."""
    if isinstance(value, str):
        return redacted(name, value)
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, object]", value)
        return {key: redacted_value(str(key), below) for key, below in inner.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [redacted_value(name, below) for below in cast("Sequence[object]", value)]
    return HIDDEN if value is not None and is_secret(name) else value


def _pair(match: re.Match[str]) -> str:
    quote, name, between, value = match.groups()
    if not is_secret(name) or value.startswith(HIDDEN[:-1]) or value in ("Bearer", "Basic"):
        return match[0]
    around = value[0] if value[0] in "\"'" else ""
    return f"{quote}{name}{quote}{between}{around}{HIDDEN}{around}"
