"""Keeps secrets out of messages: values of telling names, and texts that look like a key or token."""

import re

HIDDEN = "[redacted]"

_NAMES = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|signature"
    r"|^(key|pwd|auth|sig|session|sid|code|x-amz-security-token)$",
    re.I,
)
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
    """Tells whether a header, parameter or field of that name holds a secret; of a path, its last part counts."""
    return _NAMES.search(re.split(r"[.\[\]]+", name.rstrip("]"))[-1] or name) is not None


def redacted_text(text: str) -> str:
    """Returns a text with the secrets in it hidden."""
    return _PAIRS.sub(_pair, _VALUES.sub(HIDDEN, text))


def _pair(match: re.Match[str]) -> str:
    quote, name, between, value = match.groups()
    if not is_secret(name) or HIDDEN in value:
        return match[0]
    around = value[0] if value[0] in "\"'" else ""
    return f"{quote}{name}{quote}{between}{around}{HIDDEN}{around}"
