"""What is right in real projects and looks wrong: each case was a false finding, or one that was missed."""

from collections.abc import Mapping

import pytest

from tests.conftest import Write
from tests.rules.findings import by_rule, run
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.selection import available

RULES = tuple(name for name in available() if name.startswith(("groups-", "workspace-")))
_SYSTEM = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
_LOCK = {"uv.lock": lock(root("demo"))}
CI = ".github/workflows/ci.yml"
_STEP = "jobs:\n  a:\n    steps:\n      - run: "


def _told(files: Mapping[str, str]) -> list[str]:
    found = by_rule({"pyproject.toml": pyproject(), **files}, *RULES)
    return sorted(f"{rule} {text.split(':1 ')[0]}" for rule, texts in found.items() for text in texts)


RIGHT: dict[str, Mapping[str, str]] = {
    "plugins that a package finds by their names": {
        "pyproject.toml": pyproject(["pyexcel", "pyexcel-xlsx", "pyexcel-ods3"]),
        "app.py": "import pyexcel\n",
    },
    "a module of unknown origin beside a package of unknown modules": {
        "pyproject.toml": pyproject(["uuid7"]),
        "app.py": "import uuid_extensions\n",
    },
    "a namespace that the project shares with its dependency": {
        "pyproject.toml": pyproject(["demo-checkpoint"], _SYSTEM),
        "demo/graph/__init__.py": "from demo.checkpoint.base import Saver\n",
        "demo/graph/run.py": "from demo.checkpoint.base import Saver\n",
    },
    "a package that goes by the project's name": {
        "pyproject.toml": pyproject(["demo-plugin"]),
        "app.py": "import os\n",
    },
    "a release in the module's name": {
        "pyproject.toml": pyproject(["google-cloud-pubsub"]),
        "app.py": "from google.cloud import pubsub_v1\n",
    },
    "a group that the command leaves out": {
        "pyproject.toml": pyproject([], '\n[dependency-groups]\ndev = ["ruff"]\n'),
        **_LOCK,
        "Dockerfile": "FROM python:3.12\nCOPY uv.lock .\nRUN uv sync --locked --no-group dev\n",
    },
    "a group with dashes that CI installs": {
        "pyproject.toml": pyproject([], '\n[dependency-groups]\nmin-old-versions = ["ruff"]\n'),
        CI: f"{_STEP}uv sync --locked --group min-old-versions\n",
    },
    "a function of make": {
        "pyproject.toml": pyproject([], '\n[dependency-groups]\ndev = ["pytest"]\n'),
        **_LOCK,
        "Makefile": "test:\n\tA=1 $(if $(PY),B=x$(subst .,,$(PY))) uv run $(if $(PY),--python $(PY)) pytest -n 2\n",
    },
    "code beside the package that the backend builds": {
        "pyproject.toml": pyproject([], _SYSTEM + '\n[tool.hatch.build.targets.wheel]\npackages = ["stories"]\n'),
        "stories/__init__.py": "import os\n",
        "snippets/screen.py": "import pyautogui\n",
    },
    "tests of any name, and modules that are called tasks": {
        "pyproject.toml": pyproject(["httpx"], '\n[dependency-groups]\ndev = ["playwright"]\n'),
        "shop/services/tasks.py": "import httpx\n",
        "shop/tests_e2e/page.py": "import playwright\n",
    },
    "an evaluation that lies in the package": {
        "pyproject.toml": pyproject([], '\n[dependency-groups]\ndev = ["respx"]\n'),
        "demo/__init__.py": "",
        "demo/review/eval/run.py": "import respx\n",
    },
    "a group that narrows what users get": {
        "pyproject.toml": pyproject(["httpx>=0.25"], '\n[dependency-groups]\ndev = ["httpx==0.25.1"]\n'),
        "app.py": "import httpx\n",
    },
    "requirements of one package by extras": {
        "pyproject.toml": pyproject(["httpx[http2]", "httpx[socks]", "demo[a]", "demo[b]"]),
        "app.py": "import httpx\n",
    },
    "an image of an example with a project of its own": {
        "pyproject.toml": pyproject([], '\n[dependency-groups]\ndev = ["ruff"]\n'),
        **_LOCK,
        "samples/one/pyproject.toml": '[project]\nname = "one"\nversion = "1"\n',
        "samples/one/Dockerfile": "FROM python:3.12\nRUN uv sync\n",
    },
    "a tool by pip where there is no uv": {
        "pyproject.toml": pyproject([], "\n[tool.uv]\n"),
        ".github/workflows/format.yml": f"{_STEP}pip install black\n",
        ".github/workflows/old.yml": f"{_STEP}pipx install poetry && uv --version\n",
    },
    "the Makefile that sphinx-quickstart writes": {
        "pyproject.toml": pyproject([], '\n[dependency-groups]\ndev = ["sphinx"]\n'),
        **_LOCK,
        "docs/Makefile": "SPHINXBUILD = sphinx-build\nhtml:\n\t$(SPHINXBUILD) -b html . build\n",
    },
    "a Makefile in what the workspace leaves out": {
        "pyproject.toml": pyproject([], '\n[tool.uv.workspace]\nmembers = ["libs/*"]\nexclude = ["libs/old"]\n'),
        **_LOCK,
        "libs/old/Makefile": "test:\n\tpython -m pip install .\n",
        "libs/one/pyproject.toml": '[project]\nname = "one"\nversion = "1"\nrequires-python = ">=3.11"\n',
    },
    "a bound for some environments": {
        "pyproject.toml": pyproject(["httpx>=0.25", "httpx[http2]<1; sys_platform == 'darwin'"]),
        "app.py": "import httpx\n",
    },
    "an app beside the package with requirements of its own": {
        "pyproject.toml": pyproject([], _SYSTEM),
        "demo/__init__.py": "",
        "apps/one/requirements.txt": "gradio\n",
        "apps/one/main.py": "import gradio\n",
    },
    "what another package loads where it is": {
        "pyproject.toml": pyproject(["celery", "setproctitle"]),
        "app.py": "import celery\n",
    },
    "a folder in a package that has the name of a dependency's module": {
        "pyproject.toml": pyproject(["ag-ui-protocol"]),
        "demo/__init__.py": "",
        "demo/ag_ui/__init__.py": "from ag_ui.core import Event\n",
    },
}


