"""Declared against imported: whole projects, and what the rules say of each place."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.rules.findings import by_rule, run
from tta_validate.lock.samples import lock, package, pyproject, root

RULES = (
    "groups-missing-dependency",
    "groups-unused-dependency",
    "groups-transitive-dependency",
    "groups-import-in-group",
    "groups-only-tested",
    "groups-tool-at-runtime",
)
_SYSTEM = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
_DEV = '\n[dependency-groups]\ndev = ["pytest", "respx"]\n'


def _places(files: Mapping[str, str], *rules: str) -> dict[str, list[str]]:
    found = by_rule(files, *(rules or RULES))
    return {
        rule.removeprefix("groups-"): [one.partition(":1 ")[0] for one in texts]
        for rule, texts in found.items()
        if texts
    }


def test_every_way_of_using_a_package_without_a_plain_import_counts() -> None:
    needs = [
        *("httpx", "rich", "pyyaml", "tomli", "numpy", "uvicorn", "asyncpg", "types-requests", "django-extensions"),
        *(
            "orders-plugin",
            "acme-loader",
            "click",
            "attrs",
            "fancy",
            "beautifulsoup4",
            "google-cloud-storage",
            "mkdocs",
        ),
    ]
    code = (
        "import httpx\nimport yaml\nfrom typing import TYPE_CHECKING\nfrom google.cloud import storage\n"
        "if TYPE_CHECKING:\n    import rich\ntry:\n    import tomllib\nexcept ImportError:\n    import tomli\n"
        "def f():\n    import numpy, bs4, attr\nPLUGINS = ['orders_plugin.core']\nload('acme_loader:main')\n"
    )
    files = {
        "pyproject.toml": pyproject(needs) + '\n[tool.tta-validate.groups]\nused = ["Fancy"]\n',
        "app.py": code,
        "Procfile": "web: click run\n",
        "noxfile.py": "session.run('mkdocs', 'build')\n",
    }
    assert _places(files, *RULES[:4]) == {}


def test_imports_that_may_fail_or_are_not_for_production_are_left_alone() -> None:
    files = {
        "pyproject.toml": pyproject(["httpx"], _DEV),
        "app.py": (
            "import httpx\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import respx\n"
            "try:\n    import numpy\nexcept ImportError:\n    numpy = None\nif x:\n    import scipy\n"
            '"""\nimport quoted\n"""\n'
        ),
        "helper.py": "import app\n",
        "tests/test_app.py": "import pytest, respx, freezegun\n",
        "docs/conf.py": "import sphinx\n",
        "examples/demo.py": "import gradio\n",
        "tool.py": "# /// script\n# dependencies = ['pandas']\n# ///\nimport pandas\n",
        "other/pyproject.toml": '[project]\nname = "other"\nversion = "1"\n',
        "other/main.py": "import flask\n",
        "space/inner/module.py": "from space.inner import other\n",
    }
    assert _places(files) == {}


def test_each_undeclared_import_is_told_once_at_its_first_place() -> None:
    files = {
        "pyproject.toml": pyproject(["alpha"], _DEV),
        "uv.lock": lock(package("alpha", needs=["beta"]), package("beta"), root("demo", ["alpha"])),
        "a.py": "import alpha\n\ndef f():\n    import yaml\n",
        "b.py": "import yaml, respx\nimport beta.inner\n",
        "c.py": "import beta\nimport never_heard_of\n",
    }
    assert _places(files) == {
        "missing-dependency": ["b.py:1", "c.py:2"],
        "transitive-dependency": ["b.py:2"],
        "import-in-group": ["b.py:1"],
    }
    assert by_rule(files, "groups-missing-dependency")["groups-missing-dependency"] == [
        "b.py:1:1 yaml (here and in one more place) comes from pyyaml, which pyproject.toml does not declare; "
        "`uv add pyyaml` does",
        "c.py:2:1 never_heard_of is imported, which pyproject.toml does not declare; `uv add never_heard_of` does, "
        "if it goes by that name",
    ]


def test_modules_of_a_library_that_nothing_runs_unasked_may_need_what_their_users_install() -> None:
    inside = {f"src/demo/m{at}.py": "" for at in range(6)}
    starts = "".join(f"from demo import m{at}\n" for at in range(6))
    files = {
        "pyproject.toml": pyproject([], _DEV + _SYSTEM),
        "src/demo/__init__.py": starts,
        **inside,
        "src/demo/integration.py": "import respx\nimport yaml\n",
    }
    assert _places(files) == {"missing-dependency": ["src/demo/integration.py:2"]}
    files["src/demo/m1.py"] = "from . import integration\n"
    assert _places(files) == {
        "missing-dependency": ["src/demo/integration.py:2"],
        "import-in-group": ["src/demo/integration.py:1"],
    }


def test_the_metadata_of_the_environment_tells_modules_plugins_and_programs() -> None:
    site = ".venv/lib/python3.12/site-packages"
    files = {
        "pyproject.toml": pyproject(["odd-name", "plugged", "programs", "idle"]),
        "app.py": "import strange\nimport unheard\n",
        "Makefile": "run:\n\tprog --now\n",
        f"{site}/odd_name-1.dist-info/RECORD": "strange/__init__.py,,\nodd_name-1.dist-info/RECORD,,\n",
        f"{site}/plugged-1.dist-info/entry_points.txt": "[app.plugins]\nx = plugged:y\n",
        f"{site}/plugged-1.dist-info/RECORD": "plugged/__init__.py,,\n",
        f"{site}/programs-1.dist-info/entry_points.txt": "[console_scripts]\nprog = programs:main\n",
        f"{site}/programs-1.dist-info/RECORD": "programs.py,,\n",
        f"{site}/idle-1.dist-info/top_level.txt": "idle\n",
        f"{site}/brings-1.dist-info/RECORD": "unheard.cpython-312-x86_64-linux-gnu.so,,\n",
    }
    assert _places(files) == {"transitive-dependency": ["app.py:2"], "unused-dependency": ["pyproject.toml:5"]}


def test_members_of_a_workspace_have_dependencies_of_their_own() -> None:
    member = '[project]\nname = "{}"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [{}]\n'
    files = {
        "pyproject.toml": pyproject(["httpx"], '\n[tool.uv.workspace]\nmembers = ["libs/*"]\n'),
        "app.py": "import httpx\n",
        "libs/one/pyproject.toml": member.format("one", '"two"'),
        "libs/one/src/one/__init__.py": "import two\nimport httpx\n",
        "libs/two/pyproject.toml": member.format("two", ""),
        "libs/two/src/two/__init__.py": "import one\n",
    }
    assert _places(files) == {
        "missing-dependency": ["libs/one/src/one/__init__.py:2", "libs/two/src/two/__init__.py:1"]
    }


def test_tools_that_code_or_the_project_itself_builds_upon_are_dependencies() -> None:
    files = {
        "pyproject.toml": pyproject(["pytest", "ruff", "black", "mypy"]).replace('"demo"', '"pytest-demo"'),
        "app.py": "import black\nsubprocess.run(['ruff', 'check'])\n",
    }
    assert _places(files, "groups-tool-at-runtime") == {"tool-at-runtime": ["pyproject.toml:5"]}


def test_what_an_example_does_not_declare_is_an_info() -> None:
    table = '\n[tool.uv.workspace]\nmembers = ["examples/*", "packages/*"]\n'
    own = '[project]\nname = "{}"\nversion = "1"\ndependencies = ["arrow"]\n'
    files = {"pyproject.toml": pyproject() + table}
    for name in ("examples/shop", "packages/shelf"):
        files |= {f"{name}/pyproject.toml": own.format(name[-4:]), f"{name}/main.py": "import httpx\n"}
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            (place := Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        found = run(Path(folder), *RULES).findings
    assert sorted((one.path, one.rule.removeprefix("groups-"), str(one.severity)) for one in found) == [
        ("examples/shop/main.py", "missing-dependency", "info"),
        ("examples/shop/pyproject.toml", "unused-dependency", "info"),
        ("packages/shelf/main.py", "missing-dependency", "error"),
        ("packages/shelf/pyproject.toml", "unused-dependency", "warning"),
    ]
