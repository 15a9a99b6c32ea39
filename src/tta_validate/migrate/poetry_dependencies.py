"""Translates one dependency of a Poetry project."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from packaging.requirements import InvalidRequirement, Requirement

from tta_validate.lock_model import normalised
from tta_validate.migrate.markers import both
from tta_validate.migrate.poetry_versions import alternatives, envelope

_SYSTEM_KEYS = ("git", "path", "file", "url")
_KNOWN = frozenset(
    {
        *("version", "python", "platform", "markers", "extras", "optional", "source", "allow-prereleases", "develop"),
        *("branch", "tag", "rev", "subdirectory", *_SYSTEM_KEYS, "allows-prereleases"),
    }
)


@dataclass(frozen=True, slots=True)
class Translated:
    """A requirement with its entry in ``tool.uv.sources``, if any.

    ``problems`` are what could not be said, each with advice. ``optional`` ones are installed with an extra only.
    """

    name: str
    spec: str
    source: Mapping[str, str | bool]
    optional: bool = False
    prerelease: bool = False
    problems: tuple[tuple[str, str], ...] = ()


def translate(name: str, value: object) -> Iterator[Translated]:
    """Yields the requirements that a dependency comes to; one with several constraints comes to several."""
    if isinstance(value, list):
        found = [translated for one in cast("list[object]", value) for translated in translate(name, one)]
        for one in found:
            marker = one.spec.partition(" ; ")[2]
            yield Translated(
                one.name,
                one.spec,
                {**one.source, "marker": marker} if one.source and marker else one.source,
                one.optional,
                one.prerelease,
                one.problems,
            )
        return
    if isinstance(value, str):
        yield _translated(name, {"version": value})
    elif isinstance(value, Mapping):
        yield _translated(name, cast("Mapping[str, object]", value))
    else:
        yield Translated(
            normalised(name), name, {}, problems=((f"{name} = {value!r}", "It is no dependency of Poetry."),)
        )


def _translated(name: str, table: Mapping[str, object]) -> Translated:
    problems: list[tuple[str, str]] = []
    strings = {key: value for key, value in table.items() if isinstance(value, str)}
    direct = next((key for key in _SYSTEM_KEYS if key in strings), "")
    specifier = "" if direct else _specifier(name, strings.get("version", "*"), problems)
    marker = _markers(name, table, problems)
    extras = [one for one in cast("list[object]", table.get("extras") or []) if isinstance(one, str)]
    for key in table:
        if key not in _KNOWN:
            problems.append((f"{name}: {key} = {table[key]!r}", "Poetry's documentation has no such key."))
    bracket = f"[{','.join(extras)}]" if extras else ""
    spec = f"{name}{bracket}{specifier}" + (f" ; {marker}" if marker else "")
    try:
        Requirement(spec)
    except InvalidRequirement:
        problems.append((spec, "PEP 508 does not know this; add it with `uv add`."))
    prerelease = bool(table.get("allow-prereleases") or table.get("allows-prereleases"))
    source = _source(strings, direct, develop=bool(table.get("develop")))
    return Translated(normalised(name), spec, source, bool(table.get("optional")), prerelease, tuple(problems))


def _source(strings: Mapping[str, str], direct: str, *, develop: bool) -> dict[str, str | bool]:
    if not direct:
        return {"index": normalised(strings["source"])} if strings.get("source", "").lower() not in ("", "pypi") else {}
    address = strings[direct]
    if direct == "git":
        scp = re.match(r"^([\w.-]+@[\w.-]+):(?!//)(.+)$", address)
        address = f"ssh://{scp[1]}/{scp[2]}" if scp else address
    source: dict[str, str | bool] = {"path" if direct == "file" else direct: address}
    for key in ("tag", "branch", "rev"):
        if direct == "git" and key in strings:
            source[key] = strings[key]
            break
    if direct in ("git", "url") and "subdirectory" in strings:
        source["subdirectory"] = strings["subdirectory"]
    if direct == "path" and develop:
        source["editable"] = True
    return source


def _specifier(name: str, constraint: str, problems: list[tuple[str, str]]) -> str:
    found = alternatives(constraint)
    if found is None:
        problems.append((f"{name} = {constraint!r}", f"It cannot be read; {name} is left free."))
        return ""
    if len(found) != 1:
        outer = envelope(found)
        advice = f"No specifier says «or»: {outer or 'any version'} is written down, which also allows what is between."
        problems.append((f"{name} = {constraint!r}", advice))
        return outer
    return found[0]


def _markers(name: str, table: Mapping[str, object], problems: list[tuple[str, str]]) -> str:
    marker = ""
    own = table.get("markers")
    if isinstance(own, str) and own.strip():
        marker = own.strip()
    platform = table.get("platform")
    if isinstance(platform, str):
        parts = [one.strip() for one in re.split(r"\|\|?", platform)]
        marker = both(marker, " or ".join(f"sys_platform == '{one}'" for one in parts))
    python = table.get("python")
    if isinstance(python, str):
        found = alternatives(python)
        if found is None:
            problems.append((f"{name}: python = {python!r}", "It cannot be read; the marker is left out."))
        elif found != ("",):
            marker = both(marker, " or ".join(python_marker(one) for one in found))
    return marker


def python_marker(specifier: str) -> str:
    """Returns the marker that holds on the versions of Python that a specifier allows."""
    clauses = [re.match(r"(~=|===?|!=|>=|<=|<|>)(.*)", part) for part in specifier.split(",")]
    texts: list[str] = []
    for clause in clauses:
        if clause:
            short = clause[2].count(".") <= 1 and clause[1] in (">=", "<") and "*" not in clause[2]
            texts.append(f"{'python_version' if short else 'python_full_version'} {clause[1]} '{clause[2]}'")
    return " and ".join(texts)


def requires_python(constraint: str) -> tuple[str, bool]:
    """Returns ``requires-python`` for Poetry's ``python``, and whether it says all that that says.

    Between alternatives, the minor versions that none allows are excluded.
    """
    found = alternatives(constraint)
    if found is None:
        return "", False
    if len(found) == 1:
        return found[0], True
    outer = envelope(found)
    low = re.match(r">=3\.(\d+)", outer)
    high = re.search(r"<3\.(\d+)", outer)
    if not low:
        return outer, False
    last = int(high[1]) if high else 30
    missing = [minor for minor in range(int(low[1]), last) if not any(_allows(one, minor) for one in found)]
    return ",".join([outer, *(f"!=3.{minor}.*" for minor in missing)]).strip(","), True


def _allows(specifier: str, minor: int) -> bool:
    from packaging.specifiers import SpecifierSet

    allowed = SpecifierSet(specifier)
    return any(allowed.contains(f"3.{minor}.{patch}") for patch in range(40))