@pytest.mark.parametrize("case", RIGHT)
def test_is_left_alone(case: str) -> None:
    assert _told(RIGHT[case]) == []


MISSED: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "names that are none": (
        {"pyproject.toml": pyproject([], '\n[dependency-groups]\n_bad_ = []\n"" = []\nok-1 = []\n')},
        ["groups-invalid pyproject.toml:8", "groups-invalid pyproject.toml:9"],
    ),
    "addresses of older settings, and of requirements": (
        {
            "pyproject.toml": pyproject(
                ["alpha @ http://host.example/alpha-1.tar.gz"],
                '\n[tool.uv]\nextra-index-url = ["http://one.example/simple"]\n'
                'find-links = ["https://me:secret@two.example/"]\n',
            ),
            "app.py": "import alpha\n",
        },
        [
            "workspace-index-not-explicit pyproject.toml:8",
            "workspace-insecure-index pyproject.toml:5",
            "workspace-insecure-index pyproject.toml:8",
            "workspace-insecure-index pyproject.toml:9",
        ],
    ),
    "an unknown group beside an example with a project": (
        {
            "examples/one/pyproject.toml": '[project]\nname = "one"\nversion = "1"\n',
            "Makefile": "test:\n\tuv run --group nope pytest\n",
            "examples/one/Makefile": "test:\n\tuv run --group own pytest\n",
        },
        ["groups-unknown-in-command Makefile:2"],
    ),
    "a list of words, a shell in one, and an image in a compose file": (
        {
            **_LOCK,
            "compose.yaml": (
                "services:\n  a:\n    command: [uv, sync]\n    entrypoint: ['sh', '-c', 'uv sync']\n"
                "    build:\n      dockerfile_inline: |\n"
                "        FROM ghcr.io/astral-sh/uv:latest\n        RUN uv sync\n"
            ),
        },
        [
            "workspace-image-not-locked compose.yaml:3",
            "workspace-image-not-locked compose.yaml:4",
            "workspace-image-not-locked compose.yaml:8",
            "workspace-uv-unpinned compose.yaml:7",
        ],
    ),
    "one package twice in a list": (
        {"pyproject.toml": pyproject(["six", "SIX>=1"]), "app.py": "import six\n"},
        ["groups-repeated-requirement pyproject.toml:5"],
    ),
    "what stands beside more unknown modules than packages": (
        {"pyproject.toml": pyproject(["uuid7"]), "app.py": "import uuid_extensions\nimport other_one\n"},
        ["groups-missing-dependency app.py:1", "groups-missing-dependency app.py:2"],
    ),
}


@pytest.mark.parametrize("case", MISSED)
def test_is_told(case: str) -> None:
    files, told = MISSED[case]
    assert _told(files) == told


def test_what_is_needed_by_several_is_said_to_be() -> None:
    files = {
        "pyproject.toml": pyproject(["one", "two", "three"]),
        "uv.lock": lock(
            *(package(name, needs=["beta"]) for name in ("one", "two")),
            package("three"),
            package("beta"),
            root("demo", ["one", "two", "three"]),
        ),
        "app.py": "import beta, one, two, three\n",
    }
    assert by_rule(files, "groups-transitive-dependency")["groups-transitive-dependency"] == [
        "app.py:1:1 beta is imported and is there only because one and two need it; `uv add beta` declares it"
    ]


@pytest.mark.parametrize(
    ("source", "keeper"),
    [
        ('lib = { git = "https://me:secret@host.example/lib" }', "ssh, or a credential helper of git, keeps it out"),
        ('lib = { url = "https://me:secret@host.example/lib.whl" }', "~/.netrc keeps it out"),
    ],
)
def test_what_keeps_a_password_out_depends_on_what_asks_for_it(source: str, keeper: str) -> None:
    files = {"pyproject.toml": pyproject(["lib"], f"\n[tool.uv.sources]\n{source}\n")}
    name = "workspace-insecure-index"
    assert by_rule(files, name)[name] == [f"pyproject.toml:8:1 the URL of host.example holds a credential; {keeper}"]


def test_build_files_that_cannot_be_read_are_skips_with_their_line(write: Write) -> None:
    files = {
        "pyproject.toml": pyproject(),
        CI: "jobs:\n  a: [\n",
        ".vscode/tasks.json": '{"tasks": [\n  {"command": }\n',
        "compose.yaml": "a: 1\n---\nb: 2\n",
        "{{cookiecutter.name}}/.github/workflows/ci.yml": "a: [\n",
    }
    report = run(write(files), "workspace-uv-unpinned")
    assert [(one.path, one.reason.partition(":")[0]) for one in report.skipped] == [
        (".github/workflows/ci.yml", "line 3"),
        (".vscode/tasks.json", "line 3"),
    ]
