"""Translates Poetry's version constraints.

Source: Poetry's documentation, "Dependency specification", and poetry-core's `parse_constraint`.
"""

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

Alternatives = tuple[str, ...]
"""PEP 440 specifiers, one of which has to hold; an empty one holds for every version."""

_CLAUSE = re.compile(r"(~=|===?|!=|>=|<=|[~^<>=])?\s*v?([^\s,<>=!~^|]+)")


def alternatives(constraint: str) -> Alternatives | None:
    """Returns what a constraint allows, None for one that cannot be read."""
    found: list[str] = []
    for part in re.split(r"\s*\|\|?\s*", constraint.strip()):
        specifier = _conjunction(part)
        if specifier is None:
            return None
        found.append(specifier)
    return ("",) if "" in found else tuple(dict.fromkeys(found))


def _conjunction(text: str) -> str | None:
    clauses: list[str] = []
    at = 0
    text = text.strip()
    if not text:
        return None
    while at < len(text):
        found = _CLAUSE.match(text, at)
        if not found:
            return None
        clause = _clause(found[1] or "", found[2])
        if clause is None:
            return None
        clauses += [clause] if clause else []
        gap = re.compile(r"[\s,]*").match(text, found.end())
        at = gap.end() if gap else found.end()
    specifier = ",".join(clauses)
    try:
        SpecifierSet(specifier)
    except InvalidSpecifier:
        return None
    return specifier


def _clause(operator: str, version: str) -> str | None:
    if version == "*":
        return "" if operator in ("", "=", "==", ">=", "~", "^") else None
    if re.fullmatch(r"\d+(?:\.\d+)*(?:\.[*xX])+", version):
        if operator not in ("", "=", "==", "!="):
            return None
        prefix = re.sub(r"(?:\.[*xX])+$", "", version)
        return f"{'!=' if operator == '!=' else '=='}{prefix}.*"
    try:
        parsed = Version(version)
    except InvalidVersion:
        return None
    if operator == "^":
        return f">={version},<{_caret(parsed)}"
    if operator == "~":
        return f">={version},<{_tilde(parsed)}"
    return f"{'==' if operator in ('', '=') else operator}{version}"


def _caret(version: Version) -> str:
    """Returns the version after the last that leaves the left-most non-zero number alone."""
    release = version.release
    for at, number in enumerate(release):
        if number or at == len(release) - 1:
            return _joined(version, (*release[:at], number + 1))
    return _joined(version, (1,))


def _tilde(version: Version) -> str:
    release = version.release
    return _joined(version, (*release[:1], release[1] + 1) if len(release) > 1 else (version.major + 1,))


def _joined(version: Version, release: tuple[int, ...]) -> str:
    epoch = f"{version.epoch}!" if version.epoch else ""
    return epoch + ".".join(str(number) for number in release)


def envelope(found: Alternatives) -> str:
    """Returns one specifier that allows everything the alternatives allow, and may allow more between them."""
    lows: list[Version | None] = []
    highs: list[tuple[Version, str] | None] = []
    for specifier in found:
        low, high = _bounds(specifier)
        lows.append(low)
        highs.append(high)
    parts: list[str] = []
    known_lows = [low for low in lows if low is not None]
    if known_lows and len(known_lows) == len(lows):
        parts.append(f">={min(known_lows)}")
    known_highs = [high for high in highs if high is not None]
    if known_highs and len(known_highs) == len(highs):
        parts.append(max(known_highs, key=lambda high: (high[0], len(high[1])))[1])
    return ",".join(parts)


def _bounds(specifier: str) -> tuple[Version | None, tuple[Version, str] | None]:
    low: Version | None = None
    high: tuple[Version, str] | None = None
    for part in specifier.split(","):
        found = re.match(r"(~=|===?|!=|>=|<=|<|>)(.*)", part)
        if not found:
            continue
        operator, version = found[1], found[2]
        bare = Version(version.removesuffix(".*"))
        if operator in (">=", ">", "==", "===", "~="):
            low = bare if low is None else max(low, bare)
        limit: tuple[Version, str] | None = None
        if operator in ("<", "<="):
            limit = (bare, f"{operator}{bare}")
        elif operator in ("==", "==="):
            after = _joined(bare, (*bare.release[:-1], bare.release[-1] + 1))
            limit = (Version(after), f"<{after}") if version.endswith(".*") else (bare, f"<={bare}")
        elif operator == "~=" and len(bare.release) > 1:
            after = _joined(bare, (*bare.release[:-2], bare.release[-2] + 1))
            limit = (Version(after), f"<{after}")
        if limit and (high is None or limit[0] < high[0]):
            high = limit
    return low, high
