"""What the project says of itself: name, version, the versions of Python, and how it is built."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tta_validate.migrate.collect import Collector
from tta_validate.migrate.declared import Declared, declared, valid_name
from tta_validate.migrate.model import Place
from tta_validate.migrate.requirement_lines import wanted

Tables = dict[tuple[str, ...], dict[str, object]]

SETUPTOOLS: dict[str, object] = {"requires": ["setuptools>=69"], "build-backend": "setuptools.build_meta"}
"""The build system of a project that has a setup.py or setup.cfg."""


def described(collector: Collector, name: str, python: str, place: Place) -> tuple[dict[str, object], Tables]:
    """Returns the values of ``[project]`` and further tables; what setup.py or setup.cfg requires is gathered too.

    ``name`` and ``python`` are what the migrated files say, empty for nothing; ``place`` is where they say it.
    """
    root = collector.root
    found = declared(root)
    project: dict[str, object] = {
        "name": found.name or name or valid_name(root.name) or "project",
        "version": found.version or "0.1.0",
    }
    if found.description:
        project["description"] = found.description
    if (root / "README.md").is_file():
        project["readme"] = "README.md"
    own = found.requires_python if _valid(found.requires_python) else ""
    project["requires-python"] = own or python or _python(collector, place)
    if own and python and own != python:
        advice = (
            f"{found.path} says {own}, which is what is written down; the environment's Python is in .python-version."
        )
        collector.note("changed", place, f"python {python}", advice)
    tables: Tables = {}
    if found.path in ("setup.py", "setup.cfg"):
        tables["build-system",] = SETUPTOOLS
        _from_setup(collector, found, project)
        extras = {valid_name(extra): list(requirements) for extra, requirements in found.extras.items()}
        if extras:
            tables["project", "optional-dependencies"] = dict(extras)
    elif collector.itself and not (root / "pyproject.toml").is_file():
        collector.note(
            "decide", place, "-e .", "There is no setup.py and no pyproject.toml that says how the project is built."
        )
    return project, tables


def _from_setup(collector: Collector, found: Declared, project: dict[str, object]) -> None:
    place = Place(found.path)
    dynamic = [key for key in found.further if key not in project]
    if "version" in found.unread:
        del project["version"]
        dynamic.append("version")
    if dynamic:
        project["dynamic"] = sorted(dynamic)
    for text in found.dependencies:
        one = wanted(text)
        if one is None:
            collector.note("decide", place, text, "It is no requirement that PEP 508 knows; add it with `uv add`.")
        elif ("", one.name) not in collector.items:
            collector.add(one, place)
    unread = [one for one in found.unread if one != "version"]
    reads = [path for path in collector.taken if path.rpartition("/")[2] in _source(collector, found)]
    if "install_requires" in unread and reads:
        unread.remove("install_requires")
        advice = f"{found.path} reads this file: take that out before you delete it; pyproject.toml says what it said."
        collector.note("decide", Place(reads[0]), "install_requires", advice)
    if unread:
        what = ", ".join(unread)
        collector.note("decide", place, what, f"{found.path} computes this: run it once, and write the result down.")
    collector.note(
        "changed",
        place,
        "name, version, requirements",
        f"pyproject.toml says them; take them out of {found.path}, or the file once nothing else is in it.",
    )


def _source(collector: Collector, found: Declared) -> str:
    return (collector.root / found.path).read_bytes().decode(errors="replace")


def _python(collector: Collector, place: Place) -> str:
    """Returns requires-python from what else the repository says, in the end from the Python that is running."""
    versions = list(_named_versions(collector.root))
    if versions:
        path, version = versions[0]
        collector.note(
            "changed", Place(path), f"Python {version}", f"requires-python is >={version}, as this file has it."
        )
        return f">={version}"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    collector.note(
        "decide", place, "requires-python", f"Nothing says which Python this runs on; >={version} is a guess."
    )
    return f">={version}"


def _valid(specifier: str) -> bool:
    try:
        SpecifierSet(specifier)
    except InvalidSpecifier:
        return False
    return bool(specifier)


def _named_versions(root: Path) -> Iterator[tuple[str, str]]:
    patterns = {
        ".python-version": r"^\s*(?:cpython-)?(3\.\d+)",
        "runtime.txt": r"^\s*python-(3\.\d+)",
        "Dockerfile": r"(?mi)^\s*FROM\s+(?:--\S+\s+)?\S*python:(3\.\d+)",
    }
    for name, pattern in patterns.items():
        path = root / name
        try:
            text = path.read_bytes()[: 1 << 16].decode(errors="replace") if path.is_file() else ""
        except OSError:
            continue
        if match := re.search(pattern, text):
            yield name, match[1]
