"""Workspaces: what is right, and what uv refuses or ignores, at its line."""

from collections.abc import Mapping

import pytest

from tests.rules.findings import by_rule
from tta_validate.lock.samples import pyproject
from tta_validate.selection import available

RULES = tuple(name for name in available() if name.startswith("workspace-"))
_ROOT = '\n[tool.uv.workspace]\nmembers = ["libs/*"]\nexclude = ["libs/old"]\n'
_SOURCES = "\n[tool.uv.sources]\none = { workspace = true }\n"


def _member(name: str, more: str = "") -> str:
    return f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">=3.11"\n{more}'


def _told(files: Mapping[str, str]) -> list[str]:
    found = by_rule(files, *RULES)
    return sorted(f"{rule} {text.split(':1 ')[0]}" for rule, texts in found.items() for text in texts)


def test_a_workspace_that_uv_accepts_has_no_finding() -> None:
    files = {
        "pyproject.toml": pyproject(["one"], _ROOT + _SOURCES),
        "libs/one/pyproject.toml": _member("one"),
        "libs/two/pyproject.toml": _member("two", 'dependencies = ["one", "two[x]"]\n'),
        "libs/.hidden/notes.txt": "",
        "libs/gone/__pycache__/a.pyc": "",
        "libs/old/pyproject.toml": _member("one"),
        "tests/fixtures/app/pyproject.toml": _member("app"),
        "tools/own/pyproject.toml": _member("own"),
        "tools/own/uv.lock": "version = 1\n",
        ".python-version": "3.12\n",
    }
    assert _told(files) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "pyproject.toml": pyproject(
                    ["one"], _ROOT.replace("old", "none") + _SOURCES.replace("true", "true, editable = true")
                ),
                "libs/one/pyproject.toml": _member("one", '\n[tool.uv]\nresolution = "lowest"\n'),
                "libs/two/pyproject.toml": _member(
                    "two", 'dependencies = ["one"]\n' + _SOURCES.replace("true", "true, editable = false")
                ),
                "libs/empty/readme.txt": "",
            },
            [
                "workspace-dead-pattern pyproject.toml:9",
                "workspace-editable-conflict libs/two/pyproject.toml:8",
                "workspace-idle-setting libs/one/pyproject.toml:7",
                "workspace-member-without-pyproject pyproject.toml:8",
            ],
        ),
        (
            {
                "pyproject.toml": pyproject([], _ROOT),
                "libs/old/pyproject.toml": _member("old"),
                "libs/one/pyproject.toml": _member("one", '\n[project.scripts]\none = "one:main"\n').replace(
                    "3.11", "3.10"
                ),
                "libs/two/pyproject.toml": _member("two", 'dependencies = ["one", "demo"]\n'),
                "libs/three/pyproject.toml": "[tool.black]\n",
                "uv.toml": 'index-strategy = "first-index"\n',
            },
            [
                "workspace-invalid-member libs/three/pyproject.toml:1",
                "workspace-script-not-installed libs/one/pyproject.toml:6",
                "workspace-sibling-without-source libs/two/pyproject.toml:5",
                "workspace-sibling-without-source libs/two/pyproject.toml:5",
            ],
        ),
        (
            {"pyproject.toml": pyproject([], '\n[tool.uv]\nenvironments = ["python_version < \'3\'", "what"]\n')},
            ["workspace-environment-gap pyproject.toml:8", "workspace-environment-gap pyproject.toml:8"],
        ),
    ],
)
def test_what_uv_refuses_or_ignores_is_told_at_its_line(files: Mapping[str, str], expected: list[str]) -> None:
    assert _told(files) == expected
