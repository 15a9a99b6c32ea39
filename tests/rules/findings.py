"""What one rule reports on a small project."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from tta_validate.analysis import analyse
from tta_validate.config import load
from tta_validate.project import Project
from tta_validate.report import Report
from tta_validate.rule import Rule
from tta_validate.selection import Selection, available

USES_PRIMITIVES = {"pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = ["tta-dev-primitives"]\n'}


def rule_named(name: str) -> Rule:
    """Returns a rule by its id."""
    return cast("type[Rule]", available()[name]())(name)


def run(root: Path, *names: str) -> Report:
    """Returns the report of some rules on a project."""
    project = Project(root, load(root, given={"cache": False, "jobs": 1}))
    return analyse(project, Selection(tuple(rule_named(name) for name in names), ()))


def by_rule(files: Mapping[str, str], *names: str, below: str = "") -> dict[str, list[str]]:
    """Returns rule -> ``path:line:column message`` of what it reports on a project that has these files.

    ``below`` is the folder of the project among the files.
    """
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            place = Path(folder) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        found = run(Path(folder) / below, *names).findings
    return {
        name: [f"{one.path}:{one.line}:{one.column} {one.message}" for one in found if one.rule == name]
        for name in names
    }


def reported(name: str, files: Mapping[str, str], below: str = "") -> list[str]:
    """Returns ``path:line:column message`` of what one rule reports on a project that has these files."""
    return by_rule(files, name, below=below)[name]


def each(name: str, codes: Mapping[str, str]) -> dict[str, list[str]]:
    """Returns the messages of a rule on each of some modules, all in one project that uses primitives."""
    paths = {key: f"case{at}.py" for at, key in enumerate(codes)}
    found = reported(name, {**USES_PRIMITIVES, **{paths[key]: code for key, code in codes.items()}})
    return {key: [one.partition(" ")[2] for one in found if one.startswith(f"{path}:")] for key, path in paths.items()}


def messages(name: str, code: str) -> list[str]:
    """Returns the messages of a rule on one module of a project that uses primitives."""
    found = reported(name, {**USES_PRIMITIVES, "app.py": code})
    return [one.partition(" ")[2] for one in found]
