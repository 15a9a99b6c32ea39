"""How CI, images, Makefiles and editors run uv, or go round it."""

from collections.abc import Mapping

import pytest

from tests.rules.findings import by_rule
from tta_validate.lock.samples import pyproject
from tta_validate.selection import available

LOCKED = {
    "pyproject.toml": pyproject(["pytest"], '\n[dependency-groups]\ndev = ["ruff"]\n'),
    "uv.lock": "version = 1\n",
}
RULES = tuple(
    name for name in available() if name.startswith(("workspace-", "groups-default-leaks", "groups-unknown-in"))
)


def _told(files: Mapping[str, str], *rules: str) -> list[str]:
    """Returns ``rule path:line`` of every finding."""
    found = by_rule({**LOCKED, **files}, *(rules or RULES))
    return sorted(f"{rule} {text.split(':1 ')[0]}" for rule, texts in found.items() for text in texts)


def _workflow(*steps: str, env: str = "") -> str:
    lines = "".join(f"      - {step}\n" for step in steps)
    return f"on: push\n{env}jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{lines}"


CI = ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    "files",
    [
        {CI: _workflow("run: uv sync", "run: uv lock --check")},
        {CI: _workflow("run: uv sync", env="env:\n  UV_LOCKED: 1\n")},
        {CI: _workflow("run: UV_LOCKED=true uv run pytest")},
        {CI: _workflow("run: uv sync --frozen", "run: uv run pytest")},
        {CI: _workflow("run: uvx ruff check", "run: uv run --no-project x", "run: uv pip list")},
        {CI: _workflow("run: uv sync"), ".pre-commit-config.yaml": "repos:\n  - hooks:\n      - id: uv-lock\n"},
        {CI: _workflow("run: make test"), "Makefile": "test:\n\tuv sync --locked\n\tuv run pytest\n"},
        {CI: _workflow("run: echo UV_LOCKED=1 >> $GITHUB_ENV\n        # uv sync")},
        {".gitlab-ci.yml": "variables:\n  UV_FROZEN: '1'\ntest:\n  script:\n    - uv sync\n"},
        {"Dockerfile": "FROM x AS base\nENV UV_LOCKED=1 UV_NO_DEV=1\nFROM base\nRUN uv sync\n"},
        {"Dockerfile.dev": "FROM x\nRUN --mount=type=cache,target=/c uv sync --frozen\n"},
        {"Dockerfile": "FROM ghcr.io/astral-sh/uv:0.9.1 AS uv\nARG V=1\nCOPY --from=ghcr.io/astral-sh/uv:$V /uv /\n"},
        {"Dockerfile": "FROM x\nADD https://astral.sh/uv/0.9.1/install.sh /i.sh\nRUN pip install uv==0.9.1\n"},
        {"Makefile": "VENV := .venv/bin\ntest:\n\t$(VENV)/pytest\n\tpython -m pytest\n"},
        {"Makefile": "PYTHON ?= uv run python\ntest:\n\t$(PYTHON) -m pytest\n\t$(MAKE) mypy\n\techo pip install x\n"},
        {".vscode/tasks.json": '{"tasks": [{"command": "uv run pytest"}, {"command": "npm test"}]}\n'},
        {".gitignore": "uv.lock\n!uv.lock\n"},
        {".dockerignore": "uv.lock\n"},
        {
            CI: _workflow(
                "run: uv sync --locked --group ${{ matrix.group }}", "run: uv run --frozen --with x pytest --group no"
            )
        },
        {CI: _workflow("uses: astral-sh/setup-uv@v6\n        with:\n          version: 0.9.1")},
        {CI: "- [broken"},
    ],
)
def test_what_is_right_or_cannot_be_known_is_left_alone(files: Mapping[str, str]) -> None:
    assert _told(files) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {CI: _workflow("run: |\n          cd x\n          uv sync --extra a", "run: uv run pytest")},
            [f"workspace-ci-not-locked {CI}:8"],
        ),
        (
            {
                CI: _workflow(
                    "uses: astral-sh/setup-uv@v6", "run: pip3 install --upgrade uv", "run: pip install ruff twine"
                )
            },
            [f"workspace-tool-by-pip {CI}:8", f"workspace-uv-unpinned {CI}:6", f"workspace-uv-unpinned {CI}:7"],
        ),
        (
            {CI: _workflow("run: uv sync --locked --group tests")},
            [f"groups-unknown-in-command {CI}:6"],
        ),
        (
            {".gitlab-ci.yml": "test:\n  script:\n    - a\n    - uv run --index-strategy unsafe-best-match pytest\n"},
            ["workspace-ci-not-locked .gitlab-ci.yml:4", "workspace-unsafe-index-strategy .gitlab-ci.yml:4"],
        ),
        (
            {
                "Dockerfile": "FROM ghcr.io/astral-sh/uv:latest\nFROM python:3.9\nRUN a && \\\n    uv sync\n",
                ".dockerignore": "*.lock\n",
            },
            [
                "groups-default-leaks Dockerfile:4",
                "workspace-image-not-locked Dockerfile:4",
                "workspace-lock-ignored .dockerignore:1",
                "workspace-python-disagrees Dockerfile:2",
                "workspace-uv-unpinned Dockerfile:1",
            ],
        ),
        (
            {"setup.sh": "#!/bin/sh\nset -e\nwget -qO- https://astral.sh/uv/install.sh | sudo bash\n"},
            ["workspace-installer-piped setup.sh:3"],
        ),
        (
            {
                "Makefile": "all:\n\tpytest -q\n\tpip install -e .\n\tpython3 -m venv env\n",
                ".vscode/tasks.json": '{\n  // a\n  "tasks": [{\n    "command": "python -m pytest"}]}\n',
            },
            [
                "workspace-bypasses-uv .vscode/tasks.json:4",
                "workspace-bypasses-uv Makefile:2",
                "workspace-bypasses-uv Makefile:3",
                "workspace-bypasses-uv Makefile:4",
            ],
        ),
    ],
)
def test_what_goes_round_the_lock_is_told_at_its_line(files: Mapping[str, str], expected: list[str]) -> None:
    assert _told(files) == expected


def test_comments_silence_findings_in_every_kind_of_file() -> None:
    files = {
        CI: _workflow("run: uv sync  # tta: ignore[workspace-ci-not-locked] resolves on purpose"),
        "Dockerfile": "FROM x\n# tta: ignore[workspace, groups] a demonstration\nRUN uv sync\n",
        "Makefile": "all:\n\tpytest  # tta: ignore[workspace-bypasses-uv] inside of the container\n",
        ".gitignore": "# tta: ignore[workspace-lock-ignored] a library\nuv.lock\n",
        ".vscode/tasks.json": '{"command": "pytest"} // tta: ignore[workspace-bypasses-uv] by hand\n',
        "pyproject.toml": LOCKED["pyproject.toml"].replace(
            '"pytest"]', '"pytest"]  # tta: ignore[groups-tool-at-runtime] shipped'
        ),
    }
    assert _told(files, *RULES, "groups-tool-at-runtime") == []
    idle = {**files, "Dockerfile": "FROM x  # tta: ignore[workspace-image-not-locked]\n"}
    told = _told(idle, *RULES, "groups-tool-at-runtime", "ignore-unused")
    assert [one.partition(" nothing")[0] for one in told] == ["ignore-unused Dockerfile:1:9"]
