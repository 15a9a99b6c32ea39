"""Reads one dependency of a conda environment, and says in PEP 440 which versions it allows.

Source: conda's documentation, "Package match specifications", and the class MatchSpec of conda 24.
"""

import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from tta_validate.lock_model import normalised

_SPEC = re.compile(
    r"^(?:(?P<channel>[^\s\[\]=<>!~]+)::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<rest>[^\[]*)(?:\[(?P<keys>.*)\])?$",
    re.DOTALL,
)
_KEY = re.compile(r"""([a-z_\d]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^,\s\]]+))""")
_CLAUSE = re.compile(r"^(===|~=|==|!=|<=|>=|=|<|>)?\s*(.+)$")


@dataclass(frozen=True, slots=True)
class CondaSpec:
    """A dependency: ``version`` is as conda writes it, empty for any; ``build`` is empty where none is asked for."""

    name: str
    version: str = ""
    build: str = ""
    channel: str = ""


def parse_conda(text: str) -> CondaSpec | None:
    """Returns the parts of a dependency, None for text that is none."""
    found = _SPEC.match(text.strip())
    if not found or len(text) > 1_000:
        return None
    version, build = _version_and_build(found["rest"].strip())
    channel = (found["channel"] or "").rstrip(":")
    for key, *values in _KEY.findall(found["keys"] or ""):
        value = next((one for one in values if one), "")
        if key == "version":
            version = value
        elif key == "build":
            build = value
        elif key == "channel":
            channel = value
    return CondaSpec(normalised(found["name"].strip("_")), version, "" if build == "*" else build, channel)


def _version_and_build(rest: str) -> tuple[str, str]:
    """Returns version and build of ``=1.2``, ``==1.2``, ``=1.2=py_0``, ``1.2 py_0``, ``>=1,<2``, ``>=1,<2 py_0``."""
    if exact := re.fullmatch(r"=?\s*([^\s=<>!~,|]+)\s*=\s*([^\s=]+)", rest):
        return f"=={exact[1]}", exact[2]
    tight = re.sub(r"\s*(,|\|)\s*", r"\1", re.sub(r"([=<>!~])\s+", r"\1", rest))
    version, _, build = tight.partition(" ")
    if build and re.match(r"[=<>!~]", build):
        return tight.replace(" ", ","), ""
    if build and re.fullmatch(r"[\d.]+", version):
        version = f"=={version}"
    return version, build.strip()


def pep440(version: str) -> str | None:
    """Returns the PEP 440 specifier for a version as conda writes it, empty for any, None where there is none.

    ``=1.2`` and ``1.2.*`` are ``==1.2.*``, ``1.2`` and ``==1.2`` are ``==1.2``. Alternatives (``1.2|1.3``) have no
    counterpart, nor have versions that PEP 440 does not know.
    """
    version = version.strip()
    if version in ("", "*", "=*", "==*"):
        return ""
    if re.fullmatch(r"[(\s]*[^()|]*[)\s]*", version):
        version = version.strip("() ")
    if any(mark in version for mark in "|()^$ "):
        return None
    clauses = [_clause(part) for part in version.split(",") if part]
    if not clauses or None in clauses:
        return None
    text = ",".join(part for part in clauses if part)
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return None
    return text


def _clause(text: str) -> str | None:
    found = _CLAUSE.match(text)
    if not found:
        return None
    operator, version = found[1] or "", found[2]
    if version == "*":
        return "" if operator != "!=" else None
    prefix = version.removesuffix("*").removesuffix(".")
    if "*" in prefix:
        return None
    try:
        Version(prefix)
    except InvalidVersion:
        return None
    if version.endswith("*"):
        # conda reads `>=1.2.*` as `>=1.2`, and `<1.2.*` as `<1.2`.
        return _starred(operator, prefix, version)
    if operator == "=":
        return f"=={version}.*" if _can_star(version) else f"=={version}"
    return f"{operator or '=='}{version}"


def _starred(operator: str, prefix: str, version: str) -> str | None:
    if operator in (">=", "<", ">", "<=", "~="):
        return f"{operator}{prefix}" if operator in (">=", "<") else None
    if not version.endswith(".*"):
        # `1.2*` also means 1.20, which no specifier says.
        return None
    return f"{'!=' if operator == '!=' else '=='}{prefix}.*" if _can_star(prefix) else None


def _can_star(version: str) -> bool:
    return re.fullmatch(r"(?:\d+!)?\d+(?:\.\d+)*", version) is not None
