"""Text from files, made safe to print."""

import re

_COMMANDS = re.compile(r"(^|\s):(?=:)|##(?=\[)")


def clean(text: str) -> str:
    """Returns a text in one line without control characters or marks that turn its direction.

    Nothing in it is a command to the runner of GitHub Actions, which obeys ``::error::`` and ``##[error]``.
    """
    shown = _one_line(text)
    return _COMMANDS.sub(r"\g<0> ", shown) if "::" in shown or "##[" in shown else shown


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+", " ", text).strip()


def escaped(text: str) -> str:
    """Returns text that Markdown shows as it is: no markup, links, mentions or table borders come out of it."""
    shown = re.sub(r"([\\`*_{}\[\]()#+!|~$])", r"\\\1", clean(text).replace("&", "&amp;"))
    return (
        shown.replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "&#64;")
        .replace("://", ":&#47;&#47;")
        .replace("www.", "www&#46;")
    )
