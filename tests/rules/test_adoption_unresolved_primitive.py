"""Imports of primitives that are not there: in the tree, beside it, and in the project's environment."""

import pytest

from tests.rules.findings import reported

RULE = "adoption-unresolved-primitive"
PACKAGE = {
    "src/tta_dev_primitives/__init__.py": "from tta_dev_primitives.core import *\n"
    "from .recovery import RetryPrimitive\n",
    "src/tta_dev_primitives/core/__init__.py": "class WorkflowPrimitive:\n    pass\n",
    "src/tta_dev_primitives/recovery.py": "try:\n    import x\nexcept ImportError:\n    x = None\n"
    "if x:\n    class RetryPrimitive: ...\nelse:\n    RetryPrimitive = object\n",
    "src/tta_dev_primitives/lazy.py": "def __getattr__(name):\n    return name\n",
}


WORKING = [
    "import tta_dev_primitives\n",
    "import tta_dev_primitives.recovery as r\n",
    "from tta_dev_primitives import RetryPrimitive, WorkflowPrimitive, core, recovery\n",
    "from tta_dev_primitives.core import WorkflowPrimitive\n",
    "from tta_dev_primitives import *\n",
    "from tta_dev_primitives.lazy import Whatever\n",
    "try:\n    from tta_dev_primitives import Breaker\nexcept ImportError:\n    Breaker = None\n",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tta_dev_primitives import Breaker\n",
    "from tta_dev_integrations import NotInstalledHere\n",
    "from other_package import Breaker\n",
]

FAILING = [
    (
        "from tta_dev_primitives import (\n    WorkflowPrimitive,\n    RetryPrimitives,  # RetryPrimitives\n)\n",
        "app.py:3:5 tta_dev_primitives has no RetryPrimitives: this import fails; did you mean 'RetryPrimitive'?",
    ),
    (
        "def f():\n    from tta_dev_primitives.recovery import Breaker\n    return Breaker\n",
        "app.py:2:45 tta_dev_primitives.recovery has no Breaker: this import fails",
    ),
    (
        "import tta_dev_primitives.performance.cache\n",
        "app.py:1:27 tta_dev_primitives has no performance: this import fails",
    ),
    (
        "from tta_dev_primitives.recovery.retry import RetryPrimitive\n",
        "app.py:1:34 tta_dev_primitives.recovery has no retry: this import fails",
    ),
]


@pytest.fixture(scope="module")
def found() -> list[str]:
    files = {f"works{at}.py": code for at, code in enumerate(WORKING)}
    files |= {f"fails{at}.py": code for at, (code, _) in enumerate(FAILING)}
    return reported(RULE, {**PACKAGE, **files})


@pytest.mark.parametrize("at", range(len(WORKING)))
def test_an_import_that_works_or_may_fail_is_left_alone(found: list[str], at: int) -> None:
    assert [one for one in found if one.startswith(f"works{at}.py:")] == []


@pytest.mark.parametrize("at", range(len(FAILING)))
def test_an_import_that_fails_is_reported_at_the_name(found: list[str], at: int) -> None:
    assert [one for one in found if one.startswith(f"fails{at}.py:")] == [
        FAILING[at][1].replace("app.py", f"fails{at}.py")
    ]


def test_a_path_source_of_uv_is_looked_into() -> None:
    files = {
        "app/pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = ["tta-dev-primitives"]\n'
        '[tool.uv.sources]\ntta-dev-primitives = { path = "../lib" }\n[tool.tta-validate]\n',
        "app/app.py": "from tta_dev_primitives import Breaker\n",
        "lib/src/tta_dev_primitives/__init__.py": "",
    }
    assert reported(RULE, files, below="app") == ["app.py:1:32 tta_dev_primitives has no Breaker: this import fails"]


@pytest.mark.parametrize("link", [False, True])
def test_the_environment_of_the_project_is_looked_into(link: bool) -> None:
    site = ".venv/lib/python3.12/site-packages"
    package = "elsewhere/place" if link else site
    files = {
        f"{site}/editable.pth": "../../../../.venv/elsewhere/place\nimport nothing_is_run\n",
        f"{'.venv/' if link else ''}{package}/tta_dev_primitives/__init__.py": "class RetryPrimitive: ...\n",
        "app.py": "from tta_dev_primitives import Breaker, RetryPrimitive\n",
    }
    assert reported(RULE, files) == ["app.py:1:32 tta_dev_primitives has no Breaker: this import fails"]
