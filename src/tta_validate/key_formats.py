"""The formats of API keys and tokens, and what tells a key from an example of one."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_FORMATS = {
    "Anthropic": r"sk-ant-(?:api|admin|oat|sid)\d{2}-[A-Za-z0-9_-]{80,120}",
    "OpenRouter": r"sk-or-(?:v1-)?[0-9a-f]{64}",
    "OpenAI": r"sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,80}T3BlbkFJ[A-Za-z0-9_-]{20,80}|sk-[A-Za-z0-9]{48}",
    "DeepSeek or Moonshot": r"sk-(?:[0-9a-f]{32}|[A-Za-z0-9]{48})",
    "Google": r"AIza[A-Za-z0-9_-]{35}",
    "Groq": r"gsk_[A-Za-z0-9]{52}",
    "xAI": r"xai-[A-Za-z0-9]{80}",
    "Perplexity": r"pplx-[A-Za-z0-9]{48,56}",
    "Hugging Face": r"hf_[A-Za-z]{34}|hf_[A-Za-z0-9]{34}",
    "Replicate": r"r8_[A-Za-z0-9]{37}",
    "Fireworks": r"fw_[A-Za-z0-9]{22,24}",
    "Cerebras": r"csk-[a-z0-9]{48}",
    "NVIDIA": r"nvapi-[A-Za-z0-9_-]{60,70}",
    "Voyage": r"pa-[A-Za-z0-9_-]{43}",
    "LangSmith": r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    "Langfuse": r"sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "Tavily": r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}",
    "Pinecone": r"pcsk_[A-Za-z0-9_]{60,80}",
    "AWS": r"(?:AKIA|ASIA)[A-Z2-7]{16}",
    "GitHub": r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    "GitLab": r"glpat-[A-Za-z0-9_-]{20}",
    "Slack": r"xox[abprs]-[0-9]{10,13}-[A-Za-z0-9-]{20,60}",
    "PyPI": r"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{70,200}",
    "Stripe": r"[rs]k_live_[A-Za-z0-9]{24,99}",
}
FORMATS: tuple[str, ...] = tuple(_FORMATS)
"""Whose keys are known, in the order in which they are tried."""

_KEY = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    + "|".join(f"(?P<f{at}>{pattern})" for at, pattern in enumerate(_FORMATS.values()))
    + r")(?![A-Za-z0-9_-])"
)
_STARTS = re.compile(
    rb"sk-|AIza|gsk_|xai-|pplx-|hf_|r8_|fw_|csk-|nvapi-|pa-|lsv2_|tvly-|pcsk_|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-"
    rb"|xox[abprs]-|pypi-Ag|[rs]k_live_"
)
_WORDS = re.compile(
    r"example|placeholder|dummy|fake|your|test|change|redact|insert|replace|sample|demo|mock|secret|password|none"
    r"|x{4,}|0{5,}|abcdef|123456|654321|\*{3,}|\.{3}|here",
    re.IGNORECASE,
)
_PUBLIC = ("phc_", "pk_", "pk-", "sb_publishable_")
"""What keys begin with that clients are meant to have: of PostHog, Stripe, Langfuse, Supabase."""

_NAMED = re.compile(r"(?:api|secret)_?key|(?:access|auth)_?token", re.IGNORECASE)
_LITERAL = re.compile(
    r"""\b(?:\w*(?:api_?key|secret_?key|access_?token|auth_?token))["']?\]?\s*(?::\s*str\s*)?[=:]\s*(["'])"""
    r"""(?P<value>[A-Za-z0-9_+/=-]{20,200})\1""",
    re.IGNORECASE,
)
_LEAST_BITS = 3.0
"""Bits of a character: random hexadecimal has nearly four, words and patterns have less than three."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key in a text: whose it is, and its range."""

    owner: str
    start: int
    end: int


def may_hold_key(data: bytes) -> bool:
    """Tells whether bytes have the beginning of a key anywhere."""
    return _STARTS.search(data) is not None


def keys(text: str) -> Iterator[Key]:
    """Yields the keys in a text, without what is only an example of one."""
    for found in _KEY.finditer(text):
        if found.lastgroup is not None and not is_example(found[0]):
            yield Key(FORMATS[int(found.lastgroup[1:])], found.start(), found.end())


def says_example(value: str) -> bool:
    """Tells whether a value says that it is none to keep."""
    return _WORDS.search(value) is not None


def is_example(value: str) -> bool:
    """Tells whether a value is too regular for a key, or says that it is none."""
    if says_example(value):
        return True
    body = re.sub(r"^[A-Za-z0-9]{1,8}[-_]", "", value)
    counts = Counter(body)
    bits = -sum(count / len(body) * math.log2(count / len(body)) for count in counts.values()) if body else 0.0
    return bits < _LEAST_BITS


def literal_keys(text: str) -> Iterator[tuple[int, int]]:
    """Yields the ranges of values of a random look that code gives to names of keys, if of no known format."""
    for found in _LITERAL.finditer(text) if _NAMED.search(text) else ():
        value = found["value"]
        if _is_random(value) and next(keys(value), None) is None:
            yield found.span("value")


def _is_random(value: str) -> bool:
    digits = sum(character.isdigit() for character in value)
    letters = sum(character.isalpha() for character in value)
    spelt = re.fullmatch(r"[a-z]+(?:[-_][a-z0-9]+)+", value)
    public = value.startswith(_PUBLIC)
    return digits >= 3 and letters >= 6 and not public and not is_example(value) and not spelt


def masked(text: str, mask: str) -> str:
    """Returns the text with a mask in the place of every key; examples are left."""
    for start, end in reversed([*literal_keys(text)]):
        text = f"{text[:start]}{mask}{text[end:]}"
    return _KEY.sub(lambda found: found[0] if is_example(found[0]) else mask, text)


def scrubbed(text: str) -> str:
    """Returns the text with every key replaced by one of its length that is none, so that lengths stay true."""
    return _KEY.sub(lambda found: found[0] if is_example(found[0]) else _stand_in(found[0]), text)


def _stand_in(key: str) -> str:
    head = re.match(r"^[A-Za-z0-9]{1,8}[-_]", key)
    start = head[0] if head else key[:4]
    return start + "x" * (len(key) - len(start))
