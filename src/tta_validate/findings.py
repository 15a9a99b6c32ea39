"""A judgement at a place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tta_validate.key_formats import masked


class Severity(StrEnum):
    """How much a finding matters; ``rank`` is larger for worse."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """3 for error, 2 for warning, 1 for info."""
        return {"error": 3, "warning": 2, "info": 1}[self.value]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A range in a file: ``path`` relative to the root with forward slashes; lines and columns count from 1.

    ``end_column`` is the column after the last character. Columns count code points.
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains a finding."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class FixRequest:
    """What a rule asks `fix` to do at the finding's place: the name of an edit and its data.

    ``otherwise`` is what to do where that cannot be done.
    """

    edit: str
    data: Mapping[str, str] = field(default_factory=dict[str, str])
    safe: bool = True
    otherwise: "FixRequest | None" = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at one place.

    ``subject`` is what the finding is about when the place's text alone does not tell two findings apart
    (a package's name, say); it goes into the fingerprint.
    """

    rule: str
    severity: Severity
    message: str
    location: Location
    related: tuple[Related, ...] = ()
    fix: FixRequest | None = None
    subject: str = ""


_SECRET = re.compile(
    r"""
      \b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_-]{16,}   # OpenAI, Anthropic, Stripe
    | \b(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}                # GitHub
    | \bglpat-[A-Za-z0-9_-]{16,}                                  # GitLab
    | \bhf_[A-Za-z0-9]{20,}                                       # Hugging Face
    | \b(?:gsk|r8|pplx|xai|tvly|fw)[-_][A-Za-z0-9]{20,}           # Groq, Replicate, Perplexity, xAI, Tavily, Fireworks
    | \bAIza[A-Za-z0-9_-]{30,}                                    # Google
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                               # AWS
    | \bxox[abposr]-[A-Za-z0-9-]{10,}                             # Slack
    | \bpypi-[A-Za-z0-9_-]{40,}                                   # PyPI
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*   # JSON web token
    | (?<=://)[^\s/:@'"]+:[^\s/@'"]+(?=@)                          # user and password in a URL
    | (?<=https://)[^\s/:@'"]+(?=@) | (?<=http://)[^\s/:@'"]+(?=@) # token in a URL
    """,
    re.VERBOSE,
)
MASK = "***"
"""What stands in every output where a secret stood."""


def redact(text: str) -> str:
    """Returns the text with everything that looks like an API key, a token or a URL's password masked."""
    return masked(_SECRET.sub(MASK, text), MASK)


_CONTROL = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}


def printable(text: str) -> str:
    """Returns the text with control characters replaced, but for tabs and line ends, so that no terminal obeys them."""
    return text.translate(_CONTROL)
