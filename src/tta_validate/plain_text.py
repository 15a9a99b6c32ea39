"""Text from files, made safe to print."""

import re


def clean(text: str) -> str:
    """Returns a text in one line without control characters or marks that turn its direction."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+", " ", text).strip()
