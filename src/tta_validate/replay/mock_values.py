"""Values in calls: which differ only as times and ids do, and how they are shown."""

import json
import re

_SHOWN = 80
_VOLATILE = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?",
        r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} .*",
        r"1\d{9}(?:\.\d+|\d{3}|\d{6}|\d{9})?",
        r"[0-9a-f]{16,}",
        r"eyJ[\w-]+\.[\w-]+\.[\w-]*",
        r"(?=\w*\d)(?=\w*[a-z])[\w-]{20,}",
    )
)

_INSIDE = tuple(
    re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.I)
    for pattern in (
        r"(?:scrypt|pbkdf2|argon2)[\w:.,-]*\$[^\s\"',;]{16,}|bcrypt\$[^\s\"',;]{16,}|\$(?:2[aby]|argon2\w+|6|5)\$[^\s\"',;]{16,}",
        r"eyJ[\w-]+\.[\w-]+\.[\w-]*",
        r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}",
        r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?",
        r"1\d{9}(?:\.\d+|\d{3}|\d{6}|\d{9})?",
        r"[0-9a-f]{16,}",
        r"(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{20,}",
    )
)
_LONGEST = 20_000


def alike(one: str, other: str) -> bool:
    """Tells whether both are times, ids or tokens of one kind."""
    return any(pattern.fullmatch(one) and pattern.fullmatch(other) for pattern in _VOLATILE)


def alike_inside(one: str, other: str) -> bool:
    """Tells whether two texts are equal but for times, ids, tokens and hashes of passwords in them."""
    if alike(one, other):
        return True
    if len(one) > _LONGEST or len(other) > _LONGEST:
        return False
    return without_volatile(one) == without_volatile(other) or _same_json(one, other)


def _same_json(one: str, other: str) -> bool:
    """Tells whether both are one JSON text but for the order of keys, and for volatile values; SQL may quote them."""
    if "{" not in one[:3] or "{" not in other[:3]:
        return False
    found: list[str] = []
    for text in (one, other):
        plain = re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] in "\"'" else text
        try:
            found.append(json.dumps(json.loads(plain), sort_keys=True, ensure_ascii=False))
        except (ValueError, RecursionError):
            return False
    return without_volatile(found[0]) == without_volatile(found[1])


def without_volatile(text: str) -> str:
    """Returns a text with a mark in place of each time, id, token and hash of a password."""
    for number, pattern in enumerate(_INSIDE):
        text = pattern.sub(f"\0{number}", text)
    return text


def shown(text: str, most: int = _SHOWN) -> str:
    """Returns a text in one line of at most so many characters."""
    plain = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text[: most + 1]
    )
    return plain if len(plain) <= most else plain[: most - 3] + "..."
